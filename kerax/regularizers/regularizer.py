"""The interface every regularizer follows."""

from __future__ import annotations

import math
import numbers
from typing import Any, Self

import jax
import jax.numpy as jnp


class Regularizer:
    """A penalty on a weight or an output: ``regularizer(x) -> scalar``, added to the loss.

    Subclass it, write ``__call__`` and, so that models using it can be saved, ``get_config``.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> class Peak(kerax.regularizers.Regularizer):
        ...     def __call__(self, x):
        ...         return 0.5 * abs(x).max()
        >>> float(Peak()(jnp.array([1.0, -4.0])))
        2.0
    """

    def __call__(self, x: Any) -> jax.Array:
        """Return the penalty, a scalar of the dtype of ``x``; none here."""
        return jnp.zeros((), jnp.result_type(x))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain Python values."""
        if type(self).__init__ is not object.__init__:
            raise TypeError(
                f"Regularizer {type(self).__name__} cannot be saved: write `get_config(self)` in it, "
                "returning its constructor's arguments."
            )
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the regularizer that ``get_config`` described."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def checked_factor(regularizer: Regularizer, name: str, value: Any) -> float:
    """Return ``value`` as a float, or raise ``ValueError`` if it is not a finite number of at least zero."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number and getattr(value, "ndim", None) == 0:
        value, is_number = float(value), True
    if not is_number or not math.isfinite(value) or value < 0:
        raise ValueError(
            f"{type(regularizer).__name__} expects `{name}` to be a finite number of at least 0, got {value!r}."
        )
    return float(value)
