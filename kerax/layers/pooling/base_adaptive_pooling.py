"""BaseAdaptivePooling: as many windows as asked for, whatever the input's size."""

from __future__ import annotations

from typing import Any

from kerax.layers.checks import data_format_or_default
from kerax.layers.convolutional.arguments import Shape, axis_ints, join_shape, split_shape
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class BaseAdaptivePooling(Layer):
    """Base of the adaptive pooling layers; a subclass fixes ``rank`` and says how a window is reduced.

    Args:
        output_size: windows, int or one int per spatial axis.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if an argument is not one of those, or the inputs' spatial sizes are not known.
    """

    rank: int

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.output_size = axis_ints(kind, "output_size", output_size, self.rank)
        self.data_format = data_format_or_default(kind, data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: Any) -> None:
        """Checks that the spatial sizes are known; pooling has no weights."""
        spatial, _ = split_shape(tuple(input_shape), self.data_format)
        if None in spatial:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) needs to know the spatial sizes of its inputs, from "
                f"which its windows follow; received shape {tuple(input_shape)}."
            )

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape."""
        _, channels = split_shape(tuple(input_shape), self.data_format)
        return join_shape(input_shape[0], self.output_size, channels, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "output_size": self.output_size, "data_format": self.data_format}
