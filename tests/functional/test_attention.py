"""Attention kernels: the special derivative rule, and axes other than the usual."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kerax.functional import attention

RNG = np.random.default_rng(0)


def normal(*shape):
    return jnp.asarray(RNG.normal(size=shape), "float32")


def plain(logits, values):
    return jnp.einsum("bqk,bkd->bqd", jax.nn.softmax(logits), values)


@pytest.mark.slow
def test_derivatives_of_all_orders_and_modes_are_those_of_the_plain_formula():
    logits, values = normal(2, 3, 4), normal(2, 4, 5)
    tangents = normal(2, 3, 4), normal(2, 4, 5)
    ours = jax.jvp(attention.weighted_values, (logits, values), tangents)
    for one, other in zip(ours, jax.jvp(plain, (logits, values), tangents), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)

    def total(function):
        return lambda logits, values: (function(logits, values) ** 3).sum()

    for derivative in (jax.grad, jax.hessian):
        found = derivative(total(attention.weighted_values), argnums=(0, 1))(logits, values)
        expected = derivative(total(plain), argnums=(0, 1))(logits, values)
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_weights_of_half_precision_are_computed_in_float32(dtype):
    query, key, value = (normal(2, 5, 3, 8) for _ in range(3))
    exact = attention.heads_attention(query, key, value)[0]
    half = attention.heads_attention(*(x.astype(dtype) for x in (query, key, value)))[0]
    assert half.dtype == dtype
    np.testing.assert_allclose(half.astype("float32"), exact, atol=0.03)


def test_self_attention_is_attention_of_its_parts():
    projected, mask = normal(2, 5, 3, 4, 6), jnp.asarray(RNG.random((2, 1, 5, 5)) > 0.3)
    parts = [projected[:, :, i] for i in range(3)]
    for scores in (False, True):
        found = attention.self_attention(projected, mask, scale=0.4, return_scores=scores)
        expected = attention.heads_attention(*parts, mask, scale=0.4, return_scores=scores)
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-5, atol=1e-6)
        assert (found[1] is None) is not scores


def test_two_attended_axes_are_one_long_one():
    query, key, value = (normal(2, 3, 4, 2, 5) for _ in range(3))
    mask = jnp.asarray(RNG.random((2, 3, 4, 3, 4)) > 0.3)
    found, scores = attention.attention_over_axes(query, key, value, (1, 2), mask, return_scores=True)
    flat = [x.reshape(2, 12, 2, 5) for x in (query, key, value)]
    expected, flat_scores = attention.heads_attention(*flat, mask.reshape(2, 1, 12, 12), return_scores=True)
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(scores.reshape(flat_scores.shape), flat_scores, rtol=1e-5, atol=1e-6)
    assert scores.shape == (2, 2, 3, 4, 3, 4)


def test_a_causal_query_sees_no_later_key():
    query, key, value = (normal(1, 6, 2, 4) for _ in range(3))
    mask = attention.causal_mask(6, 6)[:, None]

    def first_half(value):
        return attention.heads_attention(query, key, value, mask)[0][:, :3].sum()

    assert not jax.grad(first_half)(value)[:, 3:].any()
