"""Input, Lambda, Embedding and configurations of other versions."""

import json

import keras
import numpy as np
import pytest

import kerax

L = kerax.layers
X = np.random.default_rng(0).normal(size=(2, 4, 6)).astype("float32")


def test_input_shows_shape_dtype_and_name():
    x = kerax.Input((None, 3), dtype="int32", name="tokens")
    assert (x.shape, x.dtype, x.name) == ((None, None, 3), "int32", "tokens")
    assert kerax.Input((3,), batch_size=4).shape == (4, 3)
    assert kerax.Input(batch_shape=(None, 3)).shape == (None, 3)
    assert kerax.Input(batch_input_shape=(2, 3)).shape == (2, 3)
    assert kerax.Input(3).shape == (None, 3)
    assert kerax.Input(()).shape == (None,)
    assert kerax.Input(tensor=x).shape == x.shape


def test_input_layers_come_back_from_the_configurations_of_both_keras_versions():
    layer = L.InputLayer((4, 6), name="pixels")
    assert layer.get_config() == keras.layers.InputLayer((4, 6), name="pixels").get_config()
    old = {"batch_input_shape": [None, 4, 6], "dtype": "float32", "sparse": False, "ragged": False, "name": "pixels"}
    for config in (json.loads(json.dumps(layer.get_config())), old):
        again = L.InputLayer.from_config(config)
        assert (again.batch_shape, again.name, again.dtype) == ((None, 4, 6), "pixels", "float32")


def test_lambda_is_written_by_name_where_it_has_one():
    @kerax.utils.register_keras_serializable("tests")
    def tripled(x):
        return x * 3

    layer = L.Lambda(tripled, name="three")
    config = json.loads(json.dumps(layer.get_config()))
    np.testing.assert_allclose(L.Lambda.from_config(config)(X), X * 3)

    def unknown(x):
        return x

    config = L.Lambda(unknown, name="u").get_config()
    with pytest.raises(ValueError, match="custom_objects={'unknown'"):
        L.Lambda.from_config(config)
    nameless = L.Lambda(lambda x: x * 4)
    np.testing.assert_allclose(L.Lambda.from_config(nameless.get_config())(X), X * 4)  # a copy within the process
    with pytest.raises(ValueError, match="arbitrary code execution"):
        L.Lambda.from_config(json.loads(json.dumps(nameless.get_config())))


def test_lambda_code_from_a_file_is_not_run():
    code = keras.layers.serialize(keras.layers.Lambda(lambda x: x * 2, name="twice"))
    with pytest.raises(ValueError, match="custom_objects={'twice'.*arbitrary code execution"):
        L.deserialize(code)
    again = L.deserialize(code, custom_objects={"twice": lambda x: x * 2})
    np.testing.assert_allclose(again(X), X * 2)


def test_embedding_takes_floats_weights_and_input_length():
    table = np.arange(10, dtype="float32").reshape(5, 2)
    layer = L.Embedding(5, 2, weights=[table], input_length=3)
    np.testing.assert_array_equal(layer(np.array([[1.0, 4.0]])), [table[[1, 4]]])
    np.testing.assert_array_equal(L.Embedding(5, 2, weights=table)(np.array([2])), [table[2]])
    assert L.Embedding(5, 2).compute_output_shape((None, 7)) == (None, 7, 2)


def test_a_layer_may_be_an_activation():
    layer = L.Dense(3, activation=L.PReLU(alpha_initializer="ones"))
    y = layer(X)
    assert "activation/alpha" in layer.params
    copy = L.deserialize(json.loads(json.dumps(L.serialize(layer))))
    copy(X)
    copy.set_weights(layer.get_weights())
    np.testing.assert_allclose(copy(X), y)


@pytest.mark.parametrize("name", ["Dense", "LeakyReLU", "BatchNormalization"])
def test_configurations_of_keras_2(name):
    old = {
        "Dense": {"units": 3, "activation": "relu", "kernel_initializer": {"class_name": "Zeros", "config": {}}},
        "LeakyReLU": {"alpha": 0.25},
        "BatchNormalization": {"axis": [2], "momentum": 0.9},
    }[name]
    layer = L.deserialize({"class_name": name, "config": {"name": "old", "trainable": True, "dtype": "float32", **old}})
    assert layer(X).shape == ((2, 4, 3) if name == "Dense" else X.shape)
    assert layer.name == "old"


def test_get_understands_names_classes_and_layers():
    assert isinstance(L.get("flatten"), L.Flatten)
    assert isinstance(L.get("Flatten"), L.Flatten)
    assert isinstance(L.get(L.Flatten), L.Flatten)
    with pytest.raises(ValueError, match="Did you mean 'flatten'"):
        L.get("Flaten")


def test_merging_functions_are_their_layers():
    other = X[::-1].copy()
    for name in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"):
        expected = getattr(keras.layers, name)([X, other])
        np.testing.assert_allclose(getattr(L, name)([X, other]), expected, rtol=1e-6)
    np.testing.assert_allclose(L.dot([X, other], axes=2), keras.layers.dot([X, other], axes=2), rtol=1e-5, atol=1e-5)


def test_inputs_of_lower_rank_merge_behind_the_batch_axis():
    y = L.Add()([X, X[:, 0]])
    np.testing.assert_allclose(y, X + X[:, :1])
    symbolic = L.Multiply()([kerax.Input((None, 6)), kerax.Input((6,))])
    assert symbolic.shape == (None, None, 6)


def test_an_input_like_an_array():
    inputs = kerax.Input(tensor=np.ones((2, 3), "int32"), name="like")
    assert (inputs.shape, inputs.dtype) == ((2, 3), "int32")
    assert kerax.Model(inputs, kerax.layers.Embedding(4, 5)(inputs)).output_shape == (2, 3, 5)
    with pytest.raises(TypeError, match="symbolic tensor from kerax.Input or an array"):
        kerax.Input(tensor=3)
