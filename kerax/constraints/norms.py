"""Constraints on the sign of the elements and on the length of the vectors in a weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax import config
from kerax.constraints.constraint import Constraint

# Axes of one vector: 0 for the inputs of a dense unit, (0, 1, 2) for the window of a 2-D convolution filter.
Axes = int | Sequence[int]


class NonNeg(Constraint):
    """Sets negative elements to zero.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.constraints.NonNeg()(jnp.array([-1.0, 2.0])).tolist()
        [0.0, 2.0]
    """

    def __call__(self, w: Any) -> jax.Array:
        """Return ``max(w, 0)``."""
        return jnp.maximum(jnp.asarray(w), 0)


class MaxNorm(Constraint):
    """Shortens vectors longer than ``max_value`` to that length: Srivastava et al. 2014.

    Args:
        max_value: the greatest length.
        axis: axes of one vector.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> [round(float(v), 3) for v in kerax.constraints.MaxNorm(1.0)(jnp.array([3.0, 4.0]))]
        [0.6, 0.8]
    """

    def __init__(self, max_value: float = 2, axis: Axes = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        """Return the weight with lengths of at most ``max_value``."""
        w, norms = _with_norms(w, self.axis)
        return w * (jnp.clip(norms, 0, self.max_value) / (config.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"max_value": self.max_value, "axis": self.axis}


class UnitNorm(Constraint):
    """Scales every vector to length 1.

    Args:
        axis: axes of one vector.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> [round(float(v), 3) for v in kerax.constraints.UnitNorm()(jnp.array([3.0, 4.0]))]
        [0.6, 0.8]
    """

    def __init__(self, axis: Axes = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        """Return the weight with lengths of 1."""
        w, norms = _with_norms(w, self.axis)
        return w / (config.epsilon() + norms)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Moves the length of every vector towards the range from ``min_value`` to ``max_value``.

    The new length is ``rate * clip(length, min_value, max_value) + (1 - rate) * length``.

    Args:
        min_value: the smallest length.
        max_value: the greatest length.
        rate: 1 to move all the way at every step, less to move a part of it.
        axis: axes of one vector.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> [round(float(v), 3) for v in kerax.constraints.MinMaxNorm(1.0, 2.0, rate=0.5)(jnp.array([0.0, 4.0]))]
        [0.0, 3.0]
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axes = 0) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> jax.Array:
        """Return the weight with its lengths moved."""
        w, norms = _with_norms(w, self.axis)
        wanted = self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (wanted / (config.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}


def _with_norms(w: Any, axis: Axes) -> tuple[jax.Array, jax.Array]:
    """Return the weight and the lengths of its vectors, kept as axes of size 1."""
    w = jnp.asarray(w)
    axes = axis if isinstance(axis, int) else tuple(axis)
    return w, jnp.sqrt(jnp.sum(jnp.square(w), axis=axes, keepdims=True))
