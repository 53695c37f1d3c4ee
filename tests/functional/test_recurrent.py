"""Recurrent kernels: numerics against Keras 3 on JAX, derivatives against plain autodiff."""

import itertools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import kerax.activations
from kerax.functional.recurrent import gru, gru_step, lstm, lstm_step, rnn, simple_rnn, simple_rnn_step
from kerax.functional.recurrent.gates import elementwise_derivative

# The layers of tests/layers/rnn run these kernels too: continuous integration checks them alone in its second step.
pytestmark = pytest.mark.slow

BATCH, TIME, FEATURES, UNITS = 3, 6, 4, 5
MASK = np.array([[1, 1, 1, 1, 0, 0], [0, 0, 1, 0, 1, 1], [1, 1, 1, 1, 1, 1]], bool)
FORWARD_TOLERANCE = dict(rtol=1e-5, atol=1e-6)
GRADIENT_TOLERANCE = dict(rtol=2e-4, atol=2e-5)


def plain_tanh(z):
    """A tanh that the kernels do not know, which sends them the general way."""
    return jnp.tanh(z)


def plain_sigmoid(z):
    return jax.nn.sigmoid(z)


def arrays(gates, bias_rows=None, states=1, seed=0):
    rng = np.random.default_rng(seed)
    make = lambda *shape: jnp.asarray(rng.normal(size=shape) * 0.5, jnp.float32)  # noqa: E731
    bias = make(gates * UNITS) if bias_rows is None else make(bias_rows, gates * UNITS)
    return make(BATCH, TIME, FEATURES), [make(BATCH, UNITS) for _ in range(states)], [
        make(FEATURES, gates * UNITS), make(UNITS, gates * UNITS), bias
    ]  # fmt: skip


def run_lstm(x, states, weights, fast=True, **options):
    acts = {} if fast else dict(activation=plain_tanh, recurrent_activation=plain_sigmoid)
    return lstm(x, *states, *weights, **acts, **options)


def run_gru(x, states, weights, fast=True, **options):
    acts = {} if fast else dict(activation=plain_tanh, recurrent_activation=plain_sigmoid)
    return gru(x, *states, *weights, **acts, **options)


def run_gru_before(x, states, weights, fast=True, **options):
    return run_gru(x, states, weights, fast, reset_after=False, **options)


def run_simple(x, states, weights, fast=True, **options):
    return simple_rnn(x, *states, *weights, **({} if fast else dict(activation=plain_tanh)), **options)


KINDS = {
    "lstm": (run_lstm, dict(gates=4, states=2), lambda **k: keras.layers.LSTM(UNITS, **k)),
    "gru": (run_gru, dict(gates=3, bias_rows=2), lambda **k: keras.layers.GRU(UNITS, **k)),
    "gru_before": (run_gru_before, dict(gates=3), lambda **k: keras.layers.GRU(UNITS, reset_after=False, **k)),
    "simple_rnn": (run_simple, dict(gates=1), lambda **k: keras.layers.SimpleRNN(UNITS, **k)),
}


@pytest.mark.parametrize(
    "sequences, backwards, masked, hoist",
    [(False, False, False, True), (True, False, True, False), (True, True, False, False), (False, True, True, True)],
)
@pytest.mark.parametrize("kind", KINDS)
def test_equals_keras(kind, backwards, sequences, masked, hoist):
    run, shapes, make = KINDS[kind]
    x, states, weights = arrays(**shapes)
    mask = jnp.asarray(MASK) if masked else None
    layer = make(return_sequences=sequences, return_state=True, go_backwards=backwards)
    layer.build(x.shape)
    layer.set_weights([np.asarray(w) for w in weights])
    expected = layer(x, initial_state=states, mask=mask)
    y, new_states = run(x, states, weights, mask=mask, return_sequences=sequences, go_backwards=backwards, hoist=hoist)
    np.testing.assert_allclose(y, expected[0], **FORWARD_TOLERANCE)
    for got, want in zip(new_states, expected[1:], strict=True):
        np.testing.assert_allclose(got, want, **FORWARD_TOLERANCE)


def scalar(run, options, x, states, weights):
    y, new_states = run(x, states, weights, **options)
    total = jnp.sum(jnp.sin(y * 1.3))
    return total + sum(jnp.sum(jnp.cos(s)) for s in new_states)


@pytest.mark.parametrize(
    "sequences, masked, hoist", [(False, False, True), (True, True, True), (True, False, False), (False, True, False)]
)
@pytest.mark.parametrize("kind", KINDS)
def test_gradient_equals_autodiff(kind, sequences, masked, hoist):
    run, shapes, _ = KINDS[kind]
    x, states, weights = arrays(**shapes)
    options = dict(mask=jnp.asarray(MASK) if masked else None, return_sequences=sequences, go_backwards=True)
    fast = jax.jit(jax.grad(lambda *a: scalar(run, {**options, "hoist": hoist}, *a), (0, 1, 2)))(x, states, weights)
    slow = jax.jit(jax.grad(lambda *a: scalar(run, {**options, "fast": False}, *a), (0, 1, 2)))(x, states, weights)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **GRADIENT_TOLERANCE), fast, slow)


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_of_some_arguments_only(kind):
    run, shapes, _ = KINDS[kind]
    a = arrays(**shapes)
    everything = jax.jit(jax.grad(lambda *a: scalar(run, {}, *a), (0, 1, 2)))(*a)
    for argument in range(3):
        one = jax.jit(jax.grad(lambda *a: scalar(run, {}, *a), argument))(*a)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **GRADIENT_TOLERANCE), one, everything[argument])


