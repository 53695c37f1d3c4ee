"""Exported folders as layers."""

import numpy as np
import pytest

import kerax
from kerax.compat.tensorflow import saved_model

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2, "tanh")])
    folder = tmp_path_factory.mktemp("exported")
    saved_model.save(model, str(folder))
    return model, folder


def test_an_exported_model_is_a_layer(exported):
    model, folder = exported
    layer = kerax.layers.TFSMLayer(folder)
    np.testing.assert_allclose(layer(X), model(X), atol=1e-6)
    assert [v.shape for v in layer.non_trainable_weights] == [(3, 2), (2,)] and layer.trainable_weights == []
    stacked = kerax.Sequential([kerax.Input((3,)), layer, kerax.layers.Dense(1)])
    assert stacked.output_shape == (None, 1)
    np.testing.assert_allclose(stacked.predict(X, verbose=0), stacked.layers[1](model(X)), atol=1e-6)
    named = kerax.layers.TFSMLayer(folder, call_endpoint="serving_default", call_training_endpoint="serve")
    (only,) = named(X).values()
    np.testing.assert_allclose(only, model(X), atol=1e-6)
    np.testing.assert_allclose(named(X, training=True), model(X), atol=1e-6)


def test_configurations_open_no_folder_unasked(exported):
    layer = kerax.layers.TFSMLayer(exported[1])
    with pytest.raises(ValueError, match="safe_mode=False"):
        kerax.layers.deserialize(kerax.layers.serialize(layer))
    again = kerax.layers.TFSMLayer.from_config(layer.get_config())
    np.testing.assert_array_equal(again(X), layer(X))


def test_errors(exported, tmp_path):
    with pytest.raises(ValueError, match=r"call_endpoint='other'.*'serve', 'serving_default'"):
        kerax.layers.TFSMLayer(exported[1], call_endpoint="other")
    with pytest.raises(OSError, match="does not exist"):
        kerax.layers.TFSMLayer(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(OSError, match="which kerax does not run"):
        kerax.layers.TFSMLayer(tmp_path)
