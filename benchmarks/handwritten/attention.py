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


@jax.custom_vjp
def _attend(q: jax.Array, k: jax.Array, v: jax.Array) -> jax.Array:
    return _attend_forward(q, k, v)[0]


def _attend_forward(q: jax.Array, k: jax.Array, v: jax.Array) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    weights = jax.nn.softmax(jnp.einsum("bqh,bkh->bqk", q, k), -1)
    mixed = jnp.einsum("bqk,bkh->bqh", weights, v)
    return mixed, (q, k, v, weights, mixed)


def _attend_backward(saved: tuple[jax.Array, ...], g: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    q, k, v, weights, mixed = saved
    # The softmax's gradient needs sum_k(weights * dweights) in each row; that is the dot product of g and the output.
    row = (g * mixed).sum(-1, keepdims=True)
    scores = weights * (jnp.einsum("bqh,bkh->bqk", g, v) - row)
    dq, dk = jnp.einsum("bqk,bkh->bqh", scores, k), jnp.einsum("bqk,bqh->bkh", scores, q)
    return dq, dk, jnp.einsum("bqk,bqh->bkh", weights, g)


_attend.defvjp(_attend_forward, _attend_backward)


def attention_short(
    x: jax.Array, qkv: jax.Array, qkv_bias: jax.Array, out: jax.Array, out_bias: jax.Array
) -> jax.Array:
    """As `attention_merged`, with the softmax's gradient taken through the output: one pass less over the scores."""
    batch, time, width = x.shape
    size = width // HEADS
    heads = dense(x, qkv, qkv_bias).reshape(batch, time, 3, HEADS, size).transpose(2, 0, 3, 1, 4)
    q, k, v = heads.reshape(3, batch * HEADS, time, size)
    mixed = _attend(q * size**-0.5, k, v)
    mixed = mixed.reshape(batch, HEADS, time, size).transpose(0, 2, 1, 3).reshape(x.shape)
    return dense(mixed, out, out_bias)


FORMS = {"einsum": attention_einsum, "merged": attention_merged, "short": attention_short}
