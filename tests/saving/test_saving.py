"""Whole models and weights: subclasses, custom objects, lambdas, reports, files that the real Keras opens."""

import os

import numpy as np
import pytest

import kerax
from kerax import layers

X = np.linspace(-1, 1, 12).astype("float32").reshape(3, 4)


def stack(units=2):
    return kerax.Sequential([kerax.Input((4,)), layers.Dense(3, name="a"), layers.Dense(units, name="b")])


class Doubled(layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return 2 * self.inner(x)

    def get_config(self):
        return {**super().get_config(), "inner": self.inner}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "inner": kerax.saving.deserialize_keras_object(config["inner"])})


class Blocks(kerax.Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.blocks = [[layers.Dense(units), layers.Dense(units)], [layers.Dense(units)]]
        self.last = layers.Dense(1)

    def call(self, x):
        for block in self.blocks:
            for layer in block:
                x = layer(x)
        return self.last(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def test_a_subclassed_model_comes_back(tmp_path):
    model = Blocks(5)
    expected = np.asarray(model(X))
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match=r"m\.keras.*Blocks.*custom_objects=\{"):
        kerax.models.load_model(tmp_path / "m.keras")
    again = kerax.models.load_model(tmp_path / "m.keras", custom_objects={"Blocks": Blocks})
    np.testing.assert_allclose(again(X), expected)


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_custom_layers_by_scope_registration_and_argument(name, tmp_path):
    inputs = kerax.Input((4,))
    model = kerax.Model(inputs, Doubled(layers.Dense(2))(inputs))
    model.save(tmp_path / name)
    expected = np.asarray(model(X))
    again = kerax.models.load_model(tmp_path / name, custom_objects={"Doubled": Doubled})
    np.testing.assert_allclose(again(X), expected)
    with kerax.saving.custom_object_scope({"Doubled": Doubled}):
        np.testing.assert_allclose(kerax.models.load_model(tmp_path / name)(X), expected)


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_byte_code_needs_safe_mode_false(name, tmp_path):
    model = kerax.Sequential([kerax.Input((4,)), layers.Lambda(lambda x: x * 3.0)])
    model.save(tmp_path / name)
    for mode in ({}, {"safe_mode": True}, {"safe_mode": None}, {"safe_mode": 0}):
        with pytest.raises(ValueError, match="arbitrary code execution"):
            kerax.models.load_model(tmp_path / name, **mode)
    np.testing.assert_allclose(kerax.models.load_model(tmp_path / name, safe_mode=False)(X), X * 3)


def test_a_partial_load_says_what_it_did(tmp_path):
    stack(5).save_weights(tmp_path / "m.weights.h5")
    model = stack(2)
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"b/kernel.*\(3, 2\).*\(3, 5\)"):
        model.load_weights(tmp_path / "m.weights.h5")
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    report = model.load_weights(tmp_path / "m.weights.h5", skip_mismatch=True)
    assert report.loaded == ["a/kernel", "a/bias"] and list(report.skipped) == ["b/kernel", "b/bias"]
    assert "skipped" in str(report) and report.is_partial
    stack(2).save_weights(tmp_path / "old.h5")
    other = kerax.Sequential([kerax.Input((4,)), layers.Dense(3, name="a"), layers.Dense(7, name="new")])
    report = other.load_weights(tmp_path / "old.h5", by_name=True)
    assert report.loaded == ["a/kernel", "a/bias"]
    assert report.missing == ["new/kernel", "new/bias"] and report.unused == ["b"]


def test_compile_settings_come_back(tmp_path):
    model = stack(1)
    model.compile(
        kerax.optimizers.Adam(kerax.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5), name="own"),
        kerax.losses.Huber(0.5),
        metrics=["mae", kerax.metrics.RootMeanSquaredError(name="root")],
    )
    y = X[:, :1]
    model.fit(X, y, verbose=0, epochs=3)
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        again = kerax.models.load_model(tmp_path / name)
        assert again.optimizer.get_config() == model.optimizer.get_config()
        np.testing.assert_allclose(again.evaluate(X, y, verbose=0), model.evaluate(X, y, verbose=0), rtol=1e-6)
        assert int(again.optimizer.iterations) == int(model.optimizer.iterations)
        assert not kerax.models.load_model(tmp_path / name, compile=False).compiled
        model.save(tmp_path / name, include_optimizer=False)
        assert not kerax.models.load_model(tmp_path / name).compiled


