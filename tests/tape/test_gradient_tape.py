"""GradientTape equals jax.grad, watches what TensorFlow's watches, and forgets what it recorded."""

import gc
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerax
from kerax.tape import jitted, programs


def network(w1, w2, x):
    hidden = jax.nn.relu(x @ w1)
    return -jnp.mean(jax.nn.log_softmax(jax.nn.gelu(hidden @ w2))[:, 0]) + jnp.sum(jnp.sin(w1)) * 0.1


def arrays():
    draw = np.random.default_rng(0).normal
    return [jnp.asarray(draw(size=size), jnp.float32) for size in ((4, 5), (5, 3), (6, 4))]


def test_equals_jax_grad_compiled_or_not():
    w1, w2, x = arrays()
    expected = jax.grad(network, (0, 1))(w1, w2, x)
    for _ in range(4):  # at once, then compiled
        with kerax.GradientTape() as tape:
            tape.watch([w1, w2])
            loss = network(w1, w2, x)
        for ours, theirs in zip(tape.gradient(loss, [w1, w2]), expected):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_inside_jit_with_loops():
    def loss(w):
        total, _ = jax.lax.scan(lambda c, r: (jnp.tanh(c + jnp.sum(r * w)), None), 0.0, jnp.ones((3, 4)))
        return total + jnp.sum(jax.vmap(jnp.sin)(w))

    @jax.jit
    def ours(w):
        with kerax.GradientTape() as tape:
            tape.watch(w)
            y = loss(w)
        return tape.gradient(y, w)

    w = jnp.linspace(0.1, 0.4, 4)
    np.testing.assert_allclose(ours(w), jax.grad(loss)(w), rtol=1e-5)
    with kerax.GradientTape() as tape:
        tape.watch(w)
        y = loss(w)
    np.testing.assert_allclose(tape.gradient(y, w), jax.grad(loss)(w), rtol=1e-5)


def test_a_loop_is_traced_once_for_value_and_gradient():
    def step(w):
        with kerax.GradientTape() as tape:
            tape.watch(w)
            y, _ = jax.lax.scan(lambda c, r: (jnp.sin(c * w), None), 1.0, jnp.ones(5))
        return y, tape.gradient(y, w)

    scans = str(jax.make_jaxpr(step)(jnp.float32(0.5))).count("= scan[")
    plain = str(jax.make_jaxpr(jax.value_and_grad(lambda w: jax.lax.scan(
        lambda c, r: (jnp.sin(c * w), None), 1.0, jnp.ones(5))[0]))(jnp.float32(0.5))).count("= scan[")  # fmt: skip
    assert scans == plain


def test_persistent_intermediate_and_nested():
    x = jnp.asarray(3.0)
    with kerax.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    assert [float(tape.gradient(z, s)) for s in (x, y)] == [108.0, 18.0]
    assert float(tape.gradient(y, x)) == 6.0 and [float(g) for g in tape.gradient(z, (x, y))] == [108.0, 18.0]
    v = kerax.Variable(2.0)
    for _ in range(3):
        with kerax.GradientTape() as third, kerax.GradientTape() as second:
            with kerax.GradientTape() as first:
                y = v**4
            dy = first.gradient(y, v)
            ddy = second.gradient(dy, v)
        assert (float(dy), float(ddy), float(third.gradient(ddy, v))) == (32.0, 48.0, 48.0)


def test_variables_are_watched_as_tensorflow_does():
    w, frozen, unused = kerax.Variable(2.0), kerax.Variable(3.0, trainable=False), kerax.Variable(1.0)
    with kerax.GradientTape() as tape:
        loss = w * w * frozen + jax.lax.stop_gradient(unused.value)
    found = tape.gradient(loss, {"w": w, "rest": [frozen, unused]})
    assert float(found["w"]) == 12.0 and found["rest"] == [None, None]
    with kerax.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(frozen)
        loss = w * w * frozen
    assert tape.watched_variables() == (frozen,)
    gradients = tape.gradient(loss, [w, frozen], unconnected_gradients="zero")
    assert [float(g) for g in gradients] == [0.0, 4.0]


def test_two_variables_that_hold_one_array():
    a, b = kerax.Variable(2.0), kerax.Variable(5.0)
    b.assign(a.value)
    with kerax.GradientTape() as tape:
        y = a * 3 + b * 4
    assert [float(g) for g in tape.gradient(y, [a, b])] == [3.0, 4.0]


