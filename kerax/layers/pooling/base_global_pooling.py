"""BaseGlobalPooling: one number per channel, for any number of spatial axes."""

from __future__ import annotations

from typing import Any

from kerax.layers.checks import data_format_or_default
from kerax.layers.convolutional.arguments import Shape, join_shape, split_shape
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class BaseGlobalPooling(Layer):
    """Base of the global pooling layers; a subclass fixes ``rank`` and says how the positions are reduced.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        keepdims: whether the spatial axes stay, with size 1.
        **kwargs: ``name``, ``dtype``, ``input_shape``...

    Raises:
        ValueError: for an unknown data format.
    """

    built = True  # there is nothing to build
    rank: int  # number of spatial axes, set by the concrete class

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = data_format_or_default(type(self).__name__, data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape, None where a size is unknown."""
        _, channels = split_shape(tuple(input_shape), self.data_format)
        return join_shape(input_shape[0], (1,) * self.rank if self.keepdims else (), channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "data_format": self.data_format, "keepdims": self.keepdims}
