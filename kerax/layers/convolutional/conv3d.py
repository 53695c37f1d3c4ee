"""Conv3D: convolution over volumes."""

from __future__ import annotations

from typing import Any

from kerax.layers.convolutional.base_conv import BaseConv


class Conv3D(BaseConv):
    """Slides filters over three spatial axes.

    Args:
        filters: number of output channels.
        kernel_size: size of the kernel, int or one int per axis.
        strides: positions between outputs, int or one int per axis.
        padding: ``"valid"`` (no padding) or ``"same"`` (zeros around, so that outputs = inputs / strides, rounded
            up).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        dilation_rate: positions between kernel taps, int or one int per axis; above 1 only with strides of 1.
        groups: the input channels are split in this many groups, each seen by ``filters // groups`` filters.
        activation: name or callable, or None.
        use_bias: whether a bias per output channel is added.
        kernel_initializer: of the kernel, shape (*kernel_size, channels // groups, filters).
        bias_initializer: of the bias, shape (output channels,).
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after each optimizer step.
        bias_constraint: applied to the bias after each optimizer step.
        **kwargs: ``name``, ``dtype``, ``trainable``, ``input_shape``...

    Inputs are ``(batch, depth, height, width, channels)`` or, channels first,
    ``(batch, channels, depth, height, width)``.

    Raises:
        ValueError: if an argument is not one of those, or, on the first call, if the kernel does not fit in the inputs.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Conv3D(4, 3, activation="relu")(np.ones((2, 6, 6, 6, 3), "float32")).shape
        (2, 4, 4, 4, 4)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int, int],
        strides: int | tuple[int, int, int] = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int, int] = (1, 1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
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
            groups=groups,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
