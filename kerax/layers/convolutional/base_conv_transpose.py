"""BaseConvTranspose: the transposed convolution layer for any number of spatial axes."""

from __future__ import annotations

from typing import Any

from kerax import constraints, initializers, regularizers
from kerax.functional.conv import conv_transpose, conv_transpose_padding
from kerax.layers.convolutional.arguments import Shape, axis_ints, join_shape, split_shape
from kerax.layers.convolutional.convolution import Convolution, drop_tf_keras_arguments


class BaseConvTranspose(Convolution):
    """Enlarges its inputs: every input value adds its multiple of a kernel to the output.

    The kernel has shape ``(*kernel_size, filters, channels)``: outputs before inputs.

    Args:
        filters: number of output channels.
        output_padding: positions added at the end of each axis, int or one per axis, smaller than ``strides``; None
            for the output size that ``padding`` implies.
        kernel_initializer: of the kernel.
        kernel_regularizer: penalty on the kernel.
        kernel_constraint: applied to the kernel after each optimizer step.
        **kwargs: the arguments of `Convolution`.

    Raises:
        ValueError: if ``output_padding`` is not smaller than ``strides``.
    """

    def __init__(
        self,
        filters: int,
        *,
        output_padding: Any,
        kernel_initializer: Any,
        kernel_regularizer: Any,
        kernel_constraint: Any,
        **kwargs: Any,
    ):
        kind = type(self).__name__
        super().__init__(**drop_tf_keras_arguments(kind, kwargs, ()))
        self.filters = self._filters(filters)
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = axis_ints(kind, "output_padding", output_padding, self.rank, smallest=0)
            if any(extra >= stride for extra, stride in zip(self.output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{kind}: output_padding must be smaller than strides along every axis, received "
                    f"output_padding={output_padding!r} and strides={self.strides}."
                )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def _paddings(self) -> tuple[str, ...]:
        return ("valid", "same")

    def build(self, input_shape: Any) -> None:
        """Creates ``kernel`` and ``bias``."""
        channels = self._check_channels(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, self.filters, channels),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._add_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        """Computes the layer's output."""
        outputs = conv_transpose(
            inputs,
            self.kernel.value,
            self.strides,
            self.padding,
            self.output_padding,
            self.dilation_rate,
            self.data_format,
        )
        return self._finish(outputs)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape, None where a size is unknown."""
        spatial, _ = split_shape(tuple(input_shape), self.data_format)
        extra = self.output_padding or (None,) * self.rank
        sizes: list[int | None] = []
        for n, k, s, d, e in zip(spatial, self.kernel_size, self.strides, self.dilation_rate, extra, strict=True):
            before, after = conv_transpose_padding(k, s, d, self.padding, e)
            sizes.append(None if n is None else (n - 1) * s + 1 + before + after - (k - 1) * d)
        return join_shape(input_shape[0], tuple(sizes), self.filters, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "output_padding": self.output_padding,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
        }
