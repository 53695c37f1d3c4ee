"""Noise layers: how much, where, and when the same."""

import jax
import numpy as np
import pytest

import kerax

L = kerax.layers
ONES = np.ones((200, 50), "float32")
LAYERS = {
    "Dropout": L.Dropout,
    "AlphaDropout": L.AlphaDropout,
    "GaussianDropout": L.GaussianDropout,
    "GaussianNoise": L.GaussianNoise,
    "SpatialDropout1D": L.SpatialDropout1D,
}


def shaped(name):
    return ONES.reshape(200, 10, 5) if name.startswith("Spatial") else ONES


@pytest.mark.parametrize("name", LAYERS)
def test_nothing_happens_outside_training(name):
    x = shaped(name)
    np.testing.assert_array_equal(LAYERS[name](0.5)(x), x)
    np.testing.assert_array_equal(LAYERS[name](0.0)(x, training=True), x)


@pytest.mark.parametrize("name", LAYERS)
def test_every_call_draws_anew_and_a_global_seed_repeats_it(name):
    x, layer = shaped(name), LAYERS[name](0.5, name="noise")
    kerax.utils.set_random_seed(3)
    first, second = layer(x, training=True), layer(x, training=True)
    assert np.any(first != second)
    kerax.utils.set_random_seed(3)
    np.testing.assert_array_equal(layer(x, training=True), first)


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_dropout_drops_its_share_and_scales_the_rest(rate):
    y = np.asarray(L.Dropout(rate, seed=1)(np.ones((500, 401), "float32"), training=True))
    dropped = (y == 0).mean()
    assert abs(dropped - rate) < 5 * np.sqrt(rate * (1 - rate) / y.size)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-6)


def test_neighbours_are_dropped_independently():
    # Two neighbours take their decisions from one random word: no dependence may show.
    y = np.asarray(L.Dropout(0.5, seed=1)(np.ones((500, 400), "float32"), training=True)) == 0
    for shift in (1, 2):
        together = (y[:, shift:] & y[:, :-shift]).mean()
        assert abs(together - 0.25) < 0.005


def test_rate_one_drops_everything():
    assert not L.Dropout(1.0)(ONES, training=True).any()
    assert not L.AlphaDropout(1.0)(ONES, training=True).any()


def test_noise_shape_shares_decisions():
    x = np.ones((4, 6, 8), "float32")
    y = np.asarray(L.Dropout(0.5, noise_shape=(None, 1, None), seed=2)(x, training=True))
    np.testing.assert_array_equal(y, np.broadcast_to(y[:, :1], x.shape))
    images = np.ones((4, 5, 5, 16), "float32")
    maps = np.asarray(L.SpatialDropout2D(0.5, seed=2)(images, training=True))
    np.testing.assert_array_equal(maps, np.broadcast_to(maps[:, :1, :1], images.shape))
    assert 0 < (maps == 0).mean() < 1
    first = np.asarray(L.SpatialDropout2D(0.5, "channels_first", seed=2)(images, training=True))
    np.testing.assert_array_equal(first, np.broadcast_to(first[:, :, :1, :1], images.shape))


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=(500, 400)).astype("float32")
    y = np.asarray(L.AlphaDropout(0.3, seed=4)(x, training=True))
    assert abs(y.mean()) < 0.02
    assert abs(y.std() - 1) < 0.02


def test_gaussian_noise_and_dropout_have_their_moments():
    noise = np.asarray(L.GaussianNoise(0.5, seed=4)(ONES, training=True))
    assert abs(noise.mean() - 1) < 0.03
    assert abs(noise.std() - 0.5) < 0.03
    factor = np.asarray(L.GaussianDropout(0.2, seed=4)(ONES, training=True))
    assert abs(factor.mean() - 1) < 0.03
    assert abs(factor.std() - 0.5) < 0.03


def test_noise_in_a_functional_call_follows_its_key():
    layer = L.Dropout(0.5)
    layer.build((None, 50))

    @jax.jit
    def run(key):
        return kerax.functional_call(layer, {}, {}, ONES, key=key, training=True)[0]

    first = run(jax.random.key(0))
    np.testing.assert_array_equal(run(jax.random.key(0)), first)
    assert np.any(run(jax.random.key(1)) != first)
    with pytest.raises(ValueError, match="pass key="):
        kerax.functional_call(layer, {}, {}, ONES, training=True)


def test_dropout_in_half_precision_keeps_the_dtype():
    y = L.Dropout(0.5, dtype="bfloat16")(ONES, training=True)
    assert y.dtype == jax.numpy.bfloat16
    assert set(np.unique(np.asarray(y, "float32"))) == {0.0, 2.0}


def test_attention_drops_scores():
    x = np.random.default_rng(0).normal(size=(2, 30, 4)).astype("float32")
    layer = L.MultiHeadAttention(2, 3, dropout=0.5)
    _, scores = layer(x, x, return_attention_scores=True, training=True)
    assert 0.3 < (np.asarray(scores) == 0).mean() < 0.7
    assert np.any(layer(x, x, training=True) != layer(x, x, training=True))
    np.testing.assert_allclose(layer(x, x), layer(x, x, return_attention_scores=True)[0], rtol=1e-5, atol=1e-6)
