"""BaseDepthwiseConv: one set of filters per input channel, for any number of spatial axes."""

from __future__ import annotations

from typing import Any

from kerax import constraints, initializers, regularizers
from kerax.functional.conv import depthwise_conv
from kerax.layers.checks import positive_int
from kerax.layers.convolutional.arguments import Shape, join_shape, split_shape, window_output
from kerax.layers.convolutional.convolution import Convolution, drop_tf_keras_arguments


class BaseDepthwiseConv(Convolution):
    """Convolves every input channel with ``depth_multiplier`` filters of its own.

    The kernel has shape ``(*kernel_size, channels, depth_multiplier)``; there are ``channels * depth_multiplier``
    output channels.

    Args:
        depth_multiplier: output channels per input channel.
        depthwise_initializer: of the kernel.
        depthwise_regularizer: penalty on the kernel.
        depthwise_constraint: applied to the kernel after each optimizer step.
        **kwargs: the arguments of `Convolution`.

    Raises:
        ValueError, TypeError: if ``depth_multiplier`` is no positive integer.
    """

    def __init__(
        self,
        *,
        depth_multiplier: int,
        depthwise_initializer: Any,
        depthwise_regularizer: Any,
        depthwise_constraint: Any,
        **kwargs: Any,
    ):
        kind = type(self).__name__
        super().__init__(**drop_tf_keras_arguments(kind, kwargs, ()))
        self.depth_multiplier = positive_int(kind, "depth_multiplier", depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Creates ``kernel`` and ``bias``."""
        channels = self._check_channels(input_shape)
        self.compute_output_shape(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self._add_bias(channels * self.depth_multiplier)

    @property
    def depthwise_kernel(self) -> Any:
        """The kernel, by its name in tf.keras."""
        return self.kernel

    def call(self, inputs: Any) -> Any:
        """Computes the layer's output."""
        outputs = depthwise_conv(
            inputs, self.kernel.value, self.strides, self.padding, self.dilation_rate, self.data_format
        )
        return self._finish(outputs)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape, None where a size is unknown."""
        spatial, channels = split_shape(tuple(input_shape), self.data_format)
        sizes = window_output(self, spatial, self.kernel_size, self.strides, self.padding, self.dilation_rate)
        outputs = None if channels is None else channels * self.depth_multiplier
        return join_shape(input_shape[0], sizes, outputs, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "depth_multiplier": self.depth_multiplier,
            "depthwise_initializer": initializers.serialize(self.depthwise_initializer),
            "depthwise_regularizer": regularizers.serialize(self.depthwise_regularizer),
            "depthwise_constraint": constraints.serialize(self.depthwise_constraint),
        }
