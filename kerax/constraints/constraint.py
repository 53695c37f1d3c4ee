"""The interface every constraint follows."""

from __future__ import annotations

from typing import Any, Self

import jax
import jax.numpy as jnp


class Constraint:
    """A projection applied to a weight after each optimizer step: ``constraint(w) -> w``.

    Subclass it, write ``__call__`` and, if the constructor takes arguments, ``get_config``.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> class Centred(kerax.constraints.Constraint):
        ...     def __call__(self, w):
        ...         return w - w.mean()
        >>> Centred()(jnp.array([1.0, 3.0])).tolist()
        [-1.0, 1.0]
    """

    def __call__(self, w: Any) -> jax.Array:
        """Return the projected weight; unchanged here."""
        return jnp.asarray(w)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain Python values."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the constraint that ``get_config`` described."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"
