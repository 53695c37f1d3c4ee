"""RandomFourierFeatures approximate the kernels that they are named after."""

import numpy as np
import pytest

import kerax

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
DIFFERENCES = X[:, None] - X[None]


@pytest.mark.parametrize(
    ("kernel", "exact"),
    [
        ("gaussian", np.exp(-(DIFFERENCES**2).sum(-1) / (2 * 1.5**2))),
        ("laplacian", np.exp(-np.abs(DIFFERENCES).sum(-1) / 1.5)),
    ],
)
def test_products_of_features_are_the_kernel(kernel, exact):
    kerax.utils.set_random_seed(1)
    features = np.asarray(kerax.layers.RandomFourierFeatures(20000, kernel, scale=1.5)(X))
    np.testing.assert_allclose(features @ features.T * (2 / 20000), exact, atol=0.04)


def test_weights_and_their_default_scale():
    layer = kerax.layers.RandomFourierFeatures(5)
    layer.build((None, 8))
    assert [w.name for w in layer.weights] == ["kernel_scale", "unscaled_kernel", "bias"]
    assert layer.trainable_weights == [] and float(layer.kernel_scale.numpy()[0]) == 2.0
    layer.trainable = True
    assert [w.name for w in layer.trainable_weights] == ["kernel_scale"]
    again = kerax.layers.RandomFourierFeatures.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize(
    "arguments", [{"output_dim": 0}, {"output_dim": 2, "scale": -1.0}, {"output_dim": 2, "kernel_initializer": "cubic"}]
)
def test_mistakes(arguments):
    with pytest.raises(ValueError, match="RandomFourierFeatures: .* received"):
        kerax.layers.RandomFourierFeatures(**arguments)
