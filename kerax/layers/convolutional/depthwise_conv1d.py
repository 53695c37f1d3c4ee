"""DepthwiseConv1D: convolution of every channel by itself."""

from __future__ import annotations

from typing import Any

from kerax.layers.convolutional.base_depthwise_conv import BaseDepthwiseConv


class DepthwiseConv1D(BaseDepthwiseConv):
    """Convolves every input channel with ``depth_multiplier`` filters of its own.

    Args:
        kernel_size: size of the kernel, int.
        strides: positions between outputs, int.
        padding: ``"valid"``, ``"same"`` or ``"causal"`` (zeros only before, so that no output sees later steps).
        depth_multiplier: output channels per input channel.
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        dilation_rate: positions between kernel taps, int; above 1 only with strides of 1.
        activation: name or callable, or None.
        use_bias: whether a bias per output channel is added.
        depthwise_initializer: of the kernel, shape (*kernel_size, channels, depth_multiplier).
        bias_initializer: of the bias, shape (output channels,).
        depthwise_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        depthwise_constraint: applied to the kernel after each optimizer step.
        bias_constraint: applied to the bias after each optimizer step.
        **kwargs: ``name``, ``dtype``, ``trainable``, ``input_shape``...

    Inputs are ``(batch, steps, channels)`` or, channels first, ``(batch, channels, steps)``.

    Raises:
        ValueError: if an argument is not one of those, or, on the first call, if the kernel does not fit in the inputs.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.DepthwiseConv1D(3, depth_multiplier=2)(np.ones((2, 10, 3), "float32")).shape
        (2, 8, 6)
    """

    rank = 1

    def __init__(
        self,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
