"""Softmax over the elements that count."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp


def masked_softmax(x: jax.Array, mask: jax.Array | None = None, axis: int | Sequence[int] = -1) -> jax.Array:
    """Softmax along one or several axes; masked elements get 0, and a group without any unmasked element gets zeros.

    Args:
        x: float array.
        mask: booleans broadcastable to ``x``, True where an element counts; or None.
        axis: axis or axes that sum to 1.

    Returns:
        Array like ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.masked_softmax import masked_softmax
        >>> masked_softmax(jnp.zeros(3), jnp.array([True, True, False])).tolist()
        [0.5, 0.5, 0.0]
    """
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    x = x.astype(jnp.float32) if not jnp.issubdtype(x.dtype, jnp.inexact) else x
    if mask is None:
        return jax.nn.softmax(x, axis=axis)
    mask = mask.astype(bool)
    # The lowest finite value rather than minus infinity: a group that is masked throughout must not become NaN.
    y = jax.nn.softmax(jnp.where(mask, x, jnp.finfo(x.dtype).min), axis=axis)
    return jnp.where(mask, y, jnp.zeros((), x.dtype))
