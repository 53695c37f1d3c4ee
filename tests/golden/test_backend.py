"""The old `K.` functions and locally connected layers against what tf.keras 2.15.1 returned (backend/make.py)."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from tests.golden.backend.cases import FUNCTIONS, LAYERS, locally_connected

K = kerax.backend
# Order of summation and fused multiply-adds differ between the libraries.
TOLERANCE = {"rtol": 2e-5, "atol": 2e-6}
# TensorFlow's int64 where JAX, and so kerax, counts in 32 bits.
NARROW = {"int64": "int32", "uint64": "uint32", "float64": "float32"}


@pytest.fixture(scope="module")
def golden():
    with np.load(Path(__file__).parent / "backend" / "backend.npz") as file:
        assert list(file["versions"]) == ["tensorflow", "2.15.1"]
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name, golden):
    values = FUNCTIONS[name](K, jnp.asarray)
    values = values if isinstance(values, list) else [values]
    expected = [golden[key] for key in golden if key.rsplit("/", 1)[0] == name]
    assert len(values) == len(expected)
    for value, array in zip(values, expected, strict=True):
        found = K.eval(value)
        assert found.shape == array.shape
        dtype = str(array.dtype)
        assert str(np.asarray(found).dtype) == NARROW.get(dtype, dtype)
        np.testing.assert_allclose(found, array, **TOLERANCE)


@pytest.mark.parametrize("name", LAYERS)
def test_locally_connected(name, golden):
    layer, x = locally_connected(kerax.layers, name)
    assert [str(w.shape) for w in layer.get_weights()] == list(golden[f"shapes/{name}"])
    np.testing.assert_allclose(layer(x), golden[f"layer/{name}"], **TOLERANCE)
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def test_variables_and_numbers():
    v = K.variable([[1.0, 2.0]], name="v")
    assert K.int_shape(v) == (1, 2) and K.ndim(v) == 2 and K.count_params(v) == 2 and K.dtype(v) == "float32"
    K.set_value(v, [[3.0, 4.0]])
    K.batch_set_value([(v, np.array([[5.0, 6.0]]))])
    np.testing.assert_array_equal(K.batch_get_value([v])[0], K.get_value(v))
    assert K.get_value(v).tolist() == [[5.0, 6.0]]
    assert K.cast_to_floatx([1, 2]).dtype == "float32" and tuple(K.shape(v)) == (1, 2)
    assert not K.is_sparse(v) and K.to_dense(v) is v
    with pytest.raises(ValueError):
        K.set_value(v, [1.0])


def test_noise_has_the_asked_distribution():
    shape = (200, 50)
    assert abs(float(K.mean(K.random_normal(shape, 1.0, 2.0, seed=1))) - 1) < 0.1
    assert abs(float(K.std(K.random_uniform(shape, -1.0, 1.0, seed=2))) - 3**-0.5) < 0.01
    assert abs(float(K.mean(K.random_bernoulli(shape, 0.3, seed=3))) - 0.3) < 0.02
    assert float(K.max(K.abs(K.truncated_normal(shape, 0.0, 1.0, seed=4)))) <= 2
    dropped = K.dropout(K.ones(shape), 0.5, seed=5)
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert K.random_normal_variable(shape, 0.0, 1.0, seed=1).shape == shape
    assert K.random_uniform_variable(shape, 0.0, 1.0, seed=1).shape == shape


def test_functions_over_models():
    x = K.placeholder((None, 3))
    layer = kerax.layers.Dense(2, kernel_initializer="ones")
    f = K.function([x], [K.sum(K.square(layer(x)), axis=1)])
    np.testing.assert_allclose(f([np.ones((4, 3), "float32")])[0], np.full(4, 18.0))
    assert K.is_keras_tensor(x)


def test_the_learning_phase():
    layer = kerax.layers.Dropout(0.5, seed=1)
    x = np.ones((4, 8), "float32")
    with K.learning_phase_scope(1):
        assert K.learning_phase() == 1 and np.any(np.asarray(layer(x)) == 0)
    assert np.all(np.asarray(layer(x)) == 1)


def test_sparse_labels():
    found = K.ctc_label_dense_to_sparse([[4, 5], [6, 0]], [2, 1])
    assert found.indices.tolist() == [[0, 0], [0, 1], [1, 0]] and found.dense_shape.tolist() == [2, 2]


def test_names_and_clear_session():
    K.clear_session()
    assert K.get_uid("thing") == 1 and K.get_uid("thing") == 2
    assert kerax.layers.Dense(1).name == "dense"
    K.clear_session()
    assert K.get_uid("thing") == 1 and kerax.layers.Dense(1).name == "dense"
