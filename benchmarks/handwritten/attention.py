"""Multi-head self-attention in two forms."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from benchmarks.handwritten.dense import dense

HEADS = 4


def attention_einsum(
    x: jax.Array, qkv: jax.Array, qkv_bias: jax.Array, out: jax.Array, out_bias: jax.Array
) -> jax.Array:
    """Heads as an axis of einsums on (batch, time, heads, size)."""
    batch, time, width = x.shape
    size = width // HEADS
    q, k, v = jnp.split(dense(x, qkv, qkv_bias).reshape(batch, time, 3 * HEADS, size), 3, 2)
    weights = jax.nn.softmax(jnp.einsum("bqnh,bknh->bnqk", q * size**-0.5, k), -1)
    return dense(jnp.einsum("bnqk,bknh->bqnh", weights, v).reshape(x.shape), out, out_bias)


def attention_merged(
    x: jax.Array, qkv: jax.Array, qkv_bias: jax.Array, out: jax.Array, out_bias: jax.Array
) -> jax.Array:
    """Batch and heads merged into one axis: plain batched matrix products on (batch * heads, time, size)."""
    batch, time, width = x.shape
    size = width // HEADS
    heads = dense(x, qkv, qkv_bias).reshape(batch, time, 3, HEADS, size).transpose(2, 0, 3, 1, 4)
    q, k, v = heads.reshape(3, batch * HEADS, time, size)
    scores = jnp.einsum("bqh,bkh->bqk", q * size**-0.5, k)
    mixed = jnp.einsum("bqk,bkh->bqh", jax.nn.softmax(scores, -1), v)
    mixed = mixed.reshape(batch, HEADS, time, size).transpose(0, 2, 1, 3).reshape(x.shape)
    return dense(mixed, out, out_bias)


FORMS = {"einsum": attention_einsum, "merged": attention_merged}
