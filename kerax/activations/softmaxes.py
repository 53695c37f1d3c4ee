"""Activations that work along an axis: softmax, its logarithm, sparsemax and the gated linear unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.activations.logits import remember_logits, softmax_over
from kerax.state.recording import recordable


@recordable
def softmax(x: Any, axis: int | Sequence[int] | None = -1) -> jax.Array:
    """``exp(x) / sum(exp(x))`` along ``axis``.

    Args:
        x: array with at least one axis.
        axis: the axis (or axes) over which the result sums to 1; None for all.

    Returns:
        Array of the shape of ``x``; cross entropies of it start from ``x``.

    Raises:
        ValueError: if ``x`` has no axes.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.softmax(jnp.array([[0.0, 0.0], [0.0, 100.0]])).tolist()
        [[0.5, 0.5], [0.0, 1.0]]
    """
    x = _with_axes(x, "softmax")
    axis = _axes(axis, x.ndim)
    output = jax.nn.softmax(x, axis=axis)
    remember_logits(output, softmax_over(axis, x.ndim), x)
    return output


@recordable
def log_softmax(x: Any, axis: int | Sequence[int] | None = -1) -> jax.Array:
    """``x - log(sum(exp(x)))`` along ``axis``.

    Args:
        x: array with at least one axis.
        axis: the axis (or axes) over which the exponentials sum to 1; None for all.

    Raises:
        ValueError: if ``x`` has no axes.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> [round(float(v), 3) for v in kerax.activations.log_softmax(jnp.array([0.0, 0.0]))]
        [-0.693, -0.693]
    """
    x = _with_axes(x, "log_softmax")
    return jax.nn.log_softmax(x, axis=_axes(axis, x.ndim))


def _axes(axis: int | Sequence[int] | None, rank: int) -> int | tuple[int, ...]:
    if axis is None:
        return tuple(range(rank))
    return axis if isinstance(axis, int) else tuple(axis)


@recordable
def sparsemax(x: Any, axis: int = -1) -> jax.Array:
    """The point of the probability simplex nearest to ``x`` along ``axis``: Martins & Astudillo 2016.

    Args:
        x: array with at least one axis.
        axis: the axis over which the result sums to 1.

    Raises:
        ValueError: if ``x`` has no axes.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.sparsemax(jnp.array([1.0, 0.5, -3.0])).tolist()
        [0.75, 0.25, 0.0]
    """
    x = jnp.moveaxis(_with_axes(x, "sparsemax"), axis, -1)
    descending = -jnp.sort(-x, axis=-1)
    rank = jnp.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    sums = jnp.cumsum(descending, axis=-1)
    # Eq. 4 of the paper: the support is the largest k with 1 + k z_(k) > sum of the k largest.
    supported = 1 + rank * descending > sums
    size = jnp.sum(supported, axis=-1, keepdims=True)
    total = jnp.sum(jnp.where(supported, descending, 0), axis=-1, keepdims=True)
    return jnp.moveaxis(jnp.maximum(x - (total - 1) / size, 0), -1, axis)


@recordable
def glu(x: Any, axis: int = -1) -> jax.Array:
    """The first half of ``x`` along ``axis`` times the sigmoid of the second half: Dauphin et al. 2017.

    Args:
        x: array whose size along ``axis`` is even.
        axis: the axis to halve.

    Raises:
        ValueError: if the size is odd or ``x`` has no axes.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.glu(jnp.array([2.0, 0.0])).tolist()
        [1.0]
    """
    x = _with_axes(x, "glu")
    size = x.shape[axis]
    if isinstance(size, int) and size % 2:
        raise ValueError(f"glu halves axis {axis}, which must have an even size; got an array of shape {x.shape}.")
    return jax.nn.glu(x, axis)


def _with_axes(x: Any, name: str) -> jax.Array:
    x = jnp.asarray(x)
    if x.ndim == 0:
        raise ValueError(f"{name} works along an axis, but was given a single number: expected at least one axis.")
    return x
