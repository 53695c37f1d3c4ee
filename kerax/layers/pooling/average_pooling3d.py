"""AveragePooling3D: the mean of each window over three spatial axes."""

from __future__ import annotations

from typing import Any

from kerax.functional.pooling import average_pool
from kerax.layers.pooling.base_pooling import BasePooling


class AveragePooling3D(BasePooling):
    """Takes the mean of each window over three spatial axes. Positions that ``"same"`` padding adds are not counted.

    Args:
        pool_size: window size, int or one int per axis.
        strides: positions between windows; None for ``pool_size``.
        padding: ``"valid"`` (whole windows only) or ``"same"`` (outputs = inputs / strides, rounded up).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        name: the layer's name.
        **kwargs: ``dtype``, ``input_shape``...

    Raises:
        ValueError: if an argument is not one of those, or, on the first call, if no window fits in the inputs.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.AveragePooling3D(2)(np.ones((2, 6, 6, 6, 3), "float32")).shape
        (2, 3, 3, 3, 3)
    """

    rank = 3

    def __init__(
        self,
        pool_size: int | tuple[int, int, int] = (2, 2, 2),
        strides: int | tuple[int, int, int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Pools."""
        return average_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)
