"""Conv3DTranspose: transposed convolution over volumes."""

from __future__ import annotations

from typing import Any

from kerax.layers.convolutional.base_conv_transpose import BaseConvTranspose


class Conv3DTranspose(BaseConvTranspose):
    """Enlarges volumes: each voxel adds its multiple of a kernel to the output.

    Args:
        filters: number of output channels.
        kernel_size: size of the kernel, int or one int per axis.
        strides: outputs per input position, int or one int per axis.
        padding: ``"valid"`` (outputs = (inputs - 1) * strides + max(kernel, strides)) or ``"same"`` (outputs =
            inputs * strides).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        output_padding: positions added at the end of each axis, smaller than ``strides``; None for the size that
            ``padding`` implies.
        dilation_rate: positions between kernel taps, int or one int per axis; above 1 only with strides of 1.
        activation: name or callable, or None.
        use_bias: whether a bias per output channel is added.
        kernel_initializer: of the kernel, shape (*kernel_size, filters, channels).
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
        >>> kerax.layers.Conv3DTranspose(4, 3, strides=2, padding="same")(np.ones((2, 6, 6, 6, 3), "float32")).shape
        (2, 12, 12, 12, 4)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int, int],
        strides: int | tuple[int, int, int] = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: int | tuple[int, int, int] | None = None,
        dilation_rate: int | tuple[int, int, int] = (1, 1, 1),
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
            output_padding=output_padding,
            dilation_rate=dilation_rate,
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
