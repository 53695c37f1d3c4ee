"""GlobalAveragePooling2D: the mean of each channel over height and width."""

from __future__ import annotations

from typing import Any

from kerax.functional.pooling import global_average_pool
from kerax.layers.pooling.base_global_pooling import BaseGlobalPooling


class GlobalAveragePooling2D(BaseGlobalPooling):
    """Takes the mean of each channel over height and width.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for an unknown data format.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.GlobalAveragePooling2D()(np.ones((2, 10, 10, 3), "float32")).shape
        (2, 3)
    """

    rank = 2

    def call(self, inputs: Any) -> Any:
        """Pools."""
        return global_average_pool(inputs, keepdims=self.keepdims, data_format=self.data_format)
