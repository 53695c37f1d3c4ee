"""The interface every initializer follows."""

from __future__ import annotations

from typing import Any, Self

import jax

# tf.keras hands these to initializers of sharded or laid-out variables. They do not change the values drawn.
_PLACEMENT_ARGUMENTS = frozenset({"partition_shape", "partition_offset", "layout"})


class Initializer:
    """Makes the first value of a weight: ``initializer(shape, dtype) -> array``.

    Subclass it, write ``__call__`` and, if the constructor takes arguments, ``get_config``.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> class Twos(kerax.initializers.Initializer):
        ...     def __call__(self, shape, dtype=None, **kwargs):
        ...         return 2 * jnp.ones(shape, dtype)
        >>> Twos()((2,)).tolist()
        [2.0, 2.0]
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return an array of ``shape`` and ``dtype`` (``None``: the float type of ``kerax.config.floatx()``)."""
        raise TypeError(
            f"{type(self).__name__} does not say how to make a value: write `__call__(self, shape, dtype=None)` in it."
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain Python values."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the initializer that ``get_config`` described."""
        return cls(**config)

    def clone(self) -> Self:
        """Return a new initializer with the same configuration."""
        return type(self).from_config(self.get_config())

    def __repr__(self) -> str:
        arguments = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def check_placement_arguments(initializer: Initializer, kwargs: dict[str, Any]) -> None:
    """Raise ``TypeError`` for call arguments that no initializer knows."""
    unknown = sorted(set(kwargs) - _PLACEMENT_ARGUMENTS)
    if unknown:
        raise TypeError(
            f"{type(initializer).__name__} was called with unknown arguments {unknown}; "
            f"expected `shape`, `dtype` and at most {sorted(_PLACEMENT_ARGUMENTS)}."
        )


def static_shape(initializer: Initializer, shape: Any) -> tuple[int, ...]:
    """Return ``shape`` as a tuple of Python integers, or say which size is missing."""
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(size is None for size in sizes):
        raise ValueError(
            f"{type(initializer).__name__} was asked for shape {sizes}: every size must be known to make a weight. "
            "Give the layer an input whose last size is known."
        )
    return tuple(int(size) for size in sizes)
