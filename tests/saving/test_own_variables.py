"""Layers that say themselves what of them is saved, as in Keras's guide on customizing saving."""

import numpy as np
import pytest

import kerax


@kerax.saving.register_keras_serializable(package="own_variables")
class Scaled(kerax.layers.Dense):
    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)
        self.scale = kerax.Variable(np.full(units, 2.0), name="scale", dtype="float32")
        self.fails = False

    def save_own_variables(self, store):
        super().save_own_variables(store)
        store["note"] = self.scale.numpy() * 10

    def load_own_variables(self, store):
        self.scale.assign(store["note"] / 10)
        if self.fails:
            raise ValueError("no")
        for i, variable in enumerate(self.weights):
            variable.assign(store[f"{i}"])

    def call(self, inputs):
        return super().call(inputs) * self.scale


@pytest.fixture
def model():
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(4), Scaled(2)])
    model.layers[1].scale.assign([3.0, 4.0])
    return model


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5"])
def test_what_a_layer_saves_itself_comes_back(model, tmp_path, name):
    x = np.ones((2, 3), "float32")
    expected = model(x)
    if name == "m.keras":
        model.save(tmp_path / name)
        again = kerax.models.load_model(tmp_path / name)
    else:
        model.save_weights(tmp_path / name)
        again = kerax.models.clone_model(model)
        again.load_weights(tmp_path / name)
    np.testing.assert_allclose(again(x), expected, rtol=1e-6)
    np.testing.assert_array_equal(again.layers[1].scale.numpy(), [3.0, 4.0])


def test_a_layer_that_refuses_leaves_the_model_as_it_was(model, tmp_path):
    model.save_weights(tmp_path / "m.weights.h5")
    again = kerax.models.clone_model(model)
    again.layers[1].fails = True
    before = again.get_weights()
    with pytest.raises(ValueError, match="no"):
        again.load_weights(tmp_path / "m.weights.h5")
    for array, value in zip(before, again.get_weights(), strict=True):
        np.testing.assert_array_equal(array, value)


def test_the_plain_methods_of_a_layer():
    layer, store = kerax.layers.BatchNormalization(), {}
    layer.build((None, 2))
    layer.save_own_variables(store)
    assert list(store) == ["0", "1", "2", "3"]
    store["2"] = np.array([5.0, 6.0], "float32")
    layer.load_own_variables(store)
    np.testing.assert_array_equal(layer.moving_mean.numpy(), [5.0, 6.0])
    with pytest.raises(ValueError, match=r"has 4 variables of its own .*the file holds \['0', '1', '2'\]: 3 missing"):
        layer.load_own_variables({name: store[name] for name in "012"})
