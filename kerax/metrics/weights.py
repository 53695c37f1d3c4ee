"""How labels, predictions, sample weights and masks are made to fit each other."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.state import Variable


def to_array(x: Any, dtype: str | None = None) -> jax.Array:
    """An array of anything array-like; cast if a dtype is named.

    Example:
      >>> from kerax.metrics.weights import to_array
      >>> to_array([1, 2], "float32")
      Array([1., 2.], dtype=float32)
    """
    return jnp.asarray(x.value if isinstance(x, Variable) else x, dtype=dtype)


def match_ranks(a: jax.Array, b: jax.Array, expand_rank_1: bool = True) -> tuple[jax.Array, jax.Array]:
    """Squeezes or adds a last axis of size 1 where the ranks of two arrays differ by one.

    Args:
      a: array.
      b: array.
      expand_rank_1: whether a vector against a column becomes a column; otherwise the column becomes a vector.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.metrics.weights import match_ranks
      >>> [x.shape for x in match_ranks(jnp.ones((4, 1)), jnp.ones(4))]
      [(4, 1), (4, 1)]
    """
    if a.ndim == b.ndim + 1 and a.shape[-1] == 1:
        return (a, b[..., None]) if b.ndim == 1 and expand_rank_1 else (a[..., 0], b)
    if b.ndim == a.ndim + 1 and b.shape[-1] == 1:
        return (a[..., None], b) if a.ndim == 1 and expand_rank_1 else (a, b[..., 0])
    return a, b


def apply_mask(sample_weight: Any, mask: Any, dtype: str) -> jax.Array:
    """Weights that are zero where a mask is False.

    Args:
      sample_weight: array or None (ones).
      mask: booleans.
      dtype: dtype of the result.

    Example:
      >>> from kerax.metrics.weights import apply_mask
      >>> apply_mask(None, [True, False], "float32")
      Array([1., 0.], dtype=float32)
    """
    mask = to_array(mask, dtype)
    if sample_weight is None:
        return mask
    mask, sample_weight = match_ranks(mask, to_array(sample_weight, dtype))
    return mask * sample_weight


def divide_no_nan(numerator: jax.Array, denominator: jax.Array) -> jax.Array:
    """The quotient; 0 where the denominator is 0.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.metrics.weights import divide_no_nan
      >>> float(divide_no_nan(jnp.array(1.0), jnp.array(0.0)))
      0.0
    """
    zero = denominator == 0
    return jnp.where(zero, 0, numerator / jnp.where(zero, 1, denominator))
