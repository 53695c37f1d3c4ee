"""clone_model: the same structure, other layers."""

import numpy as np
import pytest

import kerax
from kerax import layers
from kerax.models import clone_model

X = np.ones((2, 3), "float32")


def functional():
    x = kerax.Input((3,), name="x")
    shared = layers.Dense(3, name="shared")
    return kerax.Model(x, shared(shared(x)) + 1.0)


@pytest.mark.parametrize("make", [functional, lambda: kerax.Sequential([kerax.Input((3,)), layers.Dense(2)])])
def test_a_clone_has_the_structure_and_its_own_weights(make):
    model = make()
    copy = clone_model(model)
    assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
    assert not {id(w) for w in copy.weights} & {id(w) for w in model.weights}
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy(X), model(X))


def test_layers_are_made_and_called_by_given_functions():
    def call(layer, *args, **kwargs):
        out = layer(*args, **kwargs)
        return layers.ReLU()(out) if isinstance(layer, layers.Dense) else out

    model = functional()
    copy = clone_model(model, clone_function=lambda layer: layer, call_function=call)
    assert copy.get_layer("shared") is model.get_layer("shared")
    assert sum(isinstance(layer, layers.ReLU) for layer in copy.layers) == 2


def test_recursive_clones_reach_inner_models():
    inner = kerax.Sequential([kerax.Input((3,)), layers.Dense(3, name="deep")], name="inner")
    model = kerax.Sequential([kerax.Input((3,)), inner])
    seen = []

    def clone(layer):
        seen.append(layer.name)
        return type(layer).from_config(layer.get_config())

    copy = clone_model(model, clone_function=clone, recursive=True)
    assert seen == ["deep"] and copy.get_layer("inner").get_layer("deep") is not inner.get_layer("deep")


def test_input_tensors():
    batch = kerax.Input(batch_shape=(2, 3))
    assert clone_model(functional(), input_tensors=batch).output_shape == (2, 3)
    with pytest.raises(ValueError, match="structure of the inputs"):
        clone_model(functional(), input_tensors=(batch, batch))
    with pytest.raises(ValueError, match="unknown argument"):
        clone_model(functional(), inputs=batch)
