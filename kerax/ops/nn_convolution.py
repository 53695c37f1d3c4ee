"""Convolutions, and the foldings between images and columns of patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax import settings
from kerax.functional import conv as kernels
from kerax.functional.windows import per_axis
from kerax.ops._values import as_array
from kerax.state.recording import recordable

Sizes = int | Sequence[int]


def layout(data_format: str | None) -> str:
    """The given data format, or the global one.

    Raises:
        ValueError: for an unknown format.

    Example:
        >>> from kerax.ops.nn_convolution import layout
        >>> layout(None)
        'channels_last'
    """
    if data_format is None:
        return settings.image_data_format()
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format is 'channels_last' or 'channels_first', received {data_format!r}.")
    return data_format


def _padding(padding: Any) -> Any:
    return padding.lower() if isinstance(padding, str) else padding


@recordable
def conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """Convolution over one to three spatial axes.

    Args:
        inputs: (batch, *spatial, channels), or with "channels_first" (batch, channels, *spatial).
        kernel: (*kernel size, channels in a group, output channels); the number of groups follows from the channels.
        strides: input positions per output position.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting by default.
        dilation_rate: input positions between kernel taps.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> import kerax
        >>> kerax.ops.conv(kerax.ops.ones((1, 4, 4, 1)), kerax.ops.ones((3, 3, 1, 2))).shape
        (1, 2, 2, 2)
    """
    kernel = as_array(kernel)
    inputs = as_array(inputs).astype(kernel.dtype)
    data_format = layout(data_format)
    channels, in_group = inputs.shape[1 if data_format == "channels_first" else -1], kernel.shape[-2]
    if channels % in_group:
        raise ValueError(
            f"kerax.ops.conv: {channels} input channels cannot be split in groups of {in_group}, as the kernel of "
            f"shape {kernel.shape} asks."
        )
    groups = channels // in_group
    output = kernels.conv(inputs, kernel, strides, _padding(padding), dilation_rate, groups, data_format)
    if 0 in output.shape and 0 not in inputs.shape:
        raise ValueError(
            f"kerax.ops.conv: a kernel of shape {kernel.shape} does not fit in inputs of shape {inputs.shape} with "
            f"padding={padding!r} and dilation_rate={dilation_rate}."
        )
    return output


@recordable
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """Convolution of each channel with filters of its own.

    Args:
        inputs: (batch, *spatial, channels), or channels first.
        kernel: (*kernel size, channels, filters of a channel).
        strides: input positions per output position.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting by default.
        dilation_rate: input positions between kernel taps.

    Example:
        >>> import kerax
        >>> kerax.ops.depthwise_conv(kerax.ops.ones((1, 4, 4, 3)), kerax.ops.ones((3, 3, 3, 2))).shape
        (1, 2, 2, 6)
    """
    inputs, kernel = as_array(inputs), as_array(kernel)
    return kernels.depthwise_conv(inputs, kernel, strides, _padding(padding), dilation_rate, layout(data_format))


@recordable
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """`depthwise_conv` followed by a convolution with a kernel of size 1.

    Args:
        inputs: (batch, *spatial, channels), or channels first.
        depthwise_kernel: (*kernel size, channels, filters of a channel).
        pointwise_kernel: (1, ..., 1, channels * filters, output channels).
        strides: input positions per output position, of the first convolution.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting by default.
        dilation_rate: input positions between kernel taps.

    Example:
        >>> import kerax
        >>> ones = kerax.ops.ones
        >>> kerax.ops.separable_conv(ones((1, 4, 4, 3)), ones((3, 3, 3, 2)), ones((1, 1, 6, 5))).shape
        (1, 2, 2, 5)
    """
    inputs, depthwise, pointwise = as_array(inputs), as_array(depthwise_kernel), as_array(pointwise_kernel)
    padding, data_format = _padding(padding), layout(data_format)
    return kernels.separable_conv(inputs, depthwise, pointwise, strides, padding, dilation_rate, data_format)


@recordable
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    output_padding: Sizes | None = None,
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> jax.Array:
    """The transpose of a convolution: it enlarges the spatial axes.

    Args:
        inputs: (batch, *spatial, channels), or channels first.
        kernel: (*kernel size, output channels, channels).
        strides: output positions per input position.
        padding: "valid" or "same".
        output_padding: positions added at the end, instead of what ``padding`` implies.
        data_format: "channels_last" or "channels_first"; the global setting by default.
        dilation_rate: output positions between kernel taps.

    Example:
        >>> import kerax
        >>> ones = kerax.ops.ones
        >>> kerax.ops.conv_transpose(ones((1, 2, 2, 3)), ones((2, 2, 4, 3)), strides=2).shape
        (1, 4, 4, 4)
    """
    inputs, kernel = as_array(inputs), as_array(kernel)
    return kernels.conv_transpose(
        inputs, kernel, strides, _padding(padding), output_padding, dilation_rate, layout(data_format)
    )


@recordable
def unfold(x: Any, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> jax.Array:
    """Patches of images as columns.

    Args:
        x: images, (batch, channels, height, width).
        kernel_size: size of a patch.
        dilation: positions between the elements of a patch.
        padding: zeros on each side.
        stride: distance of the patches.

    Returns:
        Array (batch, channels * patch elements, patches).

    Example:
        >>> import kerax
        >>> kerax.ops.unfold(kerax.ops.ones((1, 3, 4, 4)), 2, stride=2).shape
        (1, 12, 4)
    """
    x = as_array(x)
    if x.ndim != 4:
        raise ValueError(
            f"kerax.ops.unfold needs 4D images (batch, channels, height, width), received shape {x.shape}."
        )
    pads = [(p, p) for p in per_axis("padding", padding, 2)]
    patches = jax.lax.conv_general_dilated_patches(
        x,
        per_axis("kernel_size", kernel_size, 2),
        per_axis("stride", stride, 2),
        pads,
        rhs_dilation=per_axis("dilation", dilation, 2),
    )
    return patches.reshape((*patches.shape[:2], patches.shape[2] * patches.shape[3]))


@recordable
def fold(
    x: Any, output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> jax.Array:
    """Images from columns of patches, overlapping elements added: the transpose of `unfold`.

    Args:
        x: columns, (batch, channels * patch elements, patches).
        output_size: height and width of the images.
        kernel_size: size of a patch.
        dilation: positions between the elements of a patch.
        padding: zeros on each side that `unfold` added.
        stride: distance of the patches.

    Returns:
        Array (batch, channels, height, width).

    Example:
        >>> import kerax
        >>> kerax.ops.fold(kerax.ops.ones((1, 12, 4)), 4, 2, stride=2).shape
        (1, 3, 4, 4)
    """
    x = as_array(x)
    if x.ndim != 3:
        raise ValueError(f"kerax.ops.fold needs a 3D array (batch, elements, patches), received shape {x.shape}.")
    size = per_axis("output_size", output_size, 2)
    window, steps = per_axis("kernel_size", kernel_size, 2), per_axis("stride", stride, 2)
    gaps, pads = per_axis("dilation", dilation, 2), per_axis("padding", padding, 2)
    padded = [n + 2 * p for n, p in zip(size, pads, strict=True)]
    counts = [(n - d * (k - 1) - 1) // s + 1 for n, d, k, s in zip(padded, gaps, window, steps, strict=True)]
    channels = x.shape[1] // (window[0] * window[1])
    patches = x.reshape((x.shape[0], channels, *window, *counts))
    rows, columns = (
        jnp.arange(k)[:, None] * d + jnp.arange(count)[None, :] * s
        for k, d, count, s in zip(window, gaps, counts, steps, strict=True)
    )
    image = jnp.zeros((x.shape[0], channels, *padded), x.dtype)
    image = image.at[:, :, rows[:, None, :, None], columns[None, :, None, :]].add(patches)
    return image[:, :, pads[0] : pads[0] + size[0], pads[1] : pads[1] + size[1]]


def _block_size(name: str, block_size: int) -> None:
    if not isinstance(block_size, int) or block_size < 2:
        raise ValueError(f"kerax.ops.{name} needs a block_size of 2 or more, received {block_size!r}.")


@recordable
def depth_to_space(x: Any, block_size: int, data_format: str = "channels_last") -> jax.Array:
    """Channels moved into blocks of pixels.

    Args:
        x: (batch, height, width, channels), or channels first.
        block_size: height and width of a block, whose square divides the channels.
        data_format: "channels_last" or "channels_first".

    Returns:
        Array (batch, height * block, width * block, channels / block^2), or channels first.

    Example:
        >>> import kerax
        >>> kerax.ops.depth_to_space(kerax.ops.ones((1, 2, 2, 12)), 2).shape
        (1, 4, 4, 3)
    """
    _block_size("depth_to_space", block_size)
    x, b = as_array(x), block_size
    if layout(data_format) == "channels_first":
        n, c, h, w = x.shape
        x = x.reshape((n, c // (b * b), b, b, h, w)).transpose(0, 1, 4, 2, 5, 3)
        return x.reshape((n, c // (b * b), h * b, w * b))
    n, h, w, c = x.shape
    x = x.reshape((n, h, w, b, b, c // (b * b))).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape((n, h * b, w * b, c // (b * b)))


@recordable
def space_to_depth(x: Any, block_size: int, data_format: str = "channels_last") -> jax.Array:
    """Blocks of pixels moved into channels: the inverse of `depth_to_space`.

    Args:
        x: (batch, height, width, channels), or channels first.
        block_size: height and width of a block.
        data_format: "channels_last" or "channels_first".

    Returns:
        Array (batch, height / block, width / block, channels * block^2), or channels first.

    Example:
        >>> import kerax
        >>> kerax.ops.space_to_depth(kerax.ops.ones((1, 4, 4, 3)), 2).shape
        (1, 2, 2, 12)
    """
    _block_size("space_to_depth", block_size)
    x, b = as_array(x), block_size
    if layout(data_format) == "channels_first":
        n, c, h, w = x.shape
        x = x.reshape((n, c, h // b, b, w // b, b)).transpose(0, 1, 3, 5, 2, 4)
        return x.reshape((n, c * b * b, h // b, w // b))
    n, h, w, c = x.shape
    x = x.reshape((n, h // b, b, w // b, b, c)).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape((n, h // b, w // b, c * b * b))
