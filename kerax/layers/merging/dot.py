"""Dot."""

from __future__ import annotations

from typing import Any

import jax

from kerax.functional.merging import batch_dot
from kerax.layers.checks import known_axis
from kerax.layers.merging.base import Merge


class Dot(Merge):
    """Contracts one axis of each of two inputs, sample by sample.

    Args:
        axes: the axis of both inputs, or a pair of axes; the batch axis (0) is not allowed.
        normalize: whether vectors along these axes are divided by their norm first: cosine similarity.
        **kwargs: ``name``, ``dtype``...

    Raises:
        TypeError: if ``axes`` is no integer or pair of integers.
        ValueError: when called on axes of different sizes.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Dot(axes=1)([np.ones((2, 3), "float32"), np.ones((2, 3), "float32")])
        Array([[3.],
               [3.]], dtype=float32)
    """

    _count = 2

    def __init__(self, axes: int | tuple[int, int], normalize: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(axes, int) and not (
            isinstance(axes, (list, tuple)) and len(axes) == 2 and all(isinstance(a, int) for a in axes)
        ):
            raise TypeError(f"Dot: axes must be an integer or a pair of integers, received {axes!r}.")
        self.axes = axes if isinstance(axes, int) else list(axes)
        self.normalize = normalize

    def _pair(self, ranks: list[int]) -> tuple[int, int]:
        axes = [self.axes, self.axes] if isinstance(self.axes, int) else self.axes
        x, y = (known_axis(self, axis, rank) for axis, rank in zip(axes, ranks, strict=True))
        return x, y

    def check(self, shapes: Any) -> None:
        """Raise a ``ValueError`` that names the layer if the axes cannot be contracted."""
        self.check_list(shapes)
        first, second = shapes
        if min(len(first), len(second)) < 2:
            raise ValueError(
                f"Layer {self.path!r} (Dot) needs inputs with at least 2 axes, received shapes {tuple(first)}, "
                f"{tuple(second)}."
            )
        x, y = self._pair([len(first), len(second)])
        if 0 in (x, y):
            raise ValueError(f"Layer {self.path!r} (Dot) cannot contract the batch axis: axes={self.axes}.")
        if first[x] is not None and second[y] is not None and first[x] != second[y]:
            raise ValueError(
                f"Layer {self.path!r} (Dot) contracts axis {x} of shape {tuple(first)} with axis {y} of shape "
                f"{tuple(second)}: "
                f"sizes {first[x]} and {second[y]} differ."
            )

    def merge(self, arrays: list[jax.Array]) -> jax.Array:
        """The contracted array."""
        x, y = arrays
        return batch_dot(x, y, self._pair([x.ndim, y.ndim]), self.normalize)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: the time axis may be gone."""
        return None

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "axes": self.axes, "normalize": self.normalize}


def dot(inputs: Any, axes: int | tuple[int, int] = -1, normalize: bool = False, **kwargs: Any) -> Any:
    """Contract one axis of each of two arrays or symbolic tensors, sample by sample.

    Args:
        inputs: two arrays or symbolic tensors.
        axes: the axis of both inputs, or a pair of axes.
        normalize: whether to divide by the norms first.
        **kwargs: of ``Dot``.

    Returns:
        The contracted array or symbolic tensor.

    Example:
        >>> import kerax
        >>> kerax.layers.dot([kerax.Input((3,)), kerax.Input((3,))], axes=1).shape
        (None, 1)
    """
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
