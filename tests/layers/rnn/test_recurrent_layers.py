"""Recurrent layers: what Keras has no numbers for, and what kerax does differently on purpose."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax import layers

X = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")
WIDE = np.tile(X, 16)  # enough features that two draws of dropout are never equal
MASK = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 1, 1, 1, 1]], bool)
MAKERS = {
    "lstm": lambda **k: layers.LSTM(4, **k),
    "gru": lambda **k: layers.GRU(4, **k),
    "simple_rnn": lambda **k: layers.SimpleRNN(4, **k),
    "stack": lambda **k: layers.RNN([layers.LSTMCell(5), layers.GRUCell(4)], **k),
}


class Minimal(layers.Layer):
    """The custom cell of Keras's guide."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
        )

    def call(self, inputs, states):
        output = inputs @ self.kernel + states[0] @ self.recurrent_kernel
        return output, [output]


class Nested(layers.Layer):
    """Two states, an output that is no state, layers of its own that are built lazily, noise, and a counter."""

    state_size = [3, 2]
    output_size = 7

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.out, self.drop = layers.Dense(5), layers.Dense(7), layers.Dropout(0.5)
        self.steps = kerax.Variable(0, trainable=False, name="steps")

    def call(self, inputs, states, training=False):
        a, b = states
        self.steps.assign_add(1)
        hidden = self.drop(jnp.tanh(self.dense(jnp.concatenate([inputs, a, b], -1))), training=training)
        return self.out(hidden), (hidden[:, :3], hidden[:, 3:])


@pytest.mark.parametrize("name", MAKERS)
def test_jit_equals_eager(name):
    layer = MAKERS[name](return_sequences=True)
    eager = layer(X, mask=MASK)
    jitted = jax.jit(lambda p, x: kerax.functional_call(layer, p, {}, x, mask=MASK)[0])(layer.params, X)
    np.testing.assert_allclose(jitted, eager, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", MAKERS)
def test_stateful_goes_on_where_it_stopped(name):
    whole = MAKERS[name](return_sequences=True)
    expected = np.asarray(whole(X))
    kept = MAKERS[name](return_sequences=True, stateful=True)
    kept.build((2, None, 3))
    kept.set_weights(whole.get_weights())
    halves = [kept(X[:, :2]), kept(X[:, 2:])]
    np.testing.assert_allclose(np.concatenate(halves, 1), expected, rtol=1e-5, atol=1e-6)
    kept.reset_states()
    np.testing.assert_allclose(kept(X), expected, rtol=1e-5, atol=1e-6)
    # The same as a pure function: the states go in and come out.
    kept.reset_state()
    first, state, _ = kerax.functional_call(kept, kept.params, kept.state, X[:, :2])
    second, _, _ = kerax.functional_call(kept, kept.params, state, X[:, 2:])
    np.testing.assert_allclose(np.concatenate([first, second], 1), expected, rtol=1e-5, atol=1e-6)
    assert not np.asarray(jax.tree.leaves(kept.state)[0]).any()


def test_kept_states_can_be_set_and_are_no_weights():
    layer = layers.LSTM(4, stateful=True)
    layer.build((2, None, 3))
    assert len(layer.get_weights()) == 3 and layer.count_params() == 4 * 4 * (3 + 4 + 1)
    state = [np.full((2, 4), 0.5, "float32"), np.full((2, 4), -0.5, "float32")]
    layer.reset_states(state)
    expected = layers.LSTM(4)
    expected.build((2, None, 3))
    expected.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(X), expected(X, initial_state=state), rtol=1e-6)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    "options", [dict(dropout=0.5), dict(recurrent_dropout=0.5), dict(dropout=0.3, implementation=1)]
)
def test_dropout(name, options):
    if name == "stack":
        layer = layers.RNN([layers.LSTMCell(5, **options), layers.GRUCell(4, **options)])
    else:
        layer = MAKERS[name](**options)
    assert np.array_equal(layer(WIDE), layer(WIDE, training=False))
    assert not np.allclose(layer(WIDE, training=True), layer(WIDE, training=True))
    call = lambda key: kerax.functional_call(layer, layer.params, {}, WIDE, key=key, training=True)[0]  # noqa: E731
    compiled = jax.jit(call)
    one, two = compiled(jax.random.key(0)), compiled(jax.random.key(1))
    assert np.array_equal(one, compiled(jax.random.key(0))) and not np.allclose(one, two)
    np.testing.assert_allclose(call(jax.random.key(0)), one, rtol=1e-5, atol=1e-6)
    grads = jax.grad(lambda p: kerax.functional_call(layer, p, {}, WIDE, key=jax.random.key(0), training=True)[0].sum())
    assert all(np.isfinite(g).all() for g in jax.jit(grads)(layer.params).values())


