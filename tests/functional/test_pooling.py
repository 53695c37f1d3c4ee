"""Pooling kernels against `lax.reduce_window` and Keras: values, derivatives, ties, symbolic sizes."""

import itertools

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from jax import lax

from kerax.functional.pooling import average_pool, global_average_pool, global_max_pool, max_pool

SPATIAL = {1: (7,), 2: (7, 6), 3: (5, 6, 4)}
CASES = list(itertools.product([1, 2, 3], [2, 3], [None, 1, 2], ["valid", "same"]))


def with_ties(*shape):
    return jnp.asarray(np.random.default_rng(0).integers(0, 4, shape), jnp.float32)


def plain_max(x, size, strides, padding):
    rank = x.ndim - 2
    window, steps = (1, *(size,) * rank, 1), (1, *(strides or size,) * rank, 1)
    return lax.reduce_window(x, -jnp.inf, lax.max, window, steps, padding.upper())


@pytest.mark.parametrize("rank, size, strides, padding", CASES)
def test_max_pool_and_its_gradient_are_lax(rank, size, strides, padding):
    x = with_ties(2, *SPATIAL[rank], 3)
    y, pull = jax.vjp(jax.jit(lambda x: max_pool(x, size, strides, padding)), x)
    z, pull_plain = jax.vjp(lambda x: plain_max(x, size, strides, padding), x)
    np.testing.assert_array_equal(y, z)
    cotangent = jnp.asarray(np.random.default_rng(1).normal(size=y.shape), jnp.float32)
    np.testing.assert_allclose(pull(cotangent)[0], pull_plain(cotangent)[0], atol=1e-5)


@pytest.mark.parametrize("rank, size, strides, padding", CASES)
def test_average_pool_is_keras(rank, size, strides, padding):
    x = with_ties(2, *SPATIAL[rank], 3)
    theirs = keras.ops.average_pool(x, size, strides or size, padding)
    np.testing.assert_allclose(average_pool(x, size, strides, padding), theirs, atol=1e-5)
    ours_slope = jax.grad(lambda x: (average_pool(x, size, strides, padding) ** 2).sum())(x)
    slope = jax.grad(lambda x: (keras.ops.average_pool(x, size, strides or size, padding) ** 2).sum())(x)
    np.testing.assert_allclose(ours_slope, slope, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("strides", [None, 1])
def test_second_derivative_and_forward_mode(strides):
    x = jnp.asarray(np.random.default_rng(2).normal(size=(1, 4, 4, 1)), jnp.float32)
    hessian = jax.hessian(lambda x: (max_pool(x, 2, strides) ** 3).sum())(x)
    by_reverse = jax.jacrev(jax.grad(lambda x: (max_pool(x, 2, strides) ** 3).sum()))(x)
    np.testing.assert_allclose(hessian, by_reverse, atol=1e-5)
    assert float(jnp.abs(hessian).max()) > 0
    expected = jax.jacrev(jax.grad(lambda x: (plain_max(x, 2, strides, "valid") ** 3).sum()))(x)
    np.testing.assert_allclose(hessian, expected, atol=1e-4)


def test_gradient_goes_to_the_first_maximum():
    slope = jax.grad(lambda x: max_pool(x, 2).sum())(jnp.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(slope.ravel(), [1, 0, 0, 0])


def test_vmap():
    x = with_ties(3, 2, 7, 6, 3)
    np.testing.assert_array_equal(jax.vmap(lambda x: max_pool(x, 2))(x)[1], max_pool(x[1], 2))


def test_large_windows_and_integers_take_the_plain_path():
    x = with_ties(1, 20, 20, 1)
    np.testing.assert_array_equal(max_pool(x, 9, 2), plain_max(x, 9, 2, "valid"))
    np.testing.assert_array_equal(max_pool(x.astype(jnp.int32), 2), plain_max(x, 2, None, "valid"))


def test_infinite_values_survive():
    x = jnp.full((1, 4, 1), -jnp.inf)
    assert jnp.isneginf(max_pool(x, 2)).all()
    assert jnp.isnan(max_pool(jnp.array([[[jnp.nan], [1.0]]]), 2)).all()


def test_symbolic_sizes_stay_symbolic():
    (batch,) = jax.export.symbolic_shape("b")
    spec = jax.ShapeDtypeStruct((batch, 9, 8, 3), jnp.float32)
    assert jax.eval_shape(lambda x: max_pool(x, 2), spec).shape == (batch, 4, 4, 3)
    assert jax.eval_shape(lambda x: average_pool(x, 3, 2, "same"), spec).shape == (batch, 5, 4, 3)
    assert jax.eval_shape(global_average_pool, spec).shape == (batch, 3)


def test_channels_first_is_the_transpose():
    x = with_ties(2, 7, 6, 3)
    for pool in (max_pool, average_pool):
        first = pool(jnp.moveaxis(x, -1, 1), 2, None, "same", data_format="channels_first")
        np.testing.assert_array_equal(jnp.moveaxis(first, 1, -1), pool(x, 2, None, "same"))


def test_global_pools():
    x = with_ties(2, 5, 4, 3)
    np.testing.assert_allclose(global_average_pool(x), x.mean((1, 2)), atol=1e-6)
    np.testing.assert_array_equal(global_max_pool(x, keepdims=True), x.max((1, 2), keepdims=True))
    first = global_max_pool(jnp.moveaxis(x, -1, 1), data_format="channels_first")
    np.testing.assert_array_equal(first, x.max((1, 2)))


def test_masked_average_ignores_what_the_mask_drops():
    x = jnp.array([[[1.0], [3.0], [jnp.nan]]])
    assert global_average_pool(x, jnp.array([[True, True, False]])) == 2.0


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: max_pool(jnp.ones((1, 2, 2, 1)), 3), ["does not fit", "(2, 2)"]),
        (lambda: max_pool(jnp.ones((1, 4, 4, 1)), 2, padding="causal"), ["'causal'"]),
        (lambda: max_pool(jnp.ones((4, 4)), 2), ["(4, 4)"]),
        (lambda: average_pool(jnp.ones((1, 4, 4, 1)), (2, 2, 2)), ["pool_size"]),
    ],
)
def test_mistakes_are_explained(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert all(word in str(caught.value) for word in words), caught.value
