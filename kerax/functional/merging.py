"""Combining several arrays into one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp


def align_ranks(arrays: Sequence[jax.Array]) -> list[jax.Array]:
    """Give all arrays the largest rank among them: axes of size 1 are added behind the batch axis.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.merging import align_ranks
        >>> [a.shape for a in align_ranks([jnp.ones((2, 4, 3)), jnp.ones((2, 3))])]
        [(2, 4, 3), (2, 1, 3)]
    """
    rank = max(array.ndim for array in arrays)
    return [a if a.ndim == rank else a.reshape((*a.shape[:1], *(1,) * (rank - a.ndim), *a.shape[1:])) for a in arrays]


def fold(function: Callable[[jax.Array, jax.Array], jax.Array], arrays: Sequence[jax.Array]) -> jax.Array:
    """Combine arrays pairwise from the left.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.merging import fold
        >>> fold(jnp.add, [jnp.ones(2), jnp.ones(2), jnp.ones(2)]).tolist()
        [3.0, 3.0]
    """
    result, *rest = align_ranks(arrays)
    for array in rest:
        result = function(result, array)
    return result


def batch_dot(x: jax.Array, y: jax.Array, axes: tuple[int, int], normalize: bool = False) -> jax.Array:
    """Contract one axis of each array, sample by sample.

    Args:
        x: shape (batch, ...).
        y: shape (batch, ...).
        axes: the axis of ``x`` and that of ``y``, counted from the front; not the batch axis.
        normalize: whether vectors along these axes are divided by their norm first: cosine similarity.

    Returns:
        Array with the other axes of ``x``, then those of ``y``; shape (batch, 1) if there are none.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.merging import batch_dot
        >>> batch_dot(jnp.ones((2, 3, 4)), jnp.ones((2, 4, 5)), (2, 1)).shape
        (2, 3, 5)
    """
    if normalize:
        x, y = (_unit(a, axis) for a, axis in ((x, axes[0]), (y, axes[1])))
    result = jax.lax.dot_general(x, y, (((axes[0],), (axes[1],)), ((0,), (0,))))
    return result[:, None] if result.ndim == 1 else result


_NORM_EPSILON = 1e-12


def _unit(x: jax.Array, axis: int) -> jax.Array:
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(x * x, axis, keepdims=True), _NORM_EPSILON))