def test_one_mask_for_the_whole_sequence():
    # With an identity kernel and no recurrence, an input that is dropped is dropped at every step.
    layer = layers.SimpleRNN(
        64, activation=None, dropout=0.5, kernel_initializer="identity", recurrent_initializer="zeros",
        return_sequences=True,
    )  # fmt: skip
    y = np.asarray(layer(np.ones((3, 5, 64), "float32"), training=True))
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y == y[:, :1]).all()
    assert not (y[0] == y[1]).all()


def test_a_cell_called_by_hand_keeps_its_masks_until_reset():
    cell = layers.GRUCell(4, dropout=0.5)
    state = cell.get_initial_state(batch_size=2)
    first = cell(X[:, 0], state, training=True)[0]
    assert np.array_equal(first, cell(X[:, 0], state, training=True)[0])
    different = []
    for _ in range(8):
        cell.reset_dropout_mask()
        different.append(not np.array_equal(first, cell(X[:, 0], state, training=True)[0]))
    assert any(different)


@pytest.mark.parametrize("masked", [False, True])
def test_custom_cell(masked):
    layer = layers.RNN(Minimal(4), return_sequences=True)
    y = layer(X, mask=MASK if masked else None)
    kernel, recurrent = layer.get_weights()
    h = np.zeros((2, 4), "float32")
    for t in range(6):
        new = X[:, t] @ kernel + h @ recurrent
        h = np.where(MASK[:, t, None], new, h) if masked else new
        np.testing.assert_allclose(y[:, t], h, rtol=1e-4, atol=1e-6)
    names = [f"{layer.name}/{layer.cell.name}/{n}" for n in ("kernel", "recurrent_kernel")]
    assert [w.path for w in layer.weights] == names


def test_cell_with_layers_noise_and_state_of_its_own():
    layer = layers.RNN(Nested(), return_sequences=True, return_state=True)
    y, a, b = layer(X)
    assert (y.shape, a.shape, b.shape) == ((2, 6, 7), (2, 3), (2, 2))
    assert int(layer.cell.steps.numpy()) == 6
    assert not np.allclose(layer(X, training=True)[0], layer(X, training=True)[0])
    call = lambda key: kerax.functional_call(layer, layer.params, layer.state, X, key=key, training=True)  # noqa: E731
    (y, *_), state, _ = jax.jit(call)(jax.random.key(0))
    steps = next(value for path, value in state.items() if path.endswith("/steps"))
    assert len(state) == 2 and int(steps) == 24  # the other one is the state of the dropout's seed generator
    assert int(layer.cell.steps.numpy()) == 18
    masked = layer(X, mask=MASK)[0]
    np.testing.assert_array_equal(masked[0, 3], masked[0, 2])


