"""Normalization beyond the common suite: moving averages, freezing, precision, stability."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import kerax
from kerax.functional.normalization import batch_moments, layer_normalize, scale_and_shift

L = kerax.layers
RNG = np.random.default_rng(0)


def test_a_frozen_batch_normalization_uses_its_moving_averages():
    x = RNG.normal(3.0, 2.0, (16, 4)).astype("float32")
    layer = L.BatchNormalization()
    layer(x, training=True)
    layer.trainable = False
    before = layer.get_weights()
    np.testing.assert_array_equal(layer(x, training=True), layer(x))
    for weight, array in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, array)


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("name", ["BatchNormalization", "LayerNormalization"])
def test_statistics_of_half_precision_are_float32(name, dtype):
    x = RNG.normal(100.0, 1.0, (512, 4)).astype("float32")
    ours, theirs = getattr(L, name)(dtype=dtype), getattr(keras.layers, name)(dtype=dtype)
    y, expected = ours(x, training=True), theirs(x, **({"training": True} if name.startswith("Batch") else {}))
    assert y.dtype == ours.compute_dtype
    np.testing.assert_allclose(np.asarray(y, "float32"), np.asarray(expected, "float32"), rtol=0.02, atol=0.02)
    for ours_after, theirs_after in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert ours_after.dtype == np.float32
        np.testing.assert_allclose(ours_after, theirs_after, rtol=1e-3)


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e4])
def test_batch_variance_is_stable_far_from_zero(offset):
    x = (RNG.normal(size=(256, 8)) + offset).astype("float32")
    layer = L.BatchNormalization(momentum=0.0)
    y = layer(x, training=True)
    exact = x.astype("float64")
    np.testing.assert_allclose(layer.moving_variance.numpy(), exact.var(0), rtol=1e-3)
    np.testing.assert_allclose(y, (exact - exact.mean(0)) / np.sqrt(exact.var(0) + 1e-3), atol=1e-3 + 1e-6 * offset)


@pytest.mark.parametrize("offset", [1e3, 1e4])
@pytest.mark.parametrize("outlier", [0.0, 100.0])
def test_layer_normalization_far_from_zero_errs_by_the_rounding_of_the_mean(offset, outlier):
    x = np.random.default_rng(0).normal(size=(8, 64)).astype("float32") + np.float32(offset)
    x[:, 0] += outlier
    exact = x.astype("float64")
    exact = (exact - exact.mean(1, keepdims=True)) / np.sqrt(exact.var(1, keepdims=True) + 1e-3)
    error = abs(np.asarray(kerax.layers.LayerNormalization()(x)) - exact).max()
    assert error < 2 * np.finfo("float32").eps * offset
    assert error <= abs(np.asarray(keras.layers.LayerNormalization()(x)) - exact).max() + 1e-5


def test_normalization_reads_its_inputs_no_more_often_than_by_hand():
    x, one = jnp.ones((8, 4, 4, 16)), jnp.ones(16)

    def by_hand(axes):
        def apply(x, gamma, beta):
            mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
            return (x - mean) * jax.lax.rsqrt(variance + 1e-3) * gamma + beta

        return apply

    def moments_of_the_batch(x, gamma, beta):
        return scale_and_shift(x, *batch_moments(x, (0, 1, 2)), gamma, beta, 1e-3)

    def read(apply):
        return jax.jit(apply).lower(x, one, one).compile().cost_analysis()["bytes accessed"]

    assert read(lambda x, gamma, beta: layer_normalize(x, (3,), gamma, beta, 1e-3)) <= read(by_hand((3,)))
    assert read(moments_of_the_batch) <= read(by_hand((0, 1, 2))) * 1.01  # a few numbers for each channel


def test_a_constant_channel_has_finite_gradients():
    layer = L.BatchNormalization(epsilon=1e-7)
    layer.build((None, 3))
    x = jnp.ones((8, 3)) * jnp.array([1.0, 0.0, 1e4])

    def loss(x):
        return kerax.functional_call(layer, layer.params, layer.state, x, training=True)[0].sum()

    assert np.isfinite(jax.grad(loss)(x)).all()


@pytest.mark.parametrize("name", ["BatchNormalization", "LayerNormalization", "GroupNormalization"])
def test_forward_and_second_derivatives_exist(name):
    layer = getattr(L, name)(**({"groups": 2} if name.startswith("Group") else {}))
    layer.build((None, 4))

    def loss(x):
        return (kerax.functional_call(layer, layer.params, layer.state, x, training=True)[0] ** 3).sum()

    x = jnp.asarray(RNG.normal(size=(3, 4)), "float32")
    hessian = jax.hessian(loss)(x).reshape(12, 12)
    assert np.isfinite(hessian).all()
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-2, atol=1e-2)


def test_rms_scaling_of_layer_normalization():
    x = RNG.normal(1.0, 2.0, (4, 6)).astype("float32")
    layer = L.LayerNormalization(rms_scaling=True)
    np.testing.assert_allclose(layer(x), x / np.sqrt(x.var(-1, keepdims=True) + 1e-3), rtol=1e-5)
    assert [w.name for w in layer.weights] == ["gamma"]


def test_spectral_normalization_finds_the_largest_singular_value():
    layer = L.SpectralNormalization(L.Conv2D(5, 3), power_iterations=300)
    x = RNG.normal(size=(1, 6, 6, 4)).astype("float32")
    layer(x, training=True)
    kernel = layer.layer.kernel.numpy().reshape(-1, 5)
    np.testing.assert_allclose(np.linalg.norm(kernel, 2), 1.0, rtol=1e-3)


def test_spectral_normalization_of_an_embedding():
    layer = L.SpectralNormalization(L.Embedding(6, 3), power_iterations=30)
    layer(np.array([[1, 2]]), training=True)
    np.testing.assert_allclose(np.linalg.norm(layer.layer.embeddings.numpy(), 2), 1.0, rtol=1e-3)


def test_parts_of_a_batch():  # expected values: TensorFlow 2.15.1
    x = np.array([[0.1, 0.6], [-0.5, 1.3], [-0.7, -0.6], [-2.3, -1.2], [-0.5, 0.4], [-0.1, -0.7]], "float32")
    layer = L.BatchNormalization(virtual_batch_size=2)
    y = np.asarray(layer(x, training=True))
    expected = [[0.999653, 0.999383], [0.0, 0.99754], [-0.99449, 0.845154]]
    np.testing.assert_allclose(y, np.concatenate([expected, np.negative(expected)]), atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean, [-0.0066667, -0.0003333], atol=1e-6)
    np.testing.assert_allclose(layer.moving_variance, [0.9951, 0.9933836], atol=1e-5)
    np.testing.assert_allclose(layer(x), (x - layer.moving_mean) / np.sqrt(layer.moving_variance + 1e-3), rtol=1e-4)
    again = L.BatchNormalization.from_config(layer.get_config())
    np.testing.assert_allclose(again(x, training=True), y, atol=1e-6)
    with pytest.raises(ValueError, match="batch of 5 samples has no parts of virtual_batch_size=2"):
        layer(x[:5], training=True)
    model = kerax.Sequential([kerax.Input((2,)), L.BatchNormalization(virtual_batch_size=3), L.Dense(1)])
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(x, x[:, :1], batch_size=6, verbose=0).history["loss"]).all()


def test_what_is_refused():
    with pytest.raises(ValueError, match="adjustment of TensorFlow 1"):
        L.BatchNormalization(adjustment=len)
    with pytest.raises(ValueError, match="renorm and virtual_batch_size"):
        L.BatchNormalization(virtual_batch_size=2, renorm=True)
    assert L.BatchNormalization(virtual_batch_size=None, fused=True).built is False


@pytest.mark.parametrize(
    "name", ["BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization"]
)
@pytest.mark.parametrize("dtype", ["int32", "bool"])
def test_integers_and_booleans_are_normalized_as_floats(name, dtype):
    layer = getattr(L, name)(**({"groups": 2} if name.startswith("Group") else {}))
    x = np.random.default_rng(0).integers(0, 3, (5, 4)).astype(dtype)
    layer.build((None, 4))
    layer.set_weights([np.full(w.shape, 0.6, "float32") for w in layer.weights])
    for training in (False, True):
        y = layer(x, **({"training": training} if name.startswith("Batch") else {}))
        again = layer(x.astype("float32"), **({"training": training} if name.startswith("Batch") else {}))
        assert y.dtype == "float32"
        np.testing.assert_allclose(y, again, atol=0.05 if training else 1e-6)  # a second call has moved the averages
