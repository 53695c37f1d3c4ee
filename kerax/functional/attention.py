"""Attention: weighted means of values, with weights from the similarity of queries and keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

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


def _batched(a: jax.Array, b: jax.Array) -> jax.Array:
    """Matrix product of the last two axes, sample by sample."""
    return jax.lax.dot_general(a, b, (((2,), (1,)), ((0,), (0,))))


def heads_attention(
    query: jax.Array,
    key: jax.Array,
    value: jax.Array,
    mask: jax.Array | None = None,
    scale: float = 1.0,
    rate: float = 0.0,
    noise: jax.Array | None = None,
    return_scores: bool = False,
) -> tuple[jax.Array, jax.Array | None]:
    """Scaled dot-product attention of several heads.

    Everything is a batched product of matrices ``[batch * heads, time, depth]``: on CPU a third of the time of
    einsums over ``[batch, time, heads, depth]``. Unless the scores are asked for, the division by their sum is done
    after the product with the values, on the smaller array.

    Reference: Vaswani et al., "Attention Is All You Need", 2017, https://arxiv.org/abs/1706.03762

    Args:
        query: shape (batch, queries, heads, depth).
        key: shape (batch, keys, heads, depth).
        value: shape (batch, keys, heads, value depth).
        mask: booleans broadcastable to (batch, heads, queries, keys), True where a query sees a key; or None.
        scale: factor of the products.
        rate: dropout rate of the scores.
        noise: JAX PRNG key for the dropout; none without a key.
        return_scores: whether the scores are returned.

    Returns:
        ``(output, scores)``: output of shape (batch, queries, heads, value depth); scores of shape (batch, heads,
            queries, keys)
        or None. A query that sees no key has the mean of all values without dropout or scores, else zeros.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.attention import heads_attention
        >>> x = jnp.ones((2, 5, 3, 4))
        >>> heads_attention(x, x, x)[0].shape
        (2, 5, 3, 4)
    """
    batch, queries, heads, depth = query.shape
    keys, value_depth = key.shape[1], value.shape[3]
    plain = rate == 0 and not return_scores
    if plain and not on_cpu() and depth == value_depth:
        return jax.nn.dot_product_attention(query, key, value, mask=mask, scale=scale), None
    flat_query = (query * scale).transpose(0, 2, 1, 3).reshape((batch * heads, queries, depth))
    flat_key = key.transpose(0, 2, 3, 1).reshape((batch * heads, depth, keys))
    flat_value = value.transpose(0, 2, 1, 3).reshape((batch * heads, keys, value_depth))
    logits = widen(_batched(flat_query, flat_key)).reshape((batch, heads, queries, keys))
    scores = None
    if plain:
        if mask is not None:
            logits = jnp.where(mask, logits, jnp.finfo(logits.dtype).min)
        weights = jnp.exp(logits - jax.lax.stop_gradient(jnp.max(logits, axis=-1, keepdims=True)))
        total = jnp.sum(weights, axis=-1).reshape((batch * heads, queries, 1))
        weights = weights.reshape((batch * heads, queries, keys)).astype(value.dtype)
        output = (_batched(weights, flat_value) / total).astype(value.dtype)
    else:
        scores = masked_softmax(logits, mask).astype(value.dtype)
        weights = scores if noise is None else dropout(scores, noise, rate)
        scores = weights
        output = _batched(weights.reshape((batch * heads, queries, keys)), flat_value)
    return output.reshape((batch, heads, queries, value_depth)).transpose(0, 2, 1, 3), scores if return_scores else None


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
