"""Corners of the files that tf.keras and Keras 3 open, and vocabularies in ``.h5`` files."""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import h5py
import numpy as np
import pytest

import kerax
from kerax import layers

X = np.linspace(-1, 1, 12).astype("float32").reshape(3, 4)
TEXT = np.array([["a b"], ["b c b"]], object)
NUMBERS = np.array([[2**40], [5], [5]])


@pytest.mark.parametrize(
    ("make", "data", "dtype"),
    [
        (lambda: layers.StringLookup(num_oov_indices=2), TEXT, "string"),
        (lambda: layers.StringLookup(output_mode="tf_idf"), TEXT, "string"),
        (lambda: layers.IntegerLookup(), NUMBERS, "int64"),
        (lambda: layers.TextVectorization(), TEXT, "string"),
        (lambda: layers.TextVectorization(output_mode="tf_idf", max_tokens=9, pad_to_max_tokens=True), TEXT, "string"),
        (lambda: layers.Discretization(num_bins=2), X[:, :1], "float32"),
        (lambda: layers.Normalization(), X[:, :1], "float32"),
    ],
)
def test_an_h5_file_keeps_what_was_learnt_from_data(make, data, dtype, tmp_path):
    layer = make()
    layer.adapt(data)
    model = kerax.Sequential([kerax.Input((1,), dtype=dtype), layer])
    expected = np.asarray(model(data))
    model.save(tmp_path / "m.h5")
    np.testing.assert_array_equal(kerax.models.load_model(tmp_path / "m.h5")(data), expected)
    if "vocabulary" in layer.get_config():
        assert layer.get_config()["vocabulary"] is None  # elsewhere a file of its own holds it


def test_files_of_a_users_layer_are_refused_before_anything_is_written(tmp_path):
    class Notes(layers.Layer):
        def call(self, x):
            return x

        def save_assets(self, dir_path):
            pass

    model = kerax.Sequential([kerax.Input((4,)), Notes(name="notes")])
    (tmp_path / "m.h5").write_text("old")
    with pytest.raises(ValueError, match=r"'notes' \(Notes\) has files of its own.*'\.keras'"):
        model.save(tmp_path / "m.h5")
    assert (tmp_path / "m.h5").read_text() == "old"


def functional():
    inputs = kerax.Input((4,))
    hidden = layers.Dense(4, activation="tanh")(inputs)
    picked = layers.Concatenate()([hidden[:, 1:3], hidden[:, None, 0], layers.LeakyReLU(0.2)(hidden)])
    return kerax.Model(inputs, layers.Dense(1)(picked))


@pytest.mark.filterwarnings("ignore:Argument `alpha` is deprecated")  # tf.keras knows no other name
@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_keras_opens_slices_short_names_and_optimizers(name, tmp_path):
    keras = pytest.importorskip("keras")
    model = functional()
    model.compile(kerax.optimizers.AdamW(1e-3), loss="mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / name)
    theirs = keras.saving.load_model(tmp_path / name)
    np.testing.assert_allclose(theirs([X] if name.endswith("h5") else X), model(X), atol=1e-5)
    assert type(theirs.optimizer).__name__ == "AdamW"
    ours = kerax.models.load_model(tmp_path / name)
    np.testing.assert_allclose(ours(X), model(X), atol=1e-6)
    np.testing.assert_allclose(ours.evaluate(X, X[:, :1], verbose=0), model.evaluate(X, X[:, :1], verbose=0), rtol=1e-5)


def test_an_index_of_numbers_alone_is_no_choice_of_several(tmp_path):
    inputs = kerax.Input((2, 3))
    model = kerax.Model(inputs, [inputs[:, 1, 2], inputs[..., 0], inputs[:, [1, 0]]])
    model.save(tmp_path / "m.keras")
    x = np.arange(12.0, dtype="float32").reshape(2, 2, 3)
    for ours, expected in zip(kerax.models.load_model(tmp_path / "m.keras")(x), model(x), strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_words_that_tf_keras_insists_on(tmp_path):
    """Each of these made tf.keras 2.15 refuse a file."""
    inputs = kerax.Input((5, 4))
    model = kerax.Model(inputs, layers.MultiHeadAttention(2, 3)(inputs, inputs))
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        entry = json.loads(file.attrs["model_config"])["config"]["layers"][-1]
    name = model.layers[0].name
    assert entry["inbound_nodes"] == [[[name, 0, 0, {"value": [name, 0, 0]}]]]
    learnt = layers.Discretization(num_bins=2)
    learnt.adapt(X)
    words = {}
    for layer in (layers.TextVectorization(vocabulary=["a"]), layers.IntegerLookup(vocabulary=[1]), learnt):
        model = kerax.Sequential([kerax.Input((1,), dtype=getattr(layer, "vocabulary_dtype", "float32")), layer])
        if isinstance(layer, layers.TextVectorization):
            model = kerax.Sequential([kerax.Input((1,), dtype="string"), layer])
        model.save(tmp_path / "m.h5")
        with h5py.File(tmp_path / "m.h5") as file:
            config = json.loads(file.attrs["model_config"])["config"]["layers"][-1]["config"]
        words[type(layer).__name__] = (config["dtype"], config.get("num_bins"))
    assert words["TextVectorization"][0] == "string" and words["IntegerLookup"][0] == "int64"
    assert words["Discretization"] == ("float32", None)


def test_configurations_of_keras_1():
    """Names of arguments as Keras 1.2.2 wrote them."""
    stack = [
        {"class_name": "Convolution2D", "config": {"name": "c", "batch_input_shape": [None, 8, 8, 1], "nb_filter": 2,
         "nb_row": 3, "nb_col": 2, "border_mode": "same", "subsample": [2, 1], "dim_ordering": "tf", "bias": True,
         "init": "glorot_uniform", "activation": "relu", "W_regularizer": None}},
        {"class_name": "Dropout", "config": {"name": "d", "p": 0.25}},
        {"class_name": "Reshape", "config": {"name": "r", "target_shape": [32, 2]}},
        {"class_name": "LSTM", "config": {"name": "l", "output_dim": 3, "inner_activation": "hard_sigmoid",
         "inner_init": "orthogonal", "consume_less": "cpu", "dropout_W": 0.0, "forget_bias_init": "one"}},
        {"class_name": "Dense", "config": {"name": "o", "output_dim": 1, "init": "uniform", "b_constraint": None}},
    ]  # fmt: skip
    model = kerax.models.model_from_json(
        json.dumps({"class_name": "Sequential", "config": stack, "keras_version": "1.2.2"})
    )
    assert model.output_shape == (None, 1) and model.get_layer("c").kernel_size == (3, 2)
    assert model.get_layer("l").get_config()["recurrent_activation"] == "legacy_hard_sigmoid"
    assert model.get_layer("d").rate == 0.25 and model.get_layer("c").output.shape == (None, 4, 8, 2)
