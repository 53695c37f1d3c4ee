"""MaxPooling1D: the largest value of each window over steps."""

from __future__ import annotations

from typing import Any

from kerax.functional.pooling import max_pool
from kerax.layers.pooling.base_pooling import BasePooling


class MaxPooling1D(BasePooling):
    """Takes the largest value of each window over steps.

    Args:
        pool_size: window size, int.
        strides: positions between windows; None for ``pool_size``.
        padding: ``"valid"`` (whole windows only) or ``"same"`` (outputs = inputs / strides, rounded up).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        name: the layer's name.
        **kwargs: ``dtype``, ``input_shape``...

    Raises:
        ValueError: if an argument is not one of those, or, on the first call, if no window fits in the inputs.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.MaxPooling1D(2)(np.ones((2, 10, 3), "float32")).shape
        (2, 5, 3)
    """

    rank = 1

    def __init__(
        self,
        pool_size: int = 2,
        strides: int | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Pools."""
        return max_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)
