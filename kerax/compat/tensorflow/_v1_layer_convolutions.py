"""Convolutions of ``tf.compat.v1.layers``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kerax
from kerax.compat.tensorflow._core import array, op
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_layer_kinds import WithKernel, activation_of, tuple_of
from kerax.compat.tensorflow._v1_parts import zeros_initializer
from kerax.layers import InputSpec


def _operation(name: str, function: Callable) -> Callable:
    def compute(inputs: Any, *kernels: Any, **options: Any) -> Any:
        return Tensor(function(array(inputs), *[array(one) for one in kernels], **options))

    compute.__name__ = name
    return op(compute)


_PLAIN = _operation("Conv2D", lambda *given, **options: kerax.ops.conv(*given, **options))
_TRANSPOSED = _operation("conv2d_transpose", lambda *given, **options: kerax.ops.conv_transpose(*given, **options))
_SEPARABLE = _operation("separable_conv2d", lambda *given, **options: kerax.ops.separable_conv(*given, **options))


@op
def BiasAdd(value: Any, bias: Any, first: bool = False) -> Any:
    """A bias added to the channels."""
    x, b = array(value), array(bias)
    return Tensor(x + (b.reshape([-1] + [1] * (x.ndim - 2)) if first else b))


class _Convolution(WithKernel):
    """A convolution of inputs with ``rank`` axes between batch and channels."""

    rank = 2
    transposed = False

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = zeros_initializer(),  # noqa: B008
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(trainable, name, **kwargs)
        self.filters, self.kernel_size = int(filters), tuple_of(kernel_size, self.rank)
        self.strides, self.dilation_rate = tuple_of(strides, self.rank), tuple_of(dilation_rate, self.rank)
        self.padding, self.data_format = padding.lower(), data_format
        self.activation, self.use_bias = activation_of(activation), use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.activity_regularizer = activity_regularizer
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _channels(self, input_shape: Any) -> int:
        size = TensorShape(input_shape)[1 if self.data_format == "channels_first" else -1]
        if size is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found None.")
        return size

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        ends = (self._channels(input_shape), self.filters)
        self.kernel = self.add_weight(
            "kernel",
            [*self.kernel_size, *(reversed(ends) if self.transposed else ends)],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._build_bias()

    def _build_bias(self) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                [self.filters],
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _kernels(self) -> tuple:
        return (self.kernel,)

    _compute = staticmethod(_PLAIN)

    def call(self, inputs: Any) -> Any:  # type: ignore[override]
        """The output, with ``filters`` channels."""
        found = self._compute(
            inputs,
            *self._kernels(),
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )
        if self.bias is not None:
            found = BiasAdd(found, self.bias, self.data_format == "channels_first")
        return self._finished(found)


class Conv1D(_Convolution):
    """Convolution over one axis; arguments as in ``kerax.layers.Conv1D``."""

    rank = 1


class Conv2D(_Convolution):
    """Convolution over two axes; arguments as in ``kerax.layers.Conv2D``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.compat.v1.layers.Conv2D(4, 3, name="doc_conv")(tf.ones([1, 5, 5, 2])).shape
      TensorShape([1, 3, 3, 4])
    """


class Conv3D(_Convolution):
    """Convolution over three axes; arguments as in ``kerax.layers.Conv3D``."""

    rank = 3


class _Transposed(_Convolution):
    transposed = True
    _compute = staticmethod(_TRANSPOSED)

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = zeros_initializer(),  # noqa: B008
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            filters, kernel_size, strides, padding, data_format, 1, activation, use_bias, kernel_initializer,
            bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
            bias_constraint, trainable, name, **kwargs,
        )  # fmt: skip


class Conv2DTranspose(_Transposed):
    """Transposed convolution over two axes; arguments as in ``kerax.layers.Conv2DTranspose``."""


class Conv3DTranspose(_Transposed):
    """Transposed convolution over three axes; arguments as in ``kerax.layers.Conv3DTranspose``."""

    rank = 3


class _Separable(_Convolution):
    _compute = staticmethod(_SEPARABLE)

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = zeros_initializer(),  # noqa: B008
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias,
            bias_initializer=bias_initializer, bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer, bias_constraint=bias_constraint, trainable=trainable, name=name,
            **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self._depthwise = (depthwise_initializer, depthwise_regularizer, depthwise_constraint)
        self._pointwise = (pointwise_initializer, pointwise_regularizer, pointwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Makes the variables."""
        channels, many = self._channels(input_shape), self.depth_multiplier
        for name, sizes, (first, regularizer, constraint) in (
            ("depthwise_kernel", [*self.kernel_size, channels, many], self._depthwise),
            ("pointwise_kernel", [*(1,) * self.rank, channels * many, self.filters], self._pointwise),
        ):
            made = self.add_weight(name, sizes, None, first, regularizer, constraint=constraint)
            setattr(self, name, made)
        self._build_bias()

    def _kernels(self) -> tuple:
        return self.depthwise_kernel, self.pointwise_kernel  # type: ignore[attr-defined]


class SeparableConv1D(_Separable):
    """Convolution of every channel, then of all at each place; arguments as in ``kerax.layers.SeparableConv1D``."""

    rank = 1


class SeparableConv2D(_Separable):
    """Convolution of every channel, then of all at each place; arguments as in ``kerax.layers.SeparableConv2D``."""
