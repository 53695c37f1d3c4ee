"""Custom training loops, tapes and functions of TensorFlow tutorials, typed against kerax."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.layers import Conv2D, Dense, Flatten
from tests.acceptance.digits import load_data


class MyModel(kerax.Model):
    def __init__(self):
        super().__init__()
        self.conv1 = Conv2D(32, 3, activation="relu")
        self.flatten = Flatten()
        self.d1 = Dense(128, activation="relu")
        self.d2 = Dense(10, activation="softmax")

    def call(self, x):
        x = self.conv1(x)
        x = self.flatten(x)
        x = self.d1(x)
        return self.d2(x)


@pytest.mark.slow
def test_custom_training_loop():
    (x_train, y_train), (x_test, y_test) = load_data()
    x_train, x_test = x_train / 255.0, x_test / 255.0
    x_train = x_train[..., None].astype("float32")[:3200]
    x_test = x_test[..., None].astype("float32")
    y_train = y_train[:3200]
    train_ds = kerax.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(10000).batch(32)
    test_ds = kerax.data.Dataset.from_tensor_slices((x_test, y_test)).batch(32)
    model = MyModel()
    loss_object = kerax.losses.SparseCategoricalCrossentropy()
    optimizer = kerax.optimizers.Adam()
    train_loss = kerax.metrics.Mean(name="train_loss")
    train_accuracy = kerax.metrics.SparseCategoricalAccuracy(name="train_accuracy")
    test_loss = kerax.metrics.Mean(name="test_loss")
    test_accuracy = kerax.metrics.SparseCategoricalAccuracy(name="test_accuracy")

    @kerax.function
    def train_step(images, labels):
        with kerax.GradientTape() as tape:
            predictions = model(images)
            loss = loss_object(labels, predictions)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        train_loss(loss)
        train_accuracy(labels, predictions)

    @kerax.function
    def test_step(images, labels):
        predictions = model(images)
        test_loss(loss_object(labels, predictions))
        test_accuracy(labels, predictions)

    for _ in range(2):
        for images, labels in train_ds:
            train_step(images, labels)
        for test_images, test_labels in test_ds:
            test_step(test_images, test_labels)
        train_accuracy.reset_state()
    assert int(optimizer.iterations) == 200
    assert float(test_accuracy.result()) > 0.9
    assert train_step.experimental_get_tracing_count() == 1


def test_gradient_tape():
    x = jnp.asarray(3.0)
    with kerax.GradientTape() as g:
        g.watch(x)
        y = x * x if x > 2 else x
    assert float(g.gradient(y, x)) == 6.0
    v = kerax.Variable(1.0)
    with kerax.GradientTape() as t:
        with kerax.GradientTape() as t2:
            y = v * v * v
        dy = t2.gradient(y, v)
    assert float(dy) == 3.0 and float(t.gradient(dy, v)) == 6.0
    w, b = kerax.Variable(np.random.default_rng(0).normal(size=(3, 2))), kerax.Variable(np.zeros(2))
    unused = kerax.Variable(1.0)
    with kerax.GradientTape() as t:
        out = jnp.sum(jax.nn.relu(jnp.matmul(jnp.ones((4, 3)), w) + b) ** 2) + jax.lax.stop_gradient(unused.value)
    grads = t.gradient(out, {"w": w, "b": b, "unused": unused})
    assert grads["unused"] is None and grads["w"].shape == (3, 2)
    c = kerax.Variable([1.0, 2.0])
    with kerax.GradientTape() as t:
        y = c**2
    np.testing.assert_allclose(t.jacobian(y, c), np.diag([2.0, 4.0]))


def test_linear_regression_by_hand():
    class Linear(kerax.Model):
        def __init__(self):
            super().__init__()
            self.dense = Dense(units=1, activation=None, kernel_initializer="zeros", bias_initializer="zeros")

        def call(self, inputs):
            return self.dense(inputs)

    x = jnp.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    y = jnp.asarray([[10.0], [20.0]])
    model, opt = Linear(), kerax.optimizers.SGD(learning_rate=0.01)
    for _ in range(100):
        with kerax.GradientTape() as tape:
            loss = jnp.mean(jnp.square(model(x) - y))
        opt.apply_gradients(grads_and_vars=zip(tape.gradient(loss, model.variables), model.variables))
    assert float(loss) < 1.0 and [v.shape for v in model.variables] == [(3, 1), (1,)]


@kerax.function
def relu_like(x):
    if jnp.sum(x) > 0:
        return x
    else:
        return -x


@kerax.function
def collatz(n):
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


@kerax.function
def cumulative(x):
    total = jnp.zeros(())
    for i in jnp.arange(x.shape[0]):
        total += x[i] * i.astype("float32")
    return total


def test_function_and_autograph():
    pytest.importorskip("malt", reason="AutoGraph needs diastatic-malt")
    assert relu_like(jnp.asarray([1.0, 2.0])).tolist() == [1.0, 2.0]
    assert relu_like(jnp.asarray([-1.0, -2.0])).tolist() == [1.0, 2.0]
    assert int(collatz(jnp.asarray(27))) == 111
    assert float(cumulative(jnp.asarray([1.0, 2.0, 3.0]))) == 8.0
    counter, traces = kerax.Variable(0), []

    @kerax.function
    def count(x):
        traces.append(1)
        counter.assign_add(1)
        return x + counter.value.astype("float32")

    for _ in range(5):
        count(jnp.asarray(1.0))
    assert int(counter) == 5 and len(traces) == 1
    count(jnp.asarray([1.0]))
    assert len(traces) == 2
    grad = kerax.function(lambda v: jax.nn.softplus(v))
    v = kerax.Variable(2.0)
    with kerax.GradientTape() as t:
        y = grad(v)
    np.testing.assert_allclose(t.gradient(y, v), 1 / (1 + np.exp(-2.0)), rtol=1e-6)
