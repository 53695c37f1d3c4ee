"""Attention: weighted means of values, with weights from the similarity of queries and keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax import settings
from kerax.functional.masked_softmax import masked_softmax
from kerax.functional.noise import dropout
from kerax.functional.normalization import widen
from kerax.functional.platform import on_cpu


def causal_mask(queries: Any, keys: Any) -> jax.Array:
    """Booleans of shape (1, queries, keys): a query sees the keys up to its own position.

    Example:
        >>> from kerax.functional.attention import causal_mask
        >>> causal_mask(2, 3).tolist()
        [[[True, False, False], [True, True, False]]]
    """
    return (jnp.arange(queries)[:, None] >= jnp.arange(keys)[None, :])[None]


def window_mask(queries: Any, keys: Any, width: int) -> jax.Array:
    """Booleans of shape (1, queries, keys): a query sees the keys less than ``width`` positions away.

    Example:
        >>> from kerax.functional.attention import window_mask
        >>> window_mask(2, 3, 2).tolist()
        [[[True, True, False], [True, True, True]]]
    """
    distance = jnp.arange(queries)[:, None] - jnp.arange(keys)[None, :]
    return (jnp.abs(distance) < width)[None]


@jax.custom_jvp
def weighted_values(logits: jax.Array, values: jax.Array) -> jax.Array:
    """Compute ``softmax(logits) @ values``, sample by sample.

    The derivative of the softmax needs, for each query, the sum of weights times their derivatives. It is taken from
    the output instead, where it is a sum over the depth and not over the keys: one pass over the weights less in the
    gradient.

    Args:
        logits: shape (batch, queries, keys), float32 or wider.
        values: shape (batch, keys, depth).

    Returns:
        Array of shape (batch, queries, depth) and the dtype of ``values``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import weighted_values
        >>> weighted_values(jnp.zeros((1, 1, 2)), jnp.array([[[1.0], [3.0]]])).tolist()
        [[[2.0]]]
    """
    return jnp.einsum("bqk,bkd->bqd", jax.nn.softmax(logits).astype(values.dtype), values)


@weighted_values.defjvp
def _weighted_values_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    (logits, values), (logits_dot, values_dot) = primals, tangents
    weights = jax.nn.softmax(logits)
    narrow = weights.astype(values.dtype)
    output = jnp.einsum("bqk,bkd->bqd", narrow, values)
    # d softmax = weights * (d logits - row), row = sum over keys of weights * d logits; hence row * output below.
    change = weights * logits_dot
    row = jnp.sum(change, axis=-1, keepdims=True).astype(values.dtype)
    from_logits = jnp.einsum("bqk,bkd->bqd", change.astype(values.dtype), values) - row * output
    return output, from_logits + jnp.einsum("bqk,bkd->bqd", narrow, values_dot)


def merged_attention(
    query: jax.Array,
    key: jax.Array,
    value: jax.Array,
    heads: int,
    mask: jax.Array | None = None,
    scale: float = 1.0,
    rate: float = 0.0,
    noise: jax.Array | None = None,
    return_scores: bool = False,
) -> tuple[jax.Array, jax.Array | None]:
    """``heads_attention`` of arrays whose batch and heads are one axis: shapes (batch * heads, time, depth).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import merged_attention
        >>> x = jnp.ones((6, 5, 4))
        >>> merged_attention(x, x, x, heads=3)[0].shape
        (6, 5, 4)
    """
    logits = widen(jnp.einsum("bqd,bkd->bqk", query * scale, key))
    flat = logits.shape
    full = (flat[0] // heads, heads, *flat[1:])
    if rate == 0 and not return_scores:
        if mask is not None:
            logits = jnp.where(mask, logits.reshape(full), jnp.finfo(logits.dtype).min).reshape(flat)
        return weighted_values(logits, value), None
    scores = masked_softmax(logits.reshape(full), mask).astype(value.dtype)
    if noise is not None:
        scores = dropout(scores, noise, rate)
    output = jnp.einsum("bqk,bkd->bqd", scores.reshape(flat), value)
    return output, scores if return_scores else None


def heads_attention(
    query: jax.Array, key: jax.Array, value: jax.Array, mask: jax.Array | None = None, **options: Any
) -> tuple[jax.Array, jax.Array | None]:
    """Scaled dot-product attention of several heads.

    Everything is a batched product of matrices ``[batch * heads, time, depth]``: on CPU a third of the time of einsums
    over ``[batch, time, heads, depth]``.

    Reference: Vaswani et al., "Attention Is All You Need", 2017, https://arxiv.org/abs/1706.03762

    Args:
        query: shape (batch, queries, heads, depth).
        key: shape (batch, keys, heads, depth).
        value: shape (batch, keys, heads, value depth).
        mask: booleans broadcastable to (batch, heads, queries, keys), True where a query sees a key; or None.
        **options: ``scale``, factor of the products (1); ``rate``, dropout rate of the scores (0); ``noise``, JAX PRNG
            key for the dropout, none without; ``return_scores`` (False).

    Returns:
        ``(output, scores)``: output of shape (batch, queries, heads, value depth); scores of shape (batch, heads,
        queries, keys) or None. A query that sees no key has the mean of all values without dropout or scores, else
        zeros.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import heads_attention
        >>> x = jnp.ones((2, 5, 3, 4))
        >>> heads_attention(x, x, x)[0].shape
        (2, 5, 3, 4)
    """
    heads = query.shape[2]
    if _fused(query, value, **options):
        return jax.nn.dot_product_attention(query, key, value, mask=mask, scale=options.get("scale", 1.0)), None
    output, scores = merged_attention(merge_heads(query), merge_heads(key), merge_heads(value), heads, mask, **options)
    return split_heads(output, heads), scores


def self_attention(
    projected: jax.Array, mask: jax.Array | None = None, **options: Any
) -> tuple[jax.Array, jax.Array | None]:
    """``heads_attention`` of query, key and value in one array, as one projection of the same inputs gives them.

    Args:
        projected: shape (batch, time, 3, heads, depth).
        mask: as for `heads_attention`.
        **options: as for `heads_attention`.

    Returns:
        As `heads_attention`.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import self_attention
        >>> self_attention(jnp.ones((2, 5, 3, 6, 4)))[0].shape
        (2, 5, 6, 4)
    """
    batch, time, _, heads, depth = projected.shape
    if _fused(projected, projected, **options):
        query, key, value = (projected[:, :, i] for i in range(3))
        return heads_attention(query, key, value, mask, **options)
    query, key, value = projected.transpose(2, 0, 3, 1, 4).reshape((3, batch * heads, time, depth))
    output, scores = merged_attention(query, key, value, heads, mask, **options)
    return split_heads(output, heads), scores


def _fused(query: jax.Array, value: jax.Array, rate: float = 0.0, return_scores: bool = False, **_: Any) -> bool:
    """Whether JAX's own attention serves: off the CPU, without dropout, scores or heads of unlike sizes."""
    allowed = settings.is_flash_attention_enabled()
    return allowed and not on_cpu() and rate == 0 and not return_scores and query.shape[-1] == value.shape[-1]


