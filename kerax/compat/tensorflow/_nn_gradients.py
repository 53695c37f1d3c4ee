"""``tf.nn``: convolutions that are gradients of others."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import ops
from kerax.compat.tensorflow._core import integer, ints, label_of, op, out, pair
from kerax.compat.tensorflow._nn_conv import _spatial


@op
def atrous_conv2d_transpose(
    value: Any, filters: Any, output_shape: Any, rate: Any, padding: str, name: str | None = None
) -> Any:
    """The gradient of ``atrous_conv2d`` with respect to its input; filters are (h, w, out, in)."""
    x, w = pair(value, filters, "Conv2DBackpropInput")

    def forward(image: Any) -> Any:
        return ops.conv(image, w.array, 1, padding.lower(), "channels_last", integer(rate))

    _, back = jax.vjp(forward, jnp.zeros(ints(output_shape), x.array.dtype))
    return out(back(x.array)[0], label_of(x))


def _depthwise(strides: Any, padding: str, data_format: str, dilations: Any) -> Any:
    first = data_format == "NCHW"
    layout = "channels_first" if first else "channels_last"
    steps, rates = _spatial(strides, 2, first), _spatial(dilations, 2, first)
    return lambda image, kernel: ops.depthwise_conv(image, kernel, steps, padding.lower(), layout, rates)


@op
def depthwise_conv2d_backprop_input(
    input_sizes: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The gradient of ``depthwise_conv2d`` with respect to its input.

    Args:
      input_sizes: the shape of that input.
      filter: the kernel.
      out_backprop: the gradient with respect to the output.
      strides, padding, data_format, dilations: of the convolution.
      name: accepted as in TensorFlow.
    """
    g, w = pair(out_backprop, filter, "DepthwiseConv2dNativeBackpropInput")
    forward = _depthwise(strides, padding, data_format, list(dilations))
    _, back = jax.vjp(lambda image: forward(image, w.array), jnp.zeros(ints(input_sizes), g.array.dtype))
    return out(back(g.array)[0], label_of(g))


@op
def depthwise_conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The gradient of ``depthwise_conv2d`` with respect to its kernel, of shape ``filter_sizes``."""
    x, g = pair(input, out_backprop, "DepthwiseConv2dNativeBackpropFilter")
    forward = _depthwise(strides, padding, data_format, list(dilations))
    _, back = jax.vjp(lambda kernel: forward(x.array, kernel), jnp.zeros(ints(filter_sizes), x.array.dtype))
    return out(back(g.array)[0], label_of(x))
