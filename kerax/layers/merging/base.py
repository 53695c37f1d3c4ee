"""Merge: what all merging layers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.merging import fold
from kerax.layers.layer import Layer


class Merge(Layer):
    """Base of layers that combine a list of inputs element by element.

    Inputs broadcast; one of lower rank gets axes of size 1 behind the batch axis. A mask marks what counts in any
    input, and there is none unless all inputs have one.

    Args:
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when called on anything but a list of inputs, or on shapes that do not broadcast.
    """

    supports_masking = True
    _function: Callable[[Any, Any], Any] | None = None
    _count: int | None = None  # exact number of inputs, where it matters

    def build(self, input_shape: Any) -> None:
        """Checks the shapes."""
        self.check(input_shape)

    def check(self, shapes: Any) -> None:
        """Raise a ``ValueError`` that names the layer if the shapes cannot be merged."""
        self.check_list(shapes)
        rank = max(len(shape) for shape in shapes)
        aligned = [(*shape[:1], *(1,) * (rank - len(shape)), *shape[1:]) for shape in shapes]
        for axis in range(rank):
            sizes = {shape[axis] for shape in aligned} - {None, 1}
            if len(sizes) > 1:
                raise ValueError(
                    f"Layer {self.path!r} ({type(self).__name__}) cannot merge inputs of shape {_listed(shapes)}: "
                    f"axis {axis} has sizes "
                    f"{' and '.join(str(size) for size in sorted(sizes))}."
                )

    def check_list(self, shapes: Any) -> None:
        """Raise a ``ValueError`` unless the inputs are a list of the right length."""
        wanted = f"a list of {self._count or 'several'} inputs, such as {type(self).__name__}()([a, b])"
        if (
            not isinstance(shapes, (list, tuple))
            or not shapes
            or not all(isinstance(shape, (list, tuple)) for shape in shapes)
        ):
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) must be called on {wanted}; received one of shape "
                f"{shapes}."
            )
        if self._count is not None and len(shapes) != self._count:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) must be called on {wanted}; received {len(shapes)}."
            )

    def call(self, inputs: Any) -> Any:
        """Merges."""
        self.check([_sizes(array) for array in inputs] if isinstance(inputs, (list, tuple)) else _sizes(inputs))
        return self.merge(list(inputs))

    def merge(self, arrays: list[jax.Array]) -> jax.Array:
        """The merged array; subclasses define it or ``_function``."""
        return fold(type(self)._function, arrays)  # type: ignore[arg-type]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """True where any input counts; None if an input has no mask.

        Args:
            inputs: list of inputs.
            previous_mask: list of their masks, or None.

        Raises:
            ValueError: if one of them is no list, or they differ in length.
        """
        if previous_mask is None:
            return None
        for what, given in (("inputs", inputs), ("mask", previous_mask)):
            if not isinstance(given, (list, tuple)):
                raise ValueError(
                    f"Layer {self.path!r} ({type(self).__name__}): {what} should be a list, received "
                    f"{type(given).__name__}."
                )
        if len(inputs) != len(previous_mask):
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) was given {len(inputs)} inputs and {len(previous_mask)} "
                "masks; there must be as many."
            )
        if any(mask is None for mask in previous_mask):
            return None
        return fold(jnp.logical_or, list(previous_mask))


def _sizes(array: Any) -> tuple:
    return tuple(size if isinstance(size, int) else None for size in array.shape)


def _listed(shapes: Any) -> str:
    return ", ".join(str(tuple(shape)) for shape in shapes)