def test_assignments_cut_the_way_back():
    v = kerax.Variable(2.0)
    with kerax.GradientTape() as tape:
        first = v * 5
        v.assign(v * 2)
        y = first + v * 3
    assert float(tape.gradient(y, v)) == 8.0


def test_models_and_frozen_layers():
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(4, "relu"), kerax.layers.Dense(1)])
    x = np.ones((5, 3), "float32")
    for _ in range(3):
        with kerax.GradientTape() as tape:
            loss = jnp.mean(model(x) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
    _, expected = kerax.value_and_grad(lambda: jnp.mean(model(x) ** 2), model.trainable_variables)
    for ours, theirs in zip(gradients, expected):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_output_gradients_and_several_targets():
    x = jnp.asarray([1.0, 2.0])
    with kerax.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y, z = x**2, x**3
    assert tape.gradient(y, x, output_gradients=jnp.asarray([1.0, 10.0])).tolist() == [2.0, 40.0]
    assert tape.gradient([y, z], x).tolist() == [5.0, 16.0]


@pytest.mark.parametrize("rounds", [1, 3])
def test_jacobians(rounds):
    x = jnp.asarray([[1.0, 2.0], [3.0, 4.0]])
    w = jnp.asarray([[1.0, 2.0, 0.5], [0.0, 1.0, -1.0]])
    for _ in range(rounds):
        with kerax.GradientTape(persistent=True) as tape:
            tape.watch([x, w])
            y = jnp.sin(x @ w)
        full = tape.jacobian(y, {"x": x, "w": w})
        batch = tape.batch_jacobian(y, x)
    np.testing.assert_allclose(full["x"], jax.jacrev(lambda x: jnp.sin(x @ w))(x), rtol=1e-5)
    np.testing.assert_allclose(full["w"], jax.jacrev(lambda w: jnp.sin(x @ w))(w), rtol=1e-5)
    np.testing.assert_allclose(batch, jax.vmap(jax.jacrev(lambda x: jnp.sin(x @ w)))(x), rtol=1e-5)


def test_stop_recording_and_reset():
    x = jnp.asarray(2.0)
    with kerax.GradientTape(persistent=True) as tape:
        tape.watch(x)
        with tape.stop_recording():
            hidden = x * 10
        y = x * x + hidden
        assert float(tape.gradient(y, x)) == 4.0
        tape.reset()
        tape.watch(x)
        z = x * 3
    assert float(tape.gradient(z, x)) == 3.0


def test_complex_as_tensorflow():
    z = jnp.asarray(3.0 + 4.0j)
    with kerax.GradientTape() as tape:
        tape.watch(z)
        y = jnp.abs(z) ** 2
    np.testing.assert_allclose(tape.gradient(y, z), 6.0 + 8.0j, rtol=1e-6)  # TensorFlow 2.15: 2 z


def test_forward_accumulator():
    v = kerax.Variable([1.0, 2.0])
    with kerax.ForwardAccumulator(v, jnp.asarray([1.0, 0.5])) as accumulator:
        y = jnp.sum(v.value**3)
        other = jnp.ones(2)
    assert float(accumulator.jvp(y)) == 9.0
    assert accumulator.jvp(other) is None and accumulator.jvp(other, "zero").tolist() == [0.0, 0.0]


def test_custom_gradient():
    scale = kerax.Variable(3.0)

    @kerax.custom_gradient
    def clipped(x, y):
        def grad(dz, variables=None):
            assert variables == [scale]
            return (jnp.clip(dz, -1, 1), None), [jnp.asarray(7.0)]

        return x * y * scale, grad

    x, y = jnp.asarray(2.0), jnp.asarray(5.0)

    def gradients():
        with kerax.GradientTape() as tape:
            tape.watch([x, y])
            z = clipped(x, y) * 100
        return z, tape.gradient(z, [x, y, scale])

    for call in (gradients, gradients, kerax.function(gradients)):
        z, found = call()
        assert float(z) == 3000.0 and [g if g is None else float(g) for g in found] == [1.0, None, 7.0]


# ---- memory ---------------------------------------------------------------------------------------------------------
def test_memory_is_freed_with_the_tape_or_after_gradient():
    x = jnp.ones(10)
    with kerax.GradientTape(persistent=True) as tape:
        tape.watch(x)
        middle = jnp.sin(x)
        y = jnp.sum(middle)
    reference = weakref.ref(middle)
    del middle
    assert reference() is not None
    del tape
    assert reference() is None  # by counting references, not by the garbage collector
    with kerax.GradientTape() as tape:
        tape.watch(x)
        middle = jnp.sin(x)
        y = jnp.sum(middle)
    reference = weakref.ref(middle)
    del middle
    tape.gradient(y, x)
    assert reference() is None


@pytest.mark.slow
def test_a_long_eager_loop_does_not_leak():
    w = kerax.Variable(np.ones(8, "float32"))

    def step(i):
        with kerax.GradientTape() as tape:
            loss = jnp.sum((w.value * i - 1.0) ** 2)  # a number that changes is no new program
        w.assign(w - 0.01 * tape.gradient(loss, w))

    for i in range(5):
        step(i)
    gc.collect()
    arrays, kept = len(jax.live_arrays()), (len(programs._programs), len(jitted._jitted))
    for i in range(300):
        step(i % 7)
    gc.collect()
    assert len(jax.live_arrays()) <= arrays + 2
    assert (len(programs._programs), len(jitted._jitted)) == kept


# ---- bad input ------------------------------------------------------------------------------------------------------
def test_errors():
    x = jnp.asarray(2.0)
    with kerax.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    outside = x + 1
    with pytest.raises(TypeError, match="int32, which has no gradient"):
        _integer_target()
    with pytest.raises(ValueError, match="was not computed while this tape"):
        tape.gradient(outside, x)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(y, x)
    with pytest.raises(TypeError, match="jnp.asarray"):
        kerax.GradientTape().watch(3.0)
    with pytest.warns(UserWarning, match="has no gradient"), kerax.GradientTape() as tape:
        tape.watch(jnp.asarray(3))
    with pytest.raises(ValueError, match="'none' or 'zero'"):
        _fresh()[0].gradient(_fresh()[1], x, unconnected_gradients="one")
    with pytest.raises(RuntimeError, match="inside the tape's"):
        kerax.GradientTape().reset()
    tape = kerax.GradientTape()
    with tape, pytest.raises(RuntimeError, match="entered twice"):
        tape.__enter__()


def _fresh():
    x = jnp.asarray(2.0)
    with kerax.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape, y, x


def _integer_target():
    x = jnp.asarray(2.0)
    with kerax.GradientTape() as tape:
        tape.watch(x)
        y = jnp.argmax(jnp.stack([x, x]))
    tape.gradient(y, x)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8))
