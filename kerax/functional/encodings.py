"""Numbers to bins and categories to vectors, on the device."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import device_dtype


def encode_categories(
    indices: jax.Array, mode: str, depth: int, dtype: Any = "float32", weights: jax.Array | None = None
) -> jax.Array:
    """Turns category numbers into vectors, one slot per category.

    Args:
      indices: whole numbers; those outside of 0 to ``depth - 1`` are left out.
      mode: ``"one_hot"`` encodes every number by itself (a last axis of size 1 is replaced by the vector),
        ``"multi_hot"`` and ``"count"`` the numbers along axis 1 (axis 0 of a vector) together.
      depth: number of categories.
      dtype: of the result.
      weights: for ``"count"``: what each number counts, shaped like ``indices``.

    Returns:
      Array (..., depth).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.encodings import encode_categories
      >>> encode_categories(jnp.array([[2, 2, 0]]), "count", 3)
      Array([[1., 0., 2.]], dtype=float32)
    """
    dtype = device_dtype(dtype)
    if indices.ndim == 0:
        indices = indices[None]
        weights = weights if weights is None else jnp.reshape(weights, (1,))
    if not jnp.issubdtype(indices.dtype, jnp.integer):
        indices = indices.astype(jnp.int32)
    if mode == "one_hot":
        if indices.ndim > 1 and isinstance(indices.shape[-1], int) and indices.shape[-1] == 1:
            indices = indices[..., 0]
        return jax.nn.one_hot(indices, depth, dtype=dtype)
    axis = 1 if indices.ndim > 1 else 0
    vectors = jax.nn.one_hot(indices, depth, dtype=dtype if weights is None else weights.dtype)
    if mode == "multi_hot":
        return vectors.max(axis=axis)
    return (vectors if weights is None else vectors * weights[..., None]).sum(axis=axis)


def digitize(values: jax.Array, boundaries: Any) -> jax.Array:
    """The number of the bin that each value falls into: how many boundaries are not above it.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.encodings import digitize
      >>> digitize(jnp.array([-1.0, 0.0, 3.0]), [0.0, 2.0])
      Array([0, 1, 2], dtype=int32)
    """
    boundaries = jnp.asarray(boundaries, jnp.float32)
    if not jnp.issubdtype(values.dtype, jnp.floating):
        values = values.astype(jnp.float32)
    return jnp.searchsorted(boundaries.astype(values.dtype), values, side="right").astype(jnp.int32)


def quantile_summary(values: np.ndarray, epsilon: float) -> np.ndarray:
    """A small stand-in for many numbers: about ``1 / epsilon`` of them, evenly spaced by rank, and their weights.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.encodings import quantile_summary
      >>> quantile_summary(np.arange(4.0), 0.5)
      array([[1., 3.],
             [2., 2.]], dtype=float32)
    """
    ordered = np.sort(np.asarray(values, np.float32).reshape(-1))
    step = max(ordered.size * epsilon, 1)
    picked = ordered[int(step - 1) :: int(step)]
    return np.stack([picked, np.ones_like(picked) * np.float32(step)])


def merge_summaries(first: np.ndarray, second: np.ndarray, epsilon: float) -> np.ndarray:
    """The summary of two sets of numbers from their summaries.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.encodings import merge_summaries
      >>> merge_summaries(np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]]), 0.1)
      array([[0., 1.],
             [1., 2.]])
    """
    merged = np.concatenate((first, second), axis=1)
    return compress_summary(merged[:, np.argsort(merged[0])], epsilon)


def compress_summary(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """Shortens a summary to ``1 / epsilon`` numbers, by linear interpolation of its cumulated weights.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.encodings import compress_summary
      >>> compress_summary(np.array([[0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0]]), 0.5)
      array([[1., 3.],
             [2., 2.]], dtype=float32)
    """
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    cumulated = summary[1].cumsum()
    share_of = cumulated / cumulated[-1]
    values, reached = np.interp(shares, share_of, summary[0]), np.interp(shares, share_of, cumulated)
    return np.stack((values, np.diff(reached, prepend=0.0))).astype(np.float32)
