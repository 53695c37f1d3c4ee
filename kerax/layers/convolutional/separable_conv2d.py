"""SeparableConv2D: a depthwise convolution, then one that mixes channels."""

from __future__ import annotations

from typing import Any

from kerax.layers.convolutional.base_separable_conv import BaseSeparableConv


class SeparableConv2D(BaseSeparableConv):
    """Convolves every channel by itself, then mixes the channels position by position.

    Args:
        filters: number of output channels.
        kernel_size: size of the depthwise kernel, int or one int per axis.
        strides: positions between outputs, int or one int per axis.
        padding: ``"valid"`` (no padding) or ``"same"`` (zeros around, so that outputs = inputs / strides, rounded
            up).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        dilation_rate: positions between kernel taps, int or one int per axis; above 1 only with strides of 1.
        depth_multiplier: intermediate channels per input channel.
        activation: name or callable, or None.
        use_bias: whether a bias per output channel is added.
        depthwise_initializer: of the depthwise kernel, shape (*kernel_size, channels, depth_multiplier).
        pointwise_initializer: of the pointwise kernel, shape (1, ..., channels * depth_multiplier, filters).
        bias_initializer: of the bias, shape (output channels,).
        depthwise_regularizer: penalty on the depthwise kernel.
        pointwise_regularizer: penalty on the pointwise kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: applied to the depthwise kernel after each optimizer step.
        pointwise_constraint: applied to the pointwise kernel after each optimizer step.
        bias_constraint: applied to the bias after each optimizer step.
        **kwargs: ``name``, ``dtype``, ``trainable``, ``input_shape``...

    Inputs are ``(batch, height, width, channels)`` or, channels first, ``(batch, channels, height, width)``.

    Raises:
        ValueError: if an argument is not one of those, or, on the first call, if the kernel does not fit in the inputs.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.SeparableConv2D(4, 3)(np.ones((2, 10, 10, 3), "float32")).shape
        (2, 8, 8, 4)
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = (1, 1),
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            depth_multiplier=depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
