"""``tf.nn``: convolutions and pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax import ops
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import ints, label_of, op, out, pair, tensor
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._tensor import Tensor


def _spatial(value: Any, rank: int, first: bool) -> tuple:
    """Strides, sizes or rates of the spatial axes: given as one number, one for each, or with batch and channels."""
    numbers = ints(value, "sizes")
    if len(numbers) == 1:
        return numbers * rank
    if len(numbers) == rank + 2:
        return numbers[2:] if first else numbers[1:-1]
    return numbers


def _conv(
    rank: int, x: Tensor, kernel: Any, strides: Any, padding: Any, data_format: str | None, dilations: Any
) -> Any:
    first = bool(data_format) and data_format.startswith("NC")  # type: ignore[union-attr]
    x, w = pair(x, kernel, "Conv2D")
    steps = _spatial(1 if strides is None else strides, rank, first)
    rates = _spatial(1 if dilations is None else dilations, rank, first)
    layout = "channels_first" if first else "channels_last"
    with errors.TRANSLATED:
        if isinstance(padding, str):
            return out(ops.conv(x.array, w.array, steps, padding.lower(), layout, rates), label_of(x))
        margins = [tuple(ints(one)) for one in padding]
        return out(ops.conv(jnp.pad(x.array, margins), w.array, steps, "valid", layout, rates), label_of(x))


@op
def conv2d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of images."""
    return _conv(2, tensor(input), filters, strides, padding, data_format, dilations)


@op
def conv1d(
    input: Any,
    filters: Any,
    stride: Any,
    padding: Any,
    data_format: str = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of sequences."""
    return _conv(1, tensor(input), filters, stride, padding, data_format, dilations)


@op
def conv3d(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of volumes."""
    return _conv(3, tensor(input), filters, strides, padding, data_format, dilations)


@op
def convolution(
    input: Any,
    filters: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution over as many axes as there are between batch and channels."""
    x = tensor(input)
    return _conv(x._value.ndim - 2, x, filters, strides, padding, data_format, dilations)


@op
def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: str,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Convolution of each channel with filters of its own."""
    x, w = pair(tensor(input), filter, "DepthwiseConv2dNative")
    first = data_format == "NCHW"
    found = ops.depthwise_conv(
        x.array, w.array, _spatial(strides, 2, first), padding.lower(), "channels_first" if first else "channels_last",
        _spatial(1 if dilations is None else dilations, 2, first),
    )  # fmt: skip
    return out(found, label_of(x))


@op
def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: str,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """``depthwise_conv2d`` and then a convolution of size 1."""
    between = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return conv2d(between, pointwise_filter, 1, "VALID", data_format or "NHWC")


@op
def conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """The gradient of ``conv2d`` with respect to its input: it enlarges images; filters are (h, w, out, in)."""
    x, w = pair(tensor(input), filters, "Conv2DBackpropInput")
    first = data_format == "NCHW"
    steps = _spatial(strides, 2, first)
    sizes = ints(output_shape)
    sizes = tuple(x._value.shape[0] if i == 0 and s in (-1, None) else s for i, s in enumerate(sizes))

    def forward(image: Any) -> Any:
        return ops.conv(image, w.array, steps, padding.lower(), "channels_first" if first else "channels_last")

    _, back = jax.vjp(forward, jnp.zeros(sizes, x.array.dtype))
    return out(back(x.array)[0], label_of(x))


def _pool(x: Any, window: Any, strides: Any, padding: str, data_format: str | None, function: Callable) -> Any:
    x = tensor(x)
    rank = x._value.ndim - 2
    first = bool(data_format) and data_format.startswith("NC")  # type: ignore[union-attr]
    layout = "channels_first" if first else "channels_last"
    if not isinstance(padding, str):
        margins = [tuple(ints(one)) for one in padding]
        low = -jnp.inf if x.dtype.is_floating else jnp.iinfo(x.array.dtype).min
        x, padding = out(jnp.pad(x.array, margins, constant_values=low), label_of(x)), "valid"
    sizes, steps = _spatial(window, rank, first), _spatial(window if strides is None else strides, rank, first)
    return out(function(x.array, sizes, steps, padding.lower(), layout), label_of(x))


@op
def max_pool(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str | None = None, name: str | None = None
) -> Any:
    """The largest value of each window."""
    return _pool(input, ksize, strides, padding, data_format, ops.max_pool)


@op
def avg_pool(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str | None = None, name: str | None = None
) -> Any:
    """The mean of each window."""
    check("AvgPool", tensor(input).dtype)
    return _pool(input, ksize, strides, padding, data_format, ops.average_pool)


def _pool_of(plain: Callable, layout: str) -> Callable:
    """The function for inputs of one rank, with its usual layout."""

    def run(
        input: Any, ksize: Any, strides: Any, padding: str, data_format: str = layout, name: str | None = None
    ) -> Any:
        return plain(input, ksize, strides, padding, data_format)

    run.__name__, run.__doc__ = f"{plain.__name__}{len(layout) - 2}d", plain.__doc__
    return run


max_pool1d, max_pool2d, max_pool3d = (_pool_of(max_pool, layout) for layout in ("NWC", "NHWC", "NDHWC"))
avg_pool1d, avg_pool2d, avg_pool3d = (_pool_of(avg_pool, layout) for layout in ("NWC", "NHWC", "NDHWC"))


@op
def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    strides: Any = None,
    padding: str = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Any:
    """Windows, the largest (MAX) or the mean (AVG) of each."""
    function = ops.max_pool if pooling_type.upper() == "MAX" else ops.average_pool
    return _pool(input, window_shape, 1 if strides is None else strides, padding, data_format, function)


@op
def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Any:
    """A number added to each channel."""
    x, b = pair(value, bias, "BiasAdd")
    channels = x._value.shape[1 if data_format and data_format.startswith("NC") else -1] if x.ndim > 1 else None
    if channels is None or b._value.shape != (channels,):
        raise errors.InvalidArgumentError(
            None, None, f"Must provide as many biases as there are channels: {b.shape} vs. {x.shape}"
        )
    if data_format and data_format.startswith("NC"):
        return out(x.array + b.array.reshape((1, -1) + (1,) * (x._value.ndim - 2)), label_of(x))
    return out(x.array + b.array, label_of(x))


@op
def space_to_depth(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Any:
    """Blocks of pixels as channels."""
    x = tensor(input)
    return out(
        ops.space_to_depth(x.array, block_size, "channels_first" if data_format == "NCHW" else "channels_last"),
        label_of(x),
    )


@op
def depth_to_space(input: Any, block_size: int, data_format: str = "NHWC", name: str | None = None) -> Any:
    """Channels as blocks of pixels."""
    x = tensor(input)
    return out(
        ops.depth_to_space(x.array, block_size, "channels_first" if data_format == "NCHW" else "channels_last"),
        label_of(x),
    )