def test_cell_that_is_no_layer():
    class Sum:
        state_size = 3

        def call(self, inputs, states):
            return states[0] + inputs, states[0] + inputs

    np.testing.assert_allclose(layers.RNN(Sum(), return_sequences=True)(X), np.cumsum(X, 1), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", MAKERS)
def test_round_trip(name):
    layer = MAKERS[name](return_sequences=True, go_backwards=True, name="mine")
    expected = layer(X)
    again = layers.deserialize(layers.serialize(layer))
    again(X)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(X), expected)
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="sum", name="both"),
        lambda: layers.Bidirectional(layers.GRU(3), backward_layer=layers.GRU(2, go_backwards=True), name="both"),
        lambda: layers.TimeDistributed(layers.Dense(3), name="each"),
        lambda: layers.RNN(layers.StackedRNNCells([layers.SimpleRNNCell(2), layers.GRUCell(3)]), name="deep"),
    ],
)
def test_round_trip_of_wrappers(make):
    layer = make()
    expected = layer(X)
    again = layers.deserialize(layers.serialize(layer))
    again(X)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(X), expected)
    assert again.get_config() == layer.get_config()


def test_tf_keras_configuration_is_read():
    config = layers.LSTM(4).get_config()
    config.pop("seed"), config.pop("zero_output_for_mask")
    layer = layers.LSTM.from_config({**config, "time_major": False, "implementation": 2, "dtype": "float32"})
    assert layer.units == 4 and layer.cell.implementation == 2


def test_masks_travel():
    x = jnp.asarray(X)
    kerax.state.set_mask(x, jnp.asarray(MASK))
    sequence = layers.GRU(4, return_sequences=True)(x)
    np.testing.assert_array_equal(kerax.state.get_mask(sequence), MASK)
    assert kerax.state.get_mask(layers.GRU(4)(x)) is None
    y, *states = layers.LSTM(4, return_sequences=True, return_state=True)(x)
    assert kerax.state.get_mask(y) is not None and all(kerax.state.get_mask(s) is None for s in states)
    both = layers.Bidirectional(layers.GRU(4, return_sequences=True))(x)
    np.testing.assert_array_equal(kerax.state.get_mask(both), MASK)
    each = layers.TimeDistributed(layers.Dense(2))(x)
    np.testing.assert_array_equal(kerax.state.get_mask(each), MASK)


def test_symbolic_inputs_and_states():
    x = kerax.Input((None, 3))
    h, c = kerax.Input((4,)), kerax.Input((4,))
    y, *states = layers.LSTM(4, return_sequences=True, return_state=True)(x, initial_state=[h, c])
    assert y.shape == (None, None, 4) and [s.shape for s in states] == [(None, 4), (None, 4)]
    assert layers.Bidirectional(layers.GRU(4))(x).shape == (None, 8)
    assert layers.TimeDistributed(layers.Dense(2))(x).shape == (None, None, 2)
    assert layers.RNN(Nested())(x).shape == (None, 7)
    assert layers.LSTM(4).compute_output_shape((None, None, 3)) == (None, 4)
    assert layers.LSTM(4, stateful=True)(kerax.Input((None, 3), batch_size=2)).shape == (2, 4)


@pytest.mark.parametrize("policy, dtype", [("mixed_bfloat16", "bfloat16"), ("float16", "float16")])
@pytest.mark.parametrize("name", ["lstm", "gru", "simple_rnn"])
def test_dtype_policies(name, policy, dtype):
    layer = MAKERS[name](dtype=policy, return_state=True)
    outputs = layer(X, mask=MASK)
    assert all(y.dtype == dtype for y in outputs)
    assert layer.cell.kernel.dtype == ("float32" if policy.startswith("mixed") else dtype)


