"""UnitNormalization."""

from __future__ import annotations

from typing import Any

from kerax.functional.normalization import unit_normalize
from kerax.layers.layer import Layer


class UnitNormalization(Layer):
    """Divides each sample by its Euclidean norm.

    Args:
        axis: axis, or list of axes, over which the norm is taken.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.UnitNormalization()(np.array([[4.0, 0.0]], "float32"))
        Array([[1., 0.]], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, axis: int | list[int] = -1, **kwargs: Any):
        super().__init__(**kwargs)
        axes = list(axis) if isinstance(axis, (list, tuple)) else axis
        if not (isinstance(axes, int) or (isinstance(axes, list) and all(isinstance(a, int) for a in axes))):
            raise TypeError(f"UnitNormalization: axis must be an integer or a list of integers, received {axis!r}.")
        self.axis = axes

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        return unit_normalize(inputs, self.axis if isinstance(self.axis, list) else [self.axis])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "axis": self.axis}