def test_random_programs_equal_jax_grad(plan):
    operations = [jnp.add, jnp.multiply, lambda a, b: jnp.sin(a) - b, jnp.maximum, lambda a, b: jnp.tanh(a * b),
                  lambda a, b: jax.lax.stop_gradient(a) + b]  # fmt: skip

    def program(values):
        values = list(values)
        for op, i, j in plan:
            values.append(operations[op](values[-1 - i % len(values)], values[j % len(values)]))
        return jnp.sum(values[-1])

    start = [jnp.linspace(0.1, 0.5, 3), jnp.linspace(-0.3, 0.7, 3)]
    with kerax.GradientTape() as tape:
        tape.watch(start)
        y = program(start)
    ours = tape.gradient(y, start, unconnected_gradients="zero")
    for one, two in zip(ours, jax.grad(program)(start)):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("persistent", [False, True])
def test_compiled_models_and_losses_are_one_operation_each(persistent):
    """They are noted by a short way; the gradient is JAX's, also for inputs, weights of samples and nested tapes."""
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(4, "tanh"), kerax.layers.Dense(2)])
    loss = kerax.losses.MeanSquaredError()
    x, y, weight = jnp.ones((2, 3)), np.zeros((2, 2), "float32"), jnp.asarray([1.0, 3.0])

    def by_jax(params, x, weight):
        return loss(jnp.asarray(y), kerax.functional_call(model, params, {}, x)[0], weight)

    expected = jax.grad(by_jax, argnums=(0, 1, 2))(model.params, x, weight)
    for _ in range(3):  # at once, compiled, from the cache
        with kerax.GradientTape(persistent=persistent) as tape:
            tape.watch([x, weight])
            value = loss(y, model(x), weight)
        recorder = tape._recorder
        assert len(recorder.operations) == 2
        found = tape.gradient(value, [model.trainable_variables, x, weight])
        for variable, one in zip(model.trainable_variables, found[0], strict=True):
            np.testing.assert_allclose(one, expected[0][variable.path], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(found[2], expected[2], rtol=1e-5)
    with kerax.GradientTape() as outer:
        outer.watch(x)
        with kerax.GradientTape() as inner:
            inner.watch(x)
            value = loss(y, model(x))
        first = inner.gradient(value, x)
        total = jnp.sum(first**2)
    second = outer.gradient(total, x)
    expected = jax.grad(lambda x: jnp.sum(jax.grad(lambda x: by_jax(model.params, x, None))(x) ** 2))(x)
    np.testing.assert_allclose(second, expected, rtol=1e-4, atol=1e-6)


def test_a_model_that_comes_again_is_not_run_twice_for_its_gradient():
    """What its layers gave is kept with the record, and can be differentiated itself."""
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(4, "tanh"), kerax.layers.Dense(2)])
    x = jnp.asarray([[0.1, 0.2, 0.3], [0.3, -0.2, 0.5]])

    def squared(params, x):
        return jnp.sum(kerax.functional_call(model, params, {}, x)[0] ** 2)

    first = jax.grad(squared, 1)(model.params, x)
    second = jax.grad(lambda params: jnp.sum(jax.grad(squared, 1)(params, x) ** 2))(model.params)
    for turn in range(3):
        with kerax.GradientTape(persistent=True) as tape:
            tape.watch(x)
            value = jnp.sum(model(x) ** 2)
            inner = tape.gradient(value, x)
            penalty = jnp.sum(inner**2)
        (split, *_) = [operation.split for operation in tape._recorder.operations]
        assert (split is None) == (turn == 0)
        np.testing.assert_allclose(inner, first, rtol=1e-5, atol=1e-6)
        found = tape.gradient(penalty, model.trainable_variables, unconnected_gradients="zero")
        for variable, one in zip(model.trainable_variables, found, strict=True):
            np.testing.assert_allclose(one, second[variable.path], rtol=1e-4, atol=1e-6)