@pytest.mark.parametrize("kind", KINDS)
def test_forward_mode_and_second_derivatives(kind):
    run, shapes, _ = KINDS[kind]
    x, states, weights = arrays(**shapes)
    rng = np.random.default_rng(3)
    direction = jax.tree.map(lambda a: jnp.asarray(rng.normal(size=a.shape), a.dtype), (x, states, weights))

    def along(fast):
        f = lambda *a: scalar(run, dict(fast=fast, mask=jnp.asarray(MASK)), *a)  # noqa: E731
        first = jax.jvp(f, (x, states, weights), direction)[1]
        forward_over_reverse = jax.jvp(jax.grad(f, 2), (x, states, weights), direction)[1]
        reverse_over_reverse = jax.grad(lambda w: sum(jnp.sum(g**2) for g in jax.grad(f, 2)(x, states, w)))(weights)
        return first, forward_over_reverse, reverse_over_reverse

    fast, slow = (jax.jit(lambda f=f: along(f))() for f in (True, False))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-4), fast, slow)


@pytest.mark.parametrize("kind", KINDS)
def test_jit_vmap_and_unroll_equal_eager(kind):
    run, shapes, _ = KINDS[kind]
    x, states, weights = arrays(**shapes)
    mask = jnp.asarray(MASK)
    expected = run(x, states, weights, mask=mask, return_sequences=True)
    for unroll in (True, 2):
        got = jax.jit(lambda x, m, u=unroll: run(x, states, weights, mask=m, return_sequences=True, unroll=u))(x, mask)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **FORWARD_TOLERANCE), got, expected)
    stack = jnp.stack([x, x * 0.5])
    mapped = jax.vmap(lambda x: run(x, states, weights, return_sequences=True)[0])(stack)
    gradient = jax.vmap(jax.grad(lambda x: scalar(run, {}, x, states, weights)))(stack)
    for i in range(2):
        one = run(stack[i], states, weights, return_sequences=True)[0]
        np.testing.assert_allclose(mapped[i], one, **FORWARD_TOLERANCE)
        lone = jax.grad(lambda x: scalar(run, {}, x, states, weights))(stack[i])
        np.testing.assert_allclose(gradient[i], lone, **GRADIENT_TOLERANCE)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_unknown_batch_and_time(kind, masked):
    run, shapes, _ = KINDS[kind]
    _, states, weights = arrays(**shapes)
    b, t = jax.export.symbolic_shape("b, t")
    x = jax.ShapeDtypeStruct((b, t, FEATURES), jnp.float32)
    mask = jax.ShapeDtypeStruct((b, t), jnp.bool_)
    states = [jax.ShapeDtypeStruct((b, UNITS), jnp.float32) for _ in states]

    def call(x, mask, states):
        options = dict(mask=mask if masked else None, zero_output_for_mask=masked)
        return run(x, states, weights, return_sequences=True, go_backwards=True, **options), run(
            x, states, weights, **options
        )

    (sequence, _), (last, _) = jax.eval_shape(call, x, mask, states)
    assert sequence.shape == (b, t, UNITS)
    assert last.shape == (b, UNITS)


@pytest.mark.parametrize("kind", KINDS)
def test_zero_output_for_mask_and_extra_mask_axis(kind):
    run, shapes, _ = KINDS[kind]
    x, states, weights = arrays(**shapes)
    plain, _ = run(x, states, weights, mask=jnp.asarray(MASK), return_sequences=True)
    zeros, _ = run(x, states, weights, mask=jnp.asarray(MASK), return_sequences=True, zero_output_for_mask=True)
    np.testing.assert_array_equal(zeros, np.where(MASK[..., None], plain, 0))
    wide = jnp.stack([jnp.asarray(MASK), jnp.zeros_like(MASK)], -1)
    again, _ = run(x, states, weights, mask=wide, return_sequences=True)
    np.testing.assert_array_equal(again, plain)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("kind", KINDS)
def test_low_precision_keeps_its_dtype(kind, dtype):
    run, shapes, _ = KINDS[kind]
    x, states, weights = jax.tree.map(lambda a: a.astype(dtype), arrays(**shapes))
    y, new_states = run(x, states, weights)
    assert y.dtype == dtype and all(s.dtype == dtype for s in new_states)
    gradient = jax.grad(lambda w: run(x, states, w)[0].astype("float32").sum())(weights)
    assert all(g.dtype == dtype and np.isfinite(np.asarray(g, "float32")).all() for g in gradient)