def test_first_biases():
    bias = lambda layer: (layer.build((None, None, 3)), np.asarray(layer.cell.bias))[1]  # noqa: E731
    np.testing.assert_array_equal(bias(layers.LSTM(2)), [0, 0, 1, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(bias(layers.LSTM(2, unit_forget_bias=False)), np.zeros(8))
    assert bias(layers.GRU(2)).shape == (2, 6) and bias(layers.GRU(2, reset_after=False)).shape == (6,)


def test_frozen_and_regularized():
    layer = layers.LSTM(4, kernel_regularizer="l2", recurrent_regularizer="l1", activity_regularizer="l2")
    layer(X)
    assert len(layer.losses) == 3
    layer.trainable = False
    assert not layer.trainable_weights and len(layer.weights) == 3


@pytest.mark.parametrize(
    "fault, error, words",
    [
        (lambda: layers.LSTM(0), ValueError, "units"),
        (lambda: layers.GRU(-3), ValueError, "units"),
        (lambda: layers.SimpleRNN("4"), ValueError, "units"),
        (lambda: layers.LSTM(4, dropout=1.5), ValueError, "dropout"),
        (lambda: layers.LSTM(4, activation="tanhh"), ValueError, "tanh"),
        (lambda: layers.LSTM(4, return_sequence=True), TypeError, "return_sequences"),
        (lambda: layers.LSTM(4, use_cudnn="maybe"), ValueError, "use_cudnn"),
        (lambda: layers.RNN(layers.Dense(3)), ValueError, "state_size"),
        (lambda: layers.RNN("lstm"), TypeError, "cell"),
        (lambda: layers.RNN([]), ValueError, "at least one cell"),
        (lambda: layers.LSTM(4)(X[0]), ValueError, "ndim=3"),
        (lambda: layers.LSTM(4)(X, initial_state=[X[:, 0]]), ValueError, "initial_state"),
        (lambda: layers.LSTM(4)(X, initial_state=[X[:, 0], X[:, 0]]), ValueError, "initial_state"),
        (lambda: layers.LSTM(4, stateful=True)(kerax.Input((None, 3))), ValueError, "batch size"),
        (lambda: layers.LSTM(4).reset_states([X[:, 0]]), ValueError, "stateful"),
        (lambda: layers.Bidirectional(layers.Dense(3)), ValueError, "recurrent"),
        (lambda: layers.Bidirectional("lstm"), TypeError, "layer"),
        (lambda: layers.Bidirectional(layers.LSTM(3), merge_mode="cat"), ValueError, "merge_mode"),
        (lambda: layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3)), ValueError, "go_backwards"),
        (lambda: layers.TimeDistributed(layers.Dense(2))(X[0]), ValueError, "three axes"),
        (lambda: layers.TimeDistributed(layers.Dense(2))(X, mask=MASK[:, :2]), ValueError, "mask"),
        (lambda: layers.TimeDistributed("dense"), TypeError, "layer"),
    ],
)
def test_mistakes(fault, error, words):
    with pytest.raises(error, match=words):
        fault()


def test_mistakes_of_cells_and_batches():
    class Wrong(Minimal):
        def call(self, inputs, states):
            return inputs, [inputs]

    with pytest.raises(ValueError, match="returned states of shapes"):
        layers.RNN(Wrong(4))(X)
    layer = layers.LSTM(4, stateful=True)
    layer(X)
    with pytest.raises(ValueError, match="batches of 2"):
        layer(X[:1])


def test_an_initial_state_may_be_a_numpy_array():
    x, state = np.ones((2, 4, 3), "float32"), np.ones((2, 2), "float32")
    layer = kerax.layers.GRU(2)
    np.testing.assert_array_equal(layer(x, initial_state=state), layer(x, initial_state=[state]))


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize(
    "make", [layers.LSTM, lambda units, **options: layers.Bidirectional(layers.GRU(units, **options))]
)
def test_time_major_is_the_same_layer_over_swapped_axes(make, sequences):
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    mask = np.array([[1, 1, 0, 1, 1], [1, 0, 0, 1, 0]], bool)
    swapped = make(4, return_sequences=sequences, time_major=True)
    plain = make(4, return_sequences=sequences)
    swapped(x.swapaxes(0, 1)), plain(x)
    plain.set_weights(swapped.get_weights())
    y = np.asarray(swapped(x.swapaxes(0, 1), mask=mask.T))
    np.testing.assert_allclose(y.swapaxes(0, 1) if sequences else y, plain(x, mask=mask), atol=1e-6)
    again = type(swapped).from_config(swapped.get_config())
    assert again(x.swapaxes(0, 1)).shape == y.shape