def test_vocabularies_travel_in_the_archive(tmp_path):
    lookup = layers.StringLookup()
    lookup.adapt(np.array(["a", "b", "b"]))
    inputs = kerax.Input((1,), dtype="string")
    model = kerax.Model(inputs, lookup(inputs))
    model.save(tmp_path / "m.keras")
    again = kerax.models.load_model(tmp_path / "m.keras")
    assert again.layers[-1].get_vocabulary() == lookup.get_vocabulary()


def test_model_checkpoint_saves_whole_models(tmp_path):
    model = stack(1)
    model.compile("adam", "mse")
    save = kerax.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    model.fit(X, X[:, :1], epochs=2, verbose=0, callbacks=[save])
    again = kerax.models.load_model(tmp_path / "2.keras")
    np.testing.assert_allclose(again(X), model(X), rtol=1e-6)
    assert int(again.optimizer.iterations) == 2


@pytest.mark.filterwarnings("ignore:.*structure of `inputs` doesn't match:UserWarning")  # lists of one, for tf.keras
@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5"])
def test_the_real_keras_opens_the_files(name, tmp_path):
    import keras

    inputs = kerax.Input((4,))
    hidden = layers.Dense(5, activation="relu")(inputs)
    hidden = layers.BatchNormalization()(layers.Add()([hidden, layers.Dense(5)(inputs)]))
    model = kerax.Model(inputs, layers.Dense(2)(layers.Dropout(0.5)(hidden)))
    path = os.fspath(tmp_path / name)
    if name == "m.weights.h5":
        model.save(tmp_path / "m.keras")
        model.set_weights([w + 1 for w in model.get_weights()])
        model.save_weights(path)
        theirs = keras.models.load_model(tmp_path / "m.keras")
        theirs.load_weights(path)
    else:
        model.save(path)
        theirs = keras.models.load_model(path, compile=False)
    theirs = np.asarray(theirs(X)).reshape(len(X), -1)  # from a .h5 file Keras makes a list of one output
    np.testing.assert_allclose(theirs, np.asarray(model(X)), rtol=1e-5, atol=1e-6)


def test_paths_and_formats_that_are_none(tmp_path):
    model = stack()
    with pytest.raises(ValueError, match="keras"):
        model.save(tmp_path / "m.txt")
    with pytest.raises(ValueError, match="save_format"):
        model.save(tmp_path / "m.keras", save_format="tf")
    with pytest.raises(FileNotFoundError, match=r"none\.keras"):
        kerax.models.load_model(tmp_path / "none.keras")
    model.save(tmp_path / "m.keras")
    with pytest.raises(FileExistsError, match=r"m\.keras"):
        model.save(tmp_path / "m.keras", overwrite=False)
    with pytest.raises(ValueError, match="end in"):
        model.load_weights(tmp_path / "m.unknown")


def test_64_bit_numbers_that_do_not_fit_are_refused(tmp_path):
    class Ids(layers.Layer):
        def build(self, shape):
            self.ids = self.add_weight(shape=(2,), dtype="int32", initializer="zeros", trainable=False, name="ids")

        def call(self, x):
            return x

    model = kerax.Sequential([kerax.Input((2,)), layers.Dense(1), Ids()])
    before = model.get_weights()
    model.save_weights(tmp_path / "m.weights.h5")
    for number, fits in ((2**31 - 1, True), (2**40 + 5, False)):
        editor = kerax.saving.KerasFileEditor(tmp_path / "m.weights.h5")
        editor.add_weights("layers/ids", {"0": np.array([number, 7], np.int64)})
        editor.add_weights("layers/dense", {"1": np.ones(1, "float32")})
        editor.save(tmp_path / "other.weights.h5")
        if fits:
            model.load_weights(tmp_path / "other.weights.h5")
            assert model.get_weights()[-1].tolist() == [number, 7]
            model.set_weights(before)
        else:
            with pytest.raises(ValueError, match="'ids/ids'.*int32, the file holds 1099511627781"):
                model.load_weights(tmp_path / "other.weights.h5")
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_an_activation_as_the_function_of_a_lambda_layer_needs_no_custom_objects(tmp_path):
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Lambda(kerax.activations.gelu)])
    model.save(tmp_path / "m.keras")
    x = np.linspace(-1, 1, 6, dtype="float32").reshape(2, 3)
    np.testing.assert_array_equal(kerax.models.load_model(tmp_path / "m.keras")(x), model(x))
    with pytest.raises(ValueError, match="needs the function 'system'"):
        kerax.layers.Lambda.from_config({"name": "l", "function": {"class_name": "function", "config": "system"}})
