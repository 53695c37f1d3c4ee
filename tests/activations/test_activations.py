"""Activations: values and gradients of Keras, symbolic tensors, look-up, the note of logits."""

import gc

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerax
from kerax.activations.logits import SIGMOID, _sources, logits_of, softmax_over
from kerax.state.symbolic import SymbolicTensor, to_spec

X = np.concatenate([np.linspace(-8, 8, 65), [-0.5, 0.5, -1, 1, 1e-3, 50, -50]]).astype("float32").reshape(6, 12)
NAMES = [
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu",
    "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus",
    "swish", "tanh", "tanh_shrink",
]  # fmt: skip
ARGUMENTS = [
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 3.0}),
    ("relu", {"max_value": 6}),
    ("relu", {"threshold": 1.5}),
    ("relu", {"negative_slope": 0.3, "max_value": 4.0, "threshold": 0.7}),
    ("relu", {"negative_slope": 0.3, "max_value": 4.0}),
    ("relu", {"negative_slope": 0.3, "threshold": -0.5}),
    ("leaky_relu", {"negative_slope": 0.4}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 2.0}),
    ("gelu", {"approximate": True}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {"axis": 0}),
    ("glu", {"axis": 0}),
    ("soft_shrink", {"threshold": 1.0}),
    ("hard_shrink", {"threshold": 1.0}),
    ("squareplus", {"b": 2}),
    ("threshold", {"threshold": 0.3, "default_value": -2.0}),
]
# The sparsemax of Keras is none where more than one element stays positive; it is checked by its definition below.
CASES = [(name, {}) for name in NAMES if name != "sparsemax"] + ARGUMENTS


@pytest.mark.parametrize(("name", "kwargs"), CASES)
def test_values_and_gradients_are_those_of_keras(name, kwargs):
    ours, theirs = getattr(kerax.activations, name), getattr(keras.activations, name)
    result = ours(X, **kwargs)
    assert result.dtype == jnp.float32
    np.testing.assert_allclose(result, theirs(jnp.asarray(X), **kwargs), rtol=1e-5, atol=1e-6)
    if name == "exponential":
        return  # exp(50) swamps the sum below
    weight = np.random.default_rng(0).normal(size=result.shape).astype("float32")
    gradients = [jax.grad(lambda x, f=f: jnp.sum(weight * f(x, **kwargs)))(jnp.asarray(X)) for f in (ours, theirs)]
    np.testing.assert_allclose(*gradients, rtol=1e-4, atol=1e-5)


def test_names_cover_keras():
    theirs = {n for n in dir(keras.activations) if not n.startswith("_")}
    assert theirs <= set(kerax.activations.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_get_serialize_deserialize(name):
    function = kerax.activations.get(name)
    assert function is getattr(kerax.activations, name)
    assert kerax.activations.deserialize(kerax.activations.serialize(function)) is function


@pytest.mark.parametrize("name", [n for n in NAMES if n != "linear"])
def test_symbolic_tensors_are_recorded(name):
    x = SymbolicTensor(to_spec((None, 4), "float32"))
    y = getattr(kerax.activations, name)(x)
    assert y.shape == (None, 2 if name == "glu" else 4)
    assert y.node.inputs == [x]
    np.testing.assert_allclose(y.node.operation(X[:, :4]), getattr(kerax.activations, name)(X[:, :4]))


def test_get_takes_callables_and_none():
    get = kerax.activations.get
    assert get(None) is kerax.activations.linear
    assert get(jax.nn.relu) is jax.nn.relu
    own = lambda x: x**3  # noqa: E731
    assert get(own) is own
    assert get("ReLU") is kerax.activations.relu
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        get("rleu")
    with pytest.raises(TypeError):
        get(3)


def test_alpha_is_the_slope_of_tf_keras():
    np.testing.assert_array_equal(kerax.activations.relu(X, alpha=0.2), kerax.activations.relu(X, negative_slope=0.2))


def test_dtypes():
    assert kerax.activations.relu(jnp.array([-1, 2])).tolist() == [0, 2]
    assert kerax.activations.relu(jnp.array([-1, 2])).dtype == jnp.int32
    for name in NAMES:
        x = jnp.asarray(X, "bfloat16")
        assert getattr(kerax.activations, name)(x).dtype == jnp.bfloat16, name


def test_mistakes():
    with pytest.raises(ValueError, match="axis"):
        kerax.activations.softmax(1.0)
    with pytest.raises(ValueError, match=r"even.*\(3,\)"):
        kerax.activations.glu(np.ones(3))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-30, 30, width=32), min_size=2, max_size=8))
def test_sparsemax_is_a_projection(values):
    p = np.asarray(kerax.activations.sparsemax(np.array(values, "float32")))
    assert p.sum() == pytest.approx(1, abs=1e-4)
    assert (p >= 0).all()
    # Optimality: on the support, value minus probability is one constant, and no other value exceeds it.
    rest = np.array(values, "float32") - p
    assert rest[p > 0].max() - rest[p > 0].min() < 1e-4
    assert (rest[p == 0] <= rest[p > 0].min() + 1e-4).all()


def test_sparsemax_along_another_axis():
    x = jnp.asarray(X)
    np.testing.assert_allclose(kerax.activations.sparsemax(x, axis=0), kerax.activations.sparsemax(x.T).T, atol=1e-6)


def test_logits_are_noted_while_the_output_lives():
    x = jnp.array([[1.0, 2.0]])
    y = kerax.activations.softmax(x)
    assert logits_of(y, softmax_over(1, 2)) is x
    assert logits_of(y, softmax_over(0, 2)) is None
    assert logits_of(y, SIGMOID) is None
    before = len(_sources)
    del y
    gc.collect()
    assert len(_sources) == before - 1


def test_notes_do_not_outlive_a_trace():
    before = len(_sources)
    f = jax.jit(lambda x: kerax.losses.binary_crossentropy(jnp.ones((2, 1)), kerax.activations.sigmoid(x)))
    np.testing.assert_allclose(f(jnp.full((2, 1), -200.0)), [200.0, 200.0])
    gc.collect()
    assert len(_sources) == before


def test_a_slope_makes_floats_of_integers():
    x = np.array([-3, 2, 5], "int32")
    np.testing.assert_allclose(kerax.activations.relu(x, negative_slope=0.2), [-0.6, 2, 5])
    assert kerax.activations.relu(x, max_value=3).dtype == "int32"
