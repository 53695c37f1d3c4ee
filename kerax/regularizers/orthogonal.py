"""Penalty on rows or columns of a matrix that are not orthogonal to each other."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.errors import unknown_name
from kerax.regularizers.regularizer import Regularizer, checked_factor

# Below this squared length a vector is divided by its square root instead of by its own length: epsilon squared.
_SMALLEST_SQUARED_LENGTH = 1e-14

_DEFAULT_FACTOR = 0.01


class OrthogonalRegularizer(Regularizer):
    """``factor`` times the mean absolute cosine between every two rows (or columns) of a matrix.

    Args:
        factor: strength.
        mode: ``"rows"`` or ``"columns"``.

    Raises:
        ValueError: if the factor is negative, the mode unknown, or, at the call, the weight is not a matrix.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> regularizer = kerax.regularizers.OrthogonalRegularizer(0.5)
        >>> float(regularizer(jnp.eye(3))), float(regularizer(jnp.ones((3, 3)))).__round__(3)
        (0.0, 0.5)
    """

    def __init__(self, factor: float = _DEFAULT_FACTOR, mode: str = "rows") -> None:
        self.factor = checked_factor(self, "factor", factor)
        if mode not in ("rows", "columns"):
            raise unknown_name("mode of OrthogonalRegularizer", mode, ("rows", "columns"))
        self.mode = mode

    def __call__(self, x: Any) -> jax.Array:
        """Return the penalty."""
        x = jnp.asarray(x)
        if x.ndim != 2:
            raise ValueError(f"OrthogonalRegularizer works on matrices: expected two axes, got shape {x.shape}.")
        rows = x if self.mode == "rows" else x.T
        squares = jnp.sum(jnp.square(rows), axis=1, keepdims=True)
        units = rows * jax.lax.rsqrt(jnp.maximum(squares, _SMALLEST_SQUARED_LENGTH))
        count = rows.shape[0]
        cosines = (units @ units.T) * (1 - jnp.eye(count, dtype=x.dtype))
        # Every pair stands twice in the symmetric matrix of cosines.
        pairs = count * (count - 1) / 2
        return jnp.asarray(self.factor * 0.5, x.dtype) * jnp.sum(jnp.abs(cosines)) / max(pairs, 1)

    def get_config(self) -> dict[str, Any]:
        """Return ``{"factor": ..., "mode": ...}``."""
        return {"factor": self.factor, "mode": self.mode}