@pytest.mark.parametrize("activation", [jax.nn.relu, jax.nn.hard_sigmoid, jax.nn.softmax, jax.nn.elu, jax.nn.soft_sign])
@pytest.mark.parametrize("kind", KINDS)
def test_other_activations(kind, activation):
    run, shapes, _ = KINDS[kind]
    x, states, weights = arrays(**shapes)
    hidden = lambda z: activation(z)  # noqa: E731  (unknown to the kernels)
    gradients = [
        jax.jit(jax.grad(lambda w, f=f: jnp.sum(jnp.sin(run(x, states, w, activation=f)[0]))))(weights)
        for f in (activation, hidden)
    ]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **GRADIENT_TOLERANCE), *gradients)


def test_the_library_s_own_activations_take_the_fast_way():
    for name in ("tanh", "sigmoid", "relu", "hard_sigmoid", "legacy_hard_sigmoid", "linear", "elu", "softsign", "gelu"):
        assert elementwise_derivative(getattr(kerax.activations, name)) is not None, name
    assert elementwise_derivative(jnp.tanh) is not None and elementwise_derivative(jax.nn.sigmoid) is not None
    assert elementwise_derivative(kerax.activations.softmax) is None and elementwise_derivative(plain_tanh) is None


def test_steps_repeated_give_the_loop():
    x, states, weights = arrays(gates=4, states=2)
    h, c = states
    for t in range(TIME):
        h, c = lstm_step(x[:, t], h, c, *weights)
    np.testing.assert_allclose(h, run_lstm(x, states, weights)[0], **FORWARD_TOLERANCE)
    for reset_after, rows in ((True, 2), (False, None)):
        x, states, weights = arrays(gates=3, bias_rows=rows)
        h = states[0]
        for t in range(TIME):
            h = gru_step(x[:, t], h, *weights, reset_after=reset_after)
        np.testing.assert_allclose(h, run_gru(x, states, weights, reset_after=reset_after)[0], **FORWARD_TOLERANCE)
    x, states, weights = arrays(gates=1)
    h = states[0]
    for t in range(TIME):
        h = simple_rnn_step(x[:, t], h, *weights)
    np.testing.assert_allclose(h, run_simple(x, states, weights)[0], **FORWARD_TOLERANCE)


def test_without_bias():
    for kind, (hoist) in itertools.product(KINDS, (False, True)):
        run, shapes, _ = KINDS[kind]
        x, states, (kernel, recurrent, bias) = arrays(**shapes)
        none, _ = run(x, states, [kernel, recurrent, None], hoist=hoist)
        zero, _ = run(x, states, [kernel, recurrent, jnp.zeros_like(bias)])
        np.testing.assert_allclose(none, zero, **FORWARD_TOLERANCE)
        jax.grad(lambda k: run(x, states, [k, recurrent, None], hoist=hoist)[0].sum())(kernel)  # noqa: B023


@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_general_loop_equals_the_kernel(backwards, zero):
    x, states, weights = arrays(gates=4, states=2)

    def step(x, state):
        h, c = lstm_step(x, *state, *weights)
        return h, (h, c)

    options = dict(mask=jnp.asarray(MASK), go_backwards=backwards, zero_output_for_mask=zero)
    last, outputs, new_states = rnn(step, x, tuple(states), initial_output=states[0], **options)
    expected, expected_states = run_lstm(x, states, weights, return_sequences=True, **options)
    np.testing.assert_allclose(outputs, expected, **FORWARD_TOLERANCE)
    np.testing.assert_allclose(last, run_lstm(x, states, weights, **options)[0], **FORWARD_TOLERANCE)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **FORWARD_TOLERANCE), new_states, expected_states)


def test_general_loop_repeats_the_output_that_is_no_state():
    x = jnp.arange(4.0).reshape(1, 4, 1) + 1
    mask = jnp.array([[False, True, False, True]])
    last, outputs, total = rnn(lambda x, s: (jnp.tile(x + s, 2), s + x), x, jnp.zeros((1, 1)), mask=mask)
    assert outputs[0, :, 0].tolist() == [0.0, 2.0, 2.0, 6.0]
    assert outputs.shape == (1, 4, 2) and last[0].tolist() == [6.0, 6.0] and float(total[0, 0]) == 6.0


def test_a_loop_called_again_is_not_compiled_again():
    x, states, weights = arrays(gates=4, states=2)
    count = 0

    def listen(event, *_, **__):
        nonlocal count
        count += event.endswith("backend_compile_duration")

    run_lstm(x, states, weights)
    other = [jnp.asarray(np.asarray(one)) for one in states]
    jax.monitoring.register_event_duration_secs_listener(listen)
    run_lstm(x, other, weights)
    assert count == 0
    run_lstm(x[:1], [one[:1] for one in other], weights)
    assert count > 0, "other shapes are compiled"
