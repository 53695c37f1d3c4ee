"""GlobalAveragePooling1D: the mean of each channel over all steps."""

from __future__ import annotations

from typing import Any

from kerax.functional.pooling import global_average_pool
from kerax.layers.checks import check_mask
from kerax.layers.pooling.base_global_pooling import BaseGlobalPooling


class GlobalAveragePooling1D(BaseGlobalPooling):
    """Takes the mean of each channel over all steps. Steps that a mask leaves out are not counted.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for an unknown data format.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.GlobalAveragePooling1D()(np.ones((2, 10, 3), "float32")).shape
        (2, 3)
    """

    rank = 1
    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Pools, over the steps that ``mask`` (batch, steps) keeps."""
        if mask is not None:
            check_mask(
                self, "mask", mask, (inputs.shape[0], inputs.shape[2 if self.data_format == "channels_first" else 1])
            )
        return global_average_pool(inputs, mask, self.keepdims, self.data_format)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Returns None: the steps are gone."""
        return None
