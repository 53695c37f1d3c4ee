"""Penalties on the sizes of the elements: sums of absolute values and of squares."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.regularizers.regularizer import Regularizer, checked_factor

_DEFAULT_FACTOR = 0.01


class L1(Regularizer):
    """``l1 * sum(|x|)``: drives elements to zero.

    Args:
        l1: factor.
        l: Keras 2's name of it.

    Raises:
        ValueError: if the factor is negative or not finite.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> float(kerax.regularizers.L1(0.5)(jnp.array([1.0, -2.0])))
        1.5
    """

    def __init__(self, l1: float | None = _DEFAULT_FACTOR, *, l: float | None = None) -> None:  # noqa: E741
        l1 = l1 if l is None else l
        self.l1 = checked_factor(self, "l1", _DEFAULT_FACTOR if l1 is None else l1)

    def __call__(self, x: Any) -> jax.Array:
        """Return the penalty."""
        return _weighted(self.l1, jnp.sum(jnp.abs(jnp.asarray(x))))

    def get_config(self) -> dict[str, Any]:
        """Return ``{"l1": ...}``."""
        return {"l1": self.l1}


class L2(Regularizer):
    """``l2 * sum(x**2)``: keeps elements small (weight decay through the loss).

    Args:
        l2: factor.
        l: Keras 2's name of it.

    Raises:
        ValueError: if the factor is negative or not finite.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> float(kerax.regularizers.L2(0.5)(jnp.array([1.0, -2.0])))
        2.5
    """

    def __init__(self, l2: float | None = _DEFAULT_FACTOR, *, l: float | None = None) -> None:  # noqa: E741
        l2 = l2 if l is None else l
        self.l2 = checked_factor(self, "l2", _DEFAULT_FACTOR if l2 is None else l2)

    def __call__(self, x: Any) -> jax.Array:
        """Return the penalty."""
        return _weighted(self.l2, jnp.sum(jnp.square(jnp.asarray(x))))

    def get_config(self) -> dict[str, Any]:
        """Return ``{"l2": ...}``."""
        return {"l2": self.l2}


class L1L2(Regularizer):
    """``l1 * sum(|x|) + l2 * sum(x**2)``.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.

    Raises:
        ValueError: if a factor is negative or not finite.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> float(kerax.regularizers.L1L2(l1=1.0, l2=0.5)(jnp.array([1.0, -2.0])))
        5.5
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = checked_factor(self, "l1", 0.0 if l1 is None else l1)
        self.l2 = checked_factor(self, "l2", 0.0 if l2 is None else l2)

    def __call__(self, x: Any) -> jax.Array:
        """Return the penalty."""
        x = jnp.asarray(x)
        penalty = jnp.zeros((), x.dtype)
        if self.l1:
            penalty += _weighted(self.l1, jnp.sum(jnp.abs(x)))
        if self.l2:
            penalty += _weighted(self.l2, jnp.sum(jnp.square(x)))
        return penalty

    def get_config(self) -> dict[str, Any]:
        """Return ``{"l1": ..., "l2": ...}``."""
        return {"l1": self.l1, "l2": self.l2}


def _weighted(factor: float, total: jax.Array) -> jax.Array:
    return jnp.asarray(factor, total.dtype) * total