def merge_heads(x: jax.Array) -> jax.Array:
    """(batch, time, heads, depth) as (batch * heads, time, depth).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import merge_heads
        >>> merge_heads(jnp.ones((2, 5, 3, 4))).shape
        (6, 5, 4)
    """
    batch, time, heads, depth = x.shape
    return x.transpose(0, 2, 1, 3).reshape((batch * heads, time, depth))


def split_heads(x: jax.Array, heads: int) -> jax.Array:
    """(batch * heads, time, depth) as (batch, time, heads, depth).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import split_heads
        >>> split_heads(jnp.ones((6, 5, 4)), 3).shape
        (2, 5, 3, 4)
    """
    merged, time, depth = x.shape
    return x.reshape((merged // heads, heads, time, depth)).transpose(0, 2, 1, 3)


def attention_over_axes(
    query: jax.Array,
    key: jax.Array,
    value: jax.Array,
    axes: Sequence[int],
    mask: jax.Array | None = None,
    **options: Any,
) -> tuple[jax.Array, jax.Array | None]:
    """``heads_attention`` over chosen axes of arrays with more than one of them; the others count as batch.

    Args:
        query: shape (batch, ..., heads, depth).
        key: likewise.
        value: likewise.
        axes: the axes that attend to each other, counted from the front.
        mask: booleans, True where a query sees a key: shape (batch, [other axes,] [heads,] queries..., keys...), with
            one axis for each of ``axes``.
        **options: of ``heads_attention``.

    Returns:
        ``(output, scores)``: output shaped like the query but for the depth; scores of shape (batch, other axes...,
            heads,
        queries..., keys...).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import attention_over_axes
        >>> x = jnp.ones((2, 5, 6, 3, 4))
        >>> attention_over_axes(x, x, x, (2,), return_scores=True)[1].shape
        (2, 5, 3, 6, 6)
    """
    rank = query.ndim
    axes = tuple(axes)
    others = tuple(axis for axis in range(1, rank - 2) if axis not in axes)
    order = (0, *others, *axes, rank - 2, rank - 1)
    outer = [query.shape[axis] for axis in (0, *others)]
    heads = query.shape[-2]
    lengths = [[array.shape[axis] for axis in axes] for array in (query, key)]

    def flatten(array: jax.Array) -> jax.Array:
        moved = array.transpose(order)
        return moved.reshape((_product(outer), _product([array.shape[axis] for axis in axes]), heads, array.shape[-1]))

    if mask is not None:
        while mask.ndim < len(outer) + 1 + 2 * len(axes):  # missing axes belong before the attended ones
            mask = jnp.expand_dims(mask, -2 * len(axes) - 1)
        mask = jnp.broadcast_to(mask, (*outer, *mask.shape[len(outer) :]))
        mask = mask.reshape((_product(outer), mask.shape[len(outer)], _product(lengths[0]), _product(lengths[1])))
    output, scores = heads_attention(flatten(query), flatten(key), flatten(value), mask, **options)
    inverse = [order.index(axis) for axis in range(rank)]
    output = output.reshape((*outer, *lengths[0], heads, output.shape[-1])).transpose(inverse)
    if scores is not None:
        scores = scores.reshape((*outer, heads, *lengths[0], *lengths[1]))
    return output, scores


def _product(sizes: Sequence[Any]) -> Any:
    result = 1
    for size in sizes:
        result = result * size
    return result


def additive_scores(query: jax.Array, key: jax.Array, scale: jax.Array | None = None) -> jax.Array:
    """Bahdanau's scores: ``sum(scale * tanh(query + key))`` for every pair.

    Reference: Bahdanau et al., "Neural Machine Translation by Jointly Learning to Align and Translate", 2014, https://arxiv.org/abs/1409.0473

    Args:
        query: shape (batch, queries, depth).
        key: shape (batch, keys, depth).
        scale: shape (depth,), or None.

    Returns:
        Array of shape (batch, queries, keys).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import additive_scores
        >>> additive_scores(jnp.zeros((1, 2, 4)), jnp.zeros((1, 3, 4))).shape
        (1, 2, 3)
    """
    hidden = jnp.tanh(query[:, :, None, :] + key[:, None, :, :])
    return jnp.sum(hidden, axis=-1) if scale is None else hidden @ scale
