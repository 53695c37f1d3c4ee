"""BaseConv: the ordinary convolution layer for any number of spatial axes."""

from __future__ import annotations

from typing import Any

from kerax import constraints, initializers, regularizers
from kerax.functional.conv import conv
from kerax.layers.checks import positive_int
from kerax.layers.convolutional.arguments import Shape, join_shape, split_shape, window_output
from kerax.layers.convolutional.convolution import Convolution


class BaseConv(Convolution):
    """Slides ``filters`` kernels over the inputs; `Conv1D`, `Conv2D` and `Conv3D` fix the number of spatial axes.

    The kernel has shape ``(*kernel_size, channels // groups, filters)``.

    Args:
        filters: number of output channels.
        groups: the input channels are split in this many groups, each seen by ``filters // groups`` filters.
        kernel_initializer: of the kernel.
        kernel_regularizer: penalty on the kernel.
        kernel_constraint: applied to the kernel after each optimizer step.
        **kwargs: the arguments of `Convolution`.

    Raises:
        ValueError: if ``filters`` or the input channels are not divisible by ``groups``.
    """

    def __init__(
        self,
        filters: int,
        *,
        groups: int,
        kernel_initializer: Any,
        kernel_regularizer: Any,
        kernel_constraint: Any,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.filters = self._filters(filters)
        self.groups = positive_int(type(self).__name__, "groups", groups)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        if self.filters % self.groups:
            raise ValueError(
                f"{type(self).__name__}: filters must be divisible by groups, received filters={filters!r} and "
                f"groups={groups!r}."
            )

    def build(self, input_shape: Any) -> None:
        """Creates ``kernel`` and ``bias``."""
        channels = self._check_channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}): the input channels must be divisible by "
                f"groups={self.groups}, received inputs of shape {tuple(input_shape)}."
            )
        self.compute_output_shape(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels // self.groups, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._add_bias(self.filters)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Convolves ``inputs`` with ``kernel``; override it to change how the kernel is applied."""
        return conv(inputs, kernel, self.strides, self.padding, self.dilation_rate, self.groups, self.data_format)

    def call(self, inputs: Any) -> Any:
        """Computes the layer's output."""
        return self._finish(self.convolution_op(inputs, self.kernel.value))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape, None where a size is unknown."""
        spatial, _ = split_shape(tuple(input_shape), self.data_format)
        sizes = window_output(self, spatial, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        return join_shape(input_shape[0], sizes, self.filters, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "groups": self.groups,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
        }
