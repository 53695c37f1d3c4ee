"""Python's control flow on arrays inside the ``call`` of a user's layers and models."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax

pytest.importorskip("malt")
X = np.linspace(-1, 2, 32, dtype="float32").reshape(8, 4)
Y = np.ones((8, 1), "float32")


def make_classes():
    """New classes every time: what a class needs is remembered."""

    class Gate(kerax.layers.Layer):
        def __init__(self):
            super().__init__()
            self.norm = kerax.layers.BatchNormalization(momentum=0.5)

        def call(self, x, training=False):
            x = self.norm(x, training=training)  # written before the `if`: must not count twice
            if jnp.mean(x) > 100.0:
                x = x * 0.0
            elif jnp.mean(x) > -100.0:
                x = x + 1.0
            return x

    class Net(kerax.Model):
        def __init__(self):
            super().__init__()
            self.gate, self.out = Gate(), kerax.layers.Dense(1, kernel_initializer="ones")

        def call(self, x, training=False):
            x = self.gate(x, training=training)
            for _ in range(6):
                if jnp.max(jnp.abs(x)) < 1.0:
                    break
                x = x / 2.0
            total = 0.0
            for row in x:
                total += jnp.sum(row)
            return self.out(x) + 0.001 * self.scale(total)

        def scale(self, value):
            return value if value > 0 else -value

    return Gate, Net


def by_hand(x, mean, variance):
    x = (x - mean) / np.sqrt(variance + 1e-3) + 1.0
    while np.abs(x).max() >= 1.0:
        x = x / 2.0
    return x.sum(1, keepdims=True) + 0.001 * abs(x.sum())


def test_fit_predict_and_the_eager_call_agree():
    _, Net = make_classes()
    model = Net()
    model.compile(kerax.optimizers.SGD(0.0), "mse")
    model.fit(X, Y, batch_size=8, epochs=1, verbose=0)
    mean = model.gate.norm.moving_mean.numpy()
    np.testing.assert_allclose(mean, 0.5 * X.mean(0), rtol=1e-5)  # once
    expected = by_hand(X, mean, model.gate.norm.moving_variance.numpy())
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(model(X), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(jax.jit(lambda x: model(x))(X), expected, rtol=1e-4, atol=1e-4)
    model.optimizer.learning_rate = 0.01
    before = model.evaluate(X, Y, verbose=0)
    model.fit(X, Y, batch_size=8, epochs=3, verbose=0)  # the gradient goes through `if`, `for` and `break`
    assert model.evaluate(X, Y, verbose=0) < before


def test_in_functions_and_functional_models():
    Gate, Net = make_classes()
    model = Net()
    model(X)
    function = kerax.function(lambda x: model(x, training=True))
    function(jnp.asarray(X))
    np.testing.assert_allclose(model.gate.norm.moving_mean, 0.5 * X.mean(0), rtol=1e-5)
    outputs, _, _ = jax.jit(lambda p, s, x: kerax.functional_call(model, p, s, x))(model.params, model.state, X)
    np.testing.assert_allclose(outputs, model(X), rtol=1e-5)
    Gate, _ = make_classes()
    inputs = kerax.Input((4,))
    gated = kerax.Model(inputs, Gate()(inputs))
    np.testing.assert_allclose(gated(X), X / np.sqrt(1.001) + 1, rtol=1e-5, atol=1e-6)


def test_only_what_needs_it_is_converted():
    calls = []

    class Plain(kerax.layers.Layer):
        def call(self, x, training=False):
            calls.append("plain" if "__autograph" not in self.call.__code__.co_filename else "converted")
            return x * 2 if training else x

    model = kerax.Sequential([Plain(), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert set(calls) == {"plain"}
    assert Plain not in kerax.layers.call_conversion._converted


def test_errors_name_the_line():
    class Peek(kerax.layers.Layer):
        def call(self, x):
            if jnp.sum(x) > 0:
                return x * np.asarray(x).max()  # here
            return x

    model = kerax.Sequential([Peek(), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"layer '.*peek.*' \(Peek\).*test_layer_calls.py:\d+: return x \* np.asarray"):
        model.fit(X, Y, verbose=0)


def test_a_while_loop_has_no_gradient_and_says_so():
    class Halve(kerax.layers.Layer):
        def call(self, x):
            while jnp.max(x) > 1.0:
                x = x / 2
            return x

    model = kerax.Sequential([Halve(), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    np.testing.assert_allclose(model.predict(X, verbose=0).shape, (8, 1))
    model = kerax.Sequential([kerax.layers.Dense(1), Halve()])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"fit\(\): the gradient of a `while` loop.*for _ in range\(n\)"):
        model.fit(X, Y, verbose=0)


def test_a_break_that_depends_on_an_array_leaves_a_python_range():
    @kerax.function
    def count(x):
        rounds = 0
        for i in range(2, 12, 3):
            if x > 8.0:
                break
            x = x + i
            rounds += 1
        return x, rounds

    for start in (0.0, 3.0, 9.0):
        x, rounds = start, 0
        for i in range(2, 12, 3):
            if x > 8.0:
                break
            x, rounds = x + i, rounds + 1
        assert [float(one) for one in count(jnp.asarray(start))] == [x, rounds]
