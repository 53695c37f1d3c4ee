"""Recurrent layers give Keras 3's numbers: outputs, gradients, masks, states, both directions."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import kerax

BATCH, TIME, FEATURES, UNITS = 3, 5, 4, 4
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 0, 1, 1], [1, 1, 1, 1, 1]], bool)
X = np.random.default_rng(0).normal(size=(BATCH, TIME, FEATURES)).astype("float32")
CLOSE = dict(rtol=1e-5, atol=1e-6)
GRADIENTS_CLOSE = dict(rtol=2e-4, atol=2e-5)


def twins(make, shape=X.shape):
    """The same layer of Keras and of kerax, with the same random weights."""
    theirs, ours = make(keras.layers), make(kerax.layers)
    theirs.build(shape)
    ours.build(shape)
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=w.shape).astype("float32") * 0.4 for w in theirs.weights]
    theirs.set_weights(weights)
    ours.set_weights(weights)
    return theirs, ours


def states(*sizes):
    rng = np.random.default_rng(2)
    return [rng.normal(size=(BATCH, size)).astype("float32") for size in sizes]


def same(ours, theirs, **tolerance):
    ours, theirs = jax.tree.leaves(ours), jax.tree.leaves(theirs)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, **(tolerance or CLOSE))


LAYERS = {
    "lstm": (lambda layers, **k: layers.LSTM(UNITS, **k), (UNITS, UNITS)),
    "gru": (lambda layers, **k: layers.GRU(UNITS, **k), (UNITS,)),
    "gru_before": (lambda layers, **k: layers.GRU(UNITS, reset_after=False, **k), (UNITS,)),
    "gru_hard": (lambda layers, **k: layers.GRU(UNITS, "relu", "hard_sigmoid", use_bias=False, **k), (UNITS,)),
    "simple_rnn": (lambda layers, **k: layers.SimpleRNN(UNITS, **k), (UNITS,)),
    "rnn": (lambda layers, **k: layers.RNN(layers.LSTMCell(UNITS), **k), (UNITS, UNITS)),
    "unrolled": (lambda layers, **k: layers.LSTM(UNITS, unroll=True, **k), (UNITS, UNITS)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_names_shapes_and_order_of_weights(name):
    keras.backend.clear_session()
    kerax.backend.clear_session()  # numbers in names begin anew
    theirs, ours = twins(LAYERS[name][0])
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [w.path.split("/")[1:] for w in ours.weights] == [w.path.split("/")[1:] for w in theirs.weights]
    assert ours.cell.kernel is ours.weights[0]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_outputs_and_states(name, masked):
    make, sizes = LAYERS[name]
    mask = MASK if masked else None
    for options in (
        dict(),
        dict(return_sequences=True, return_state=True),
        dict(return_sequences=True, go_backwards=True),
    ):
        theirs, ours = twins(lambda layers, o=options: make(layers, **o))
        # Keras's unrolled loop begins a masked sequence with zeros, its loop with the state; here both do the latter.
        initial = None if name == "unrolled" else states(*sizes)
        same(ours(X, mask=mask, initial_state=initial), theirs(X, mask=mask, initial_state=initial))
        same(ours(X, mask=mask), theirs(X, mask=mask))


@pytest.mark.parametrize("name", ["lstm", "gru", "gru_before", "simple_rnn"])
def test_gradients(name):
    theirs, ours = twins(lambda layers: LAYERS[name][0](layers, return_sequences=True))

    def their_loss(weights, x):
        y, _ = theirs.stateless_call(weights, [v.value for v in theirs.non_trainable_variables], x, mask=MASK)
        return jnp.sum(jnp.sin(y))

    def our_loss(params, x):
        return jnp.sum(jnp.sin(kerax.functional_call(ours, params, {}, x, mask=jnp.asarray(MASK))[0]))

    expected = jax.grad(their_loss, (0, 1))([v.value for v in theirs.trainable_variables], jnp.asarray(X))
    got = jax.jit(jax.grad(our_loss, (0, 1)))(ours.params, jnp.asarray(X))
    same([got[0][path] for path in ours.params], expected[0], **GRADIENTS_CLOSE)
    same(got[1], expected[1], **GRADIENTS_CLOSE)


def stack(layers, **options):
    cells = [layers.LSTMCell(4), layers.GRUCell(3), layers.SimpleRNNCell(5)]
    return layers.RNN(cells, **options)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_stacked_cells(backwards, masked):
    options = dict(return_sequences=True, return_state=True, go_backwards=backwards)
    theirs, ours = twins(lambda layers: stack(layers, **options))
    mask = MASK if masked else None
    if not masked:
        same(ours(X), theirs(X))
        return
    assert [w.path.split("/")[-1] for w in ours.weights] == [w.path.split("/")[-1] for w in theirs.weights]
    # The step-by-step loop is the reference for masks, because Keras's takes the mask's states apart differently.
    fast = ours(X, mask=mask)
    for cell in ours.cell.cells:
        cell.activity_regularizer = lambda y: 0.0 * y.sum()
    with pytest.raises(ValueError, match="time loop"):
        ours(X, mask=mask)
    for cell in ours.cell.cells:
        cell.activity_regularizer = None
    ours.cell.cells[0].__class__ = type("Own", (kerax.layers.LSTMCell,), {"__module__": "elsewhere"})
    same(ours(X, mask=mask), fast)


def test_flat_initial_state_of_stacked_cells():
    theirs, ours = twins(lambda layers: stack(layers, return_state=True))
    h1, c1, h2, h3 = states(4, 4, 3, 5)
    same(ours(X, initial_state=[[h1, c1], [h2], [h3]]), theirs(X, initial_state=[[h1, c1], [h2], [h3]]))
    same(ours(X, initial_state=[h1, c1, h2, h3]), ours([X, h1, c1, h2, h3]))


@pytest.mark.parametrize("mode", ["sum", "mul", "ave", "concat", None])
@pytest.mark.parametrize("inner", ["lstm", "gru", "simple_rnn"])
def test_bidirectional(inner, mode):
    make, sizes = LAYERS[inner]
    for options in (dict(), dict(return_sequences=True, return_state=True)):
        theirs, ours = twins(lambda layers, o=options: layers.Bidirectional(make(layers, **o), merge_mode=mode))
        assert [w.path.split("/")[2:] for w in ours.weights] == [w.path.split("/")[2:] for w in theirs.weights]
        initial = states(*sizes, *sizes)
        same(ours(X, initial_state=initial), theirs(X, initial_state=initial))
        if not options:  # Keras's mask of a state tuple fails for a layer that is not stateful
            same(ours(X, mask=MASK), theirs(X, mask=MASK))


def test_bidirectional_masks_with_sequences():
    theirs, ours = twins(lambda layers: layers.Bidirectional(layers.GRU(3, return_sequences=True)))
    y = ours(X, mask=MASK)
    same(y, theirs(X, mask=MASK))
    assert not np.asarray(y)[~MASK].any()


def test_bidirectional_with_a_backward_layer():
    def make(layers):
        back = layers.LSTM(2, activation="relu", go_backwards=True, return_sequences=True)
        return layers.Bidirectional(layers.LSTM(3, return_sequences=True), backward_layer=back)

    theirs, ours = twins(make)
    same(ours(X), theirs(X))


def test_time_distributed():
    theirs, ours = twins(lambda layers: layers.TimeDistributed(layers.Dense(2, activation="tanh")))
    same(ours(X), theirs(X))
    same(ours(X, mask=MASK), theirs(X, mask=MASK))


@pytest.mark.parametrize(
    "name, make",
    [
        ("RNN", lambda layers: layers.RNN(layers.GRUCell(2))),
        ("LSTM", lambda layers: layers.LSTM(2)),
        ("GRU", lambda layers: layers.GRU(2)),
        ("SimpleRNN", lambda layers: layers.SimpleRNN(2)),
        ("LSTMCell", lambda layers: layers.LSTMCell(2)),
        ("GRUCell", lambda layers: layers.GRUCell(2)),
        ("SimpleRNNCell", lambda layers: layers.SimpleRNNCell(2)),
        ("Bidirectional", lambda layers: layers.Bidirectional(layers.LSTM(2))),
        ("TimeDistributed", lambda layers: layers.TimeDistributed(layers.Dense(2))),
        ("StackedRNNCells", lambda layers: layers.StackedRNNCells([layers.LSTMCell(2)])),
    ],
)
def test_configuration_keys(name, make):
    theirs, ours = make(keras.layers).get_config(), make(kerax.layers).get_config()
    assert set(theirs) <= set(ours)
    # Keras leaves out SimpleRNN's seed; activity_regularizer is told only where there is one.
    assert set(ours) - set(theirs) <= {"seed"}
    for key in set(theirs) - {"name", "dtype", "cell", "cells", "layer", "backward_layer"}:
        if not isinstance(theirs[key], dict):
            assert ours[key] == theirs[key], key
