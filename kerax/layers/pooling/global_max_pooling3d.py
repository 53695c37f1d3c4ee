"""GlobalMaxPooling3D: the largest value of each channel over three spatial axes."""

from __future__ import annotations

from typing import Any

from kerax.functional.pooling import global_max_pool
from kerax.layers.pooling.base_global_pooling import BaseGlobalPooling


class GlobalMaxPooling3D(BaseGlobalPooling):
    """Takes the largest value of each channel over three spatial axes.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for an unknown data format.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.GlobalMaxPooling3D()(np.ones((2, 6, 6, 6, 3), "float32")).shape
        (2, 3)
    """

    rank = 3

    def call(self, inputs: Any) -> Any:
        """Pools."""
        return global_max_pool(inputs, keepdims=self.keepdims, data_format=self.data_format)
