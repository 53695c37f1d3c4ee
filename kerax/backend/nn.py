"""What layers compute, by its old ``K.`` names."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import random
from kerax.backend.recorded import recorded
from kerax.backend.values import standardize_data_format
from kerax.functional import conv, pooling
from kerax.functional.local_conv import local_conv
from kerax.functional.normalization import batch_moments
from kerax.functional.windows import per_axis

_IMAGES = 4  # axes of a batch of images
_FUSED_AXES = ([0, 1, 2], [0, 2, 3])  # what TensorFlow's fused batch normalization reduces


@recorded
def conv1d(
    x: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """Slides a kernel over sequences.

    Args:
      x: (n, ..., channels), or (n, channels, ...) for channels_first.
      kernel: (size, inputs, outputs).
      strides: input positions per output position.
      padding: ``"valid"``, ``"same"`` or ``"causal"``.
      data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
      dilation_rate: input positions between kernel taps.

    Example:
      >>> import kerax
      >>> kerax.backend.conv1d(kerax.backend.ones((1, 5, 2)), kerax.backend.ones((3, 2, 4))).shape
      (1, 3, 4)
    """
    return conv.conv(
        jnp.asarray(x), jnp.asarray(kernel), strides, padding, dilation_rate, 1, standardize_data_format(data_format)
    )


@recorded
def conv2d(
    x: Any,
    kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """Slides a kernel over images.

    Args:
      x: (n, ..., channels), or (n, channels, ...) for channels_first.
      kernel: (size, size, inputs, outputs).
      strides: input positions per output position.
      padding: ``"valid"`` or ``"same"``.
      data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
      dilation_rate: input positions between kernel taps.

    Example:
      >>> import kerax
      >>> kerax.backend.conv2d(kerax.backend.ones((1, 5, 5, 2)), kerax.backend.ones((3, 3, 2, 4))).shape
      (1, 3, 3, 4)
    """
    return conv.conv(
        jnp.asarray(x), jnp.asarray(kernel), strides, padding, dilation_rate, 1, standardize_data_format(data_format)
    )


@recorded
def conv3d(
    x: Any,
    kernel: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1, 1),
) -> Any:
    """Slides a kernel over volumes.

    Args:
      x: (n, ..., channels), or (n, channels, ...) for channels_first.
      kernel: (size, size, size, inputs, outputs).
      strides: input positions per output position.
      padding: ``"valid"`` or ``"same"``.
      data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
      dilation_rate: input positions between kernel taps.

    Example:
      >>> import kerax
      >>> kerax.backend.conv3d(kerax.backend.ones((1, 5, 5, 5, 2)), kerax.backend.ones((3, 3, 3, 2, 4))).shape
      (1, 3, 3, 3, 4)
    """
    return conv.conv(
        jnp.asarray(x), jnp.asarray(kernel), strides, padding, dilation_rate, 1, standardize_data_format(data_format)
    )


@recorded
def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """The transpose of a convolution of images, with a given output shape.

    Args:
      x: (n, height, width, inputs), or channels first.
      kernel: (size, size, outputs, inputs).
      output_shape: sizes of the result, batch and channels included.
      strides, padding, data_format, dilation_rate: as for ``conv2d``.

    Example:
      >>> import kerax
      >>> K = kerax.backend
      >>> K.conv2d_transpose(K.ones((1, 2, 2, 3)), K.ones((3, 3, 4, 3)), (1, 4, 4, 4), (2, 2), 'same').shape
      (1, 4, 4, 4)
    """
    layout = standardize_data_format(data_format)
    kernel, steps = jnp.asarray(kernel), per_axis("strides", strides, 2)
    sizes = tuple(output_shape)[2:] if layout == "channels_first" else tuple(output_shape)[1:3]
    x = jnp.asarray(x)
    inputs = x.shape[2:] if layout == "channels_first" else x.shape[1:3]
    dilation = per_axis("dilation_rate", dilation_rate, 2)
    taps = [(k - 1) * d + 1 for k, d in zip(kernel.shape[:2], dilation, strict=True)]
    extra = []
    for size, n, step, tap in zip(sizes, inputs, steps, taps, strict=True):
        whole = (n - 1) * step + tap - (2 * (tap // 2) if padding == "same" else 0)
        extra.append(size - whole)
    return conv.conv_transpose(x, kernel, steps, padding, tuple(extra), dilation, layout)


@recorded
def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """Convolves every channel of images with its own filters.

    Example:
      >>> import kerax
      >>> kerax.backend.depthwise_conv2d(kerax.backend.ones((1, 5, 5, 2)), kerax.backend.ones((3, 3, 2, 1))).shape
      (1, 3, 3, 2)
    """
    return conv.depthwise_conv(
        jnp.asarray(x),
        jnp.asarray(depthwise_kernel),
        strides,
        padding,
        dilation_rate,
        standardize_data_format(data_format),
    )


@recorded
def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """A depthwise convolution of images followed by one of size 1 that mixes the channels.

    Example:
      >>> import kerax
      >>> K = kerax.backend
      >>> K.separable_conv2d(K.ones((1, 5, 5, 2)), K.ones((3, 3, 2, 1)), K.ones((1, 1, 2, 4))).shape
      (1, 3, 3, 4)
    """
    kernels = jnp.asarray(depthwise_kernel), jnp.asarray(pointwise_kernel)
    return conv.separable_conv(
        jnp.asarray(x), *kernels, strides, padding, dilation_rate, standardize_data_format(data_format)
    )


@recorded
def pool2d(
    x: Any,
    pool_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """Takes the largest value (``pool_mode="max"``) or the mean (``"avg"``) of every window.

    Example:
      >>> import kerax
      >>> kerax.backend.pool2d(kerax.backend.ones((1, 4, 4, 1)), (2, 2), (2, 2)).shape
      (1, 2, 2, 1)
    """
    if pool_mode not in ("max", "avg"):
        raise ValueError(f"pool_mode must be 'max' or 'avg', received {pool_mode!r}.")
    pool = pooling.max_pool if pool_mode == "max" else pooling.average_pool
    return pool(jnp.asarray(x), pool_size, strides, padding, standardize_data_format(data_format))


@recorded
def pool3d(
    x: Any,
    pool_size: Any,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """Takes the largest value (``pool_mode="max"``) or the mean (``"avg"``) of every window.

    Example:
      >>> import kerax
      >>> kerax.backend.pool3d(kerax.backend.ones((1, 4, 4, 4, 1)), (2, 2, 2), (2, 2, 2)).shape
      (1, 2, 2, 2, 1)
    """
    if pool_mode not in ("max", "avg"):
        raise ValueError(f"pool_mode must be 'max' or 'avg', received {pool_mode!r}.")
    pool = pooling.max_pool if pool_mode == "max" else pooling.average_pool
    return pool(jnp.asarray(x), pool_size, strides, padding, standardize_data_format(data_format))


@recorded
def resize_images(
    x: Any, height_factor: int, width_factor: int, data_format: str | None, interpolation: str = "nearest"
) -> Any:
    """Enlarges images by whole factors.

    Args:
      x: (n, height, width, channels), or channels first.
      height_factor: how often each row is there.
      width_factor: how often each column is there.
      data_format: ``"channels_last"`` or ``"channels_first"``; the configured one for None.
      interpolation: ``"nearest"``, ``"bilinear"`` or ``"bicubic"``.

    Example:
      >>> import kerax
      >>> kerax.backend.resize_images(kerax.backend.ones((1, 2, 2, 1)), 2, 3, None).shape
      (1, 4, 6, 1)
    """
    first = standardize_data_format(data_format) == "channels_first"
    rows, columns = (2, 3) if first else (1, 2)
    x = jnp.asarray(x)
    if interpolation == "nearest":
        return jnp.repeat(jnp.repeat(x, height_factor, axis=rows), width_factor, axis=columns)
    shape = list(x.shape)
    shape[rows], shape[columns] = shape[rows] * height_factor, shape[columns] * width_factor
    return jax.image.resize(x, shape, interpolation, antialias=False)


@recorded
def resize_volumes(x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str | None) -> Any:
    """Enlarges volumes by whole factors, repeating their elements.

    Example:
      >>> import kerax
      >>> kerax.backend.resize_volumes(kerax.backend.ones((1, 2, 2, 2, 1)), 2, 2, 1, None).shape
      (1, 4, 4, 2, 1)
    """
    start = 2 if standardize_data_format(data_format) == "channels_first" else 1
    x = jnp.asarray(x)
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), start):
        x = jnp.repeat(x, factor, axis=axis)
    return x


@recorded
def dropout(x: Any, level: float, noise_shape: Any = None, seed: int | None = None) -> Any:
    """Sets elements to 0 with probability ``level`` and scales up the others.

    Example:
      >>> import kerax
      >>> kerax.backend.dropout(kerax.backend.ones((2,)), 0.0).tolist()
      [1.0, 1.0]
    """
    return random.dropout(x, level, noise_shape, seed)


@recorded
def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """Returns ``gamma (x - mean) / sqrt(var + epsilon) + beta``; beta and gamma may be None.

    Args:
      x: array.
      mean, var: moments, (channels,) or broadcasting to ``x``.
      beta, gamma: shift and scale, likewise, or None.
      axis: the channel axis.
      epsilon: added to the variance.

    Example:
      >>> import kerax
      >>> kerax.backend.batch_normalization([[3.0]], [1.0], [4.0], None, None, epsilon=0.0).tolist()
      [[1.0]]
    """
    x = jnp.asarray(x)
    shape = [1] * x.ndim
    shape[axis] = -1

    def fitted(values: Any) -> Any:
        values = jnp.asarray(values)
        return values.reshape(shape) if values.ndim == 1 else values

    scale = jax.lax.rsqrt(fitted(var) + epsilon) * (1 if gamma is None else fitted(gamma))
    return (x - fitted(mean)) * scale + (0 if beta is None else fitted(beta))


@recorded
def normalize_batch_in_training(x: Any, gamma: Any, beta: Any, reduction_axes: Any, epsilon: float = 1e-3) -> Any:
    """Returns the batch normalised by its own moments, the means and the variances.

    For images normalised over all but their channels the variances are those of TensorFlow's fused kernel: sums of
    squares divided by ``n - 1``, while the batch itself is normalised with the ones divided by ``n``.

    Example:
      >>> import kerax
      >>> [len(v) for v in kerax.backend.normalize_batch_in_training(kerax.backend.ones((4, 2)), None, None, [0])]
      [4, 2, 2]
    """
    x = jnp.asarray(x)
    mean, var = batch_moments(x, tuple(reduction_axes))
    shape = [1 if axis in reduction_axes else size for axis, size in enumerate(x.shape)]
    wide = [None if v is None else jnp.reshape(jnp.asarray(v), shape) for v in (mean, var, beta, gamma)]
    normalized = batch_normalization(x, *wide, epsilon=epsilon)
    if list(reduction_axes) in _FUSED_AXES and x.ndim == _IMAGES:
        count = x.size // var.size
        var = var * (count / max(count - 1, 1))
    return normalized, jnp.ravel(mean), jnp.ravel(var)


@recorded
def local_conv1d(inputs: Any, kernel: Any, kernel_size: Any, strides: Any, data_format: str | None = None) -> Any:
    """A convolution of sequences whose kernel differs from place to place.

    Args:
      inputs: (n, ..., channels), or channels first.
      kernel: (places, taps * channels, filters).
      kernel_size: sizes of the window.
      strides: input positions per output position.
      data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Example:
      >>> import kerax
      >>> kerax.backend.local_conv1d(kerax.backend.ones((1, 5, 2)), kerax.backend.ones((3, 6, 4)), (3,), (1,)).shape
      (1, 3, 4)
    """
    layout = standardize_data_format(data_format)
    return local_conv(jnp.asarray(inputs), jnp.asarray(kernel), kernel_size, strides, layout)


@recorded
def local_conv2d(
    inputs: Any, kernel: Any, kernel_size: Any, strides: Any, output_shape: Any, data_format: str | None = None
) -> Any:
    """A convolution of images whose kernel differs from place to place.

    Args:
      inputs: (n, ..., channels), or channels first.
      kernel: (places, taps * channels, filters).
      kernel_size: sizes of the window.
      strides: input positions per output position.
      output_shape: sizes of the result; they follow from the others.
      data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Example:
      >>> import kerax
      >>> K = kerax.backend
      >>> K.local_conv2d(K.ones((1, 5, 5, 2)), K.ones((9, 18, 4)), (3, 3), (1, 1), (3, 3)).shape
      (1, 3, 3, 4)
    """
    layout = standardize_data_format(data_format)
    return local_conv(jnp.asarray(inputs), jnp.asarray(kernel), kernel_size, strides, layout)
