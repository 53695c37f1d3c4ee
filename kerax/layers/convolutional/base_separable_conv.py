"""BaseSeparableConv: a depthwise convolution, then one that mixes channels, for any number of spatial axes."""

from __future__ import annotations

from typing import Any

from kerax import constraints, initializers, regularizers
from kerax.functional.conv import separable_conv
from kerax.layers.checks import positive_int
from kerax.layers.convolutional.arguments import Shape, join_shape, split_shape, window_output
from kerax.layers.convolutional.convolution import Convolution, drop_tf_keras_arguments

_TF_KERAS_ONLY = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")


class BaseSeparableConv(Convolution):
    """Convolves every channel by itself, then mixes the channels position by position.

    Weights: ``depthwise_kernel (*kernel_size, channels, depth_multiplier)``, ``pointwise_kernel (1, ..., channels *
    depth_multiplier, filters)``, ``bias``.

    Args:
        filters: number of output channels.
        depth_multiplier: intermediate channels per input channel.
        depthwise_initializer, pointwise_initializer: of the two kernels.
        depthwise_regularizer, pointwise_regularizer: penalties on the two kernels.
        depthwise_constraint, pointwise_constraint: applied to the two kernels after each optimizer step.
        **kwargs: the arguments of `Convolution`.

    Raises:
        ValueError, TypeError: if ``filters`` or ``depth_multiplier`` is no positive integer.
    """

    def __init__(
        self,
        filters: int,
        *,
        depth_multiplier: int,
        depthwise_initializer: Any,
        pointwise_initializer: Any,
        depthwise_regularizer: Any,
        pointwise_regularizer: Any,
        depthwise_constraint: Any,
        pointwise_constraint: Any,
        **kwargs: Any,
    ):
        kind = type(self).__name__
        super().__init__(**drop_tf_keras_arguments(kind, kwargs, _TF_KERAS_ONLY))
        self.filters = self._filters(filters)
        self.depth_multiplier = positive_int(kind, "depth_multiplier", depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.pointwise_constraint = constraints.get(pointwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Creates ``depthwise_kernel``, ``pointwise_kernel`` and ``bias``."""
        channels = self._check_channels(input_shape)
        self.compute_output_shape(input_shape)
        self.depthwise_kernel = self.add_weight(
            name="depthwise_kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )
        self._add_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        """Computes the layer's output."""
        outputs = separable_conv(
            inputs,
            self.depthwise_kernel.value,
            self.pointwise_kernel.value,
            self.strides,
            self.padding,
            self.dilation_rate,
            self.data_format,
        )
        return self._finish(outputs)

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
            "depth_multiplier": self.depth_multiplier,
            "depthwise_initializer": initializers.serialize(self.depthwise_initializer),
            "pointwise_initializer": initializers.serialize(self.pointwise_initializer),
            "depthwise_regularizer": regularizers.serialize(self.depthwise_regularizer),
            "pointwise_regularizer": regularizers.serialize(self.pointwise_regularizer),
            "depthwise_constraint": constraints.serialize(self.depthwise_constraint),
            "pointwise_constraint": constraints.serialize(self.pointwise_constraint),
        }