def test_what_was_computed_before_an_array_was_watched_does_not_depend_on_it():
    w, x = kerax.Variable(2.0), jnp.asarray(3.0)
    with kerax.GradientTape() as tape:
        y = w * x
        tape.watch(x)
        z = y + 5 * x
    assert [float(one) for one in tape.gradient(z, [w, x])] == [3.0, 5.0]


def test_dicts_keep_their_order():
    """A script zips the values of one dict with those of another."""
    w, b = kerax.Variable(2.0), kerax.Variable(3.0)
    with kerax.GradientTape() as tape:
        loss = w * w * b
    found = tape.gradient(loss, {"w": w, "more": [{"b": b, "a": w}]})
    assert list(found) == ["w", "more"]
    assert {name: float(one) for name, one in found["more"][0].items()} == {"b": 4.0, "a": 12.0}
    assert list(found["more"][0]) == ["b", "a"]


def test_a_target_that_is_none_says_so():
    with kerax.GradientTape() as tape:
        pass
    with pytest.raises(TypeError, match="target is None.*return it"):
        tape.gradient(None, kerax.Variable(1.0))


def test_batch_jacobian_of_what_does_not_depend_is_zero():
    x = jnp.ones((2, 3))
    with kerax.GradientTape() as tape:
        tape.watch(x)
        y = jnp.ones((2, 2)) * 3
    assert tape.batch_jacobian(y, x).shape == (2, 2, 3)


def test_a_target_that_left_the_record_says_so():
    w = kerax.Variable(2.0)
    with kerax.GradientTape() as tape:
        loss = float(w * w)
    with pytest.raises(TypeError, match=r"is not recorded.*without float\(\)"):
        tape.gradient(loss, w)


def test_scaled_losses_as_in_tf_keras():
    plain, scaled = kerax.Variable([2.0, 1.0]), kerax.Variable([2.0, 1.0])
    one, two = kerax.optimizers.SGD(0.1), kerax.optimizers.LossScaleOptimizer(kerax.optimizers.SGD(0.1))
    for _ in range(2):
        with kerax.GradientTape(persistent=True) as tape:
            first = jnp.sum(plain**2)
            second = two.get_scaled_loss(jnp.sum(scaled**2))
        one.apply_gradients([(tape.gradient(first, plain), plain)])
        two.apply_gradients(zip(two.get_unscaled_gradients([tape.gradient(second, scaled)]), [scaled]))
    for _ in range(2):  # and Keras 3's way, which divides in the step
        one.minimize(lambda: jnp.sum(plain**2), [plain])
        two.minimize(lambda: jnp.sum(scaled**2), [scaled])
    np.testing.assert_allclose(plain.numpy(), scaled.numpy(), rtol=1e-6)
