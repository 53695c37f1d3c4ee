"""BasePooling: one number per window, for any number of spatial axes."""

from __future__ import annotations

from typing import Any

from kerax.layers.checks import data_format_or_default
from kerax.layers.convolutional.arguments import (
    Shape,
    axis_ints,
    join_shape,
    padding_name,
    split_shape,
    window_output,
)
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class BasePooling(Layer):
    """Base of the pooling layers; a subclass fixes ``rank`` and says how a window is reduced.

    Args:
        pool_size: window size, int or one int per spatial axis.
        strides: positions between windows, int or one per axis; None for ``pool_size``.
        padding: ``"valid"`` (whole windows only) or ``"same"`` (outputs = inputs / strides, rounded up).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        name: the layer's name.
        **kwargs: ``dtype``, ``input_shape``...

    Raises:
        ValueError: if an argument is not one of those.
    """

    built = True  # there is nothing to build
    rank: int  # number of spatial axes, set by the concrete class

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        kind = type(self).__name__
        self.pool_size = axis_ints(kind, "pool_size", pool_size, self.rank)
        self.strides = self.pool_size if strides is None else axis_ints(kind, "strides", strides, self.rank)
        self.padding = padding_name(kind, padding)
        self.data_format = data_format_or_default(kind, data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _note_shape(self, args: tuple, kwargs: dict) -> None:
        super()._note_shape(args, kwargs)
        self.compute_output_shape(self.__dict__["_build_shape"])  # says what is wrong if no window fits

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape, None where a size is unknown."""
        spatial, channels = split_shape(tuple(input_shape), self.data_format)
        sizes = window_output(self, spatial, self.pool_size, self.strides, self.padding)
        return join_shape(input_shape[0], sizes, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
        }
