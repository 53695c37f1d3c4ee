"""Colour: spaces, brightness, contrast, hue, saturation, gamma."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import device_dtype, standardize_dtype

_GRAY = np.array([0.2989, 0.5870, 0.1140], np.float32)  # luma weights of ITU-R BT.601, as TensorFlow rounds them
_YIQ = np.array(
    [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617], [0.114, -0.32134392, 0.31119955]], np.float32
)
_YUV = np.array(
    [[0.299, -0.14714119, 0.61497538], [0.587, -0.28886916, -0.51496512], [0.114, 0.43601035, -0.10001026]], np.float32
)
_RGB_OF_YIQ = np.array(
    [[1, 1, 1], [0.95598634, -0.27201283, -1.10674021], [0.6208248, -0.64720424, 1.70423049]], np.float32
)
_RGB_OF_YUV = np.array([[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]], np.float32)


def _matrix(images: jax.Array, matrix: np.ndarray) -> jax.Array:
    return jnp.matmul(images, jnp.asarray(matrix, images.dtype), precision=jax.lax.Precision.HIGHEST)


def rgb_to_grayscale(images: jax.Array, axis: int = -1) -> jax.Array:
    """The brightness of colours: 0.2989 R + 0.5870 G + 0.1140 B.

    Args:
      images: three channels on ``axis``.
      axis: the channel axis.

    Returns:
      Images with one channel, in the same dtype; integers are cut off, not rounded.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import rgb_to_grayscale
      >>> rgb_to_grayscale(jnp.array([[[0, 255, 0]]], jnp.uint8))
      Array([[[149]]], dtype=uint8)
    """
    dtype = images.dtype
    values = images if jnp.issubdtype(dtype, jnp.floating) else images.astype(jnp.float32)
    gray = jnp.tensordot(values, jnp.asarray(_GRAY, values.dtype), axes=(axis, -1), precision=jax.lax.Precision.HIGHEST)
    return jnp.expand_dims(gray, axis).astype(dtype)


def grayscale_to_rgb(images: jax.Array, axis: int = -1) -> jax.Array:
    """Repeats the one channel three times.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import grayscale_to_rgb
      >>> grayscale_to_rgb(jnp.ones((1, 1, 1))).shape
      (1, 1, 3)
    """
    return jnp.repeat(images, 3, axis=axis)


def rgb_to_yiq(images: jax.Array) -> jax.Array:
    """Colours of television's YIQ space; the channels are the last axis.

    Reference: FCC, NTSC standard of 1953.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import rgb_to_yiq
      >>> rgb_to_yiq(jnp.ones((1, 3))).round(3) + 0.0
      Array([[1., 0., 0.]], dtype=float32)
    """
    return _matrix(images, _YIQ)


def yiq_to_rgb(images: jax.Array) -> jax.Array:
    """The inverse of `rgb_to_yiq`.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import yiq_to_rgb
      >>> yiq_to_rgb(jnp.array([[1.0, 0.0, 0.0]]))
      Array([[1., 1., 1.]], dtype=float32)
    """
    return _matrix(images, _RGB_OF_YIQ)


def rgb_to_yuv(images: jax.Array) -> jax.Array:
    """Colours of the YUV space of ITU-R BT.601; the channels are the last axis.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import rgb_to_yuv
      >>> rgb_to_yuv(jnp.ones((1, 3))).round(3) + 0.0
      Array([[1., 0., 0.]], dtype=float32)
    """
    return _matrix(images, _YUV)


def yuv_to_rgb(images: jax.Array) -> jax.Array:
    """The inverse of `rgb_to_yuv`.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import yuv_to_rgb
      >>> yuv_to_rgb(jnp.array([[1.0, 0.0, 0.0]]))
      Array([[1., 1., 1.]], dtype=float32)
    """
    return _matrix(images, _RGB_OF_YUV)


def rgb_to_hsv(images: jax.Array, axis: int = -1) -> jax.Array:
    """Hue, saturation and value, each in [0, 1] for colours in [0, 1].

    Reference: Smith, "Color gamut transform pairs", SIGGRAPH 1978.

    Args:
      images: float, three channels on ``axis``.
      axis: the channel axis.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import rgb_to_hsv
      >>> rgb_to_hsv(jnp.array([[0.0, 0.5, 0.0]])).round(4)
      Array([[0.3333, 1.    , 0.5   ]], dtype=float32)
    """
    red, green, blue = (jnp.take(images, place, axis=axis) for place in range(3))
    value = jnp.maximum(jnp.maximum(red, green), blue)
    spread = value - jnp.minimum(jnp.minimum(red, green), blue)
    saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, 1), 0)
    sixth = 1 / (6 * jnp.where(spread > 0, spread, 1))
    hue = jnp.where(value == green, sixth * (blue - red) + 2 / 6, sixth * (red - green) + 4 / 6)
    hue = jnp.where(value == red, sixth * (green - blue), hue)
    hue = jnp.where(spread > 0, hue, 0)
    hue = jnp.where(hue < 0, hue + 1, hue)
    return jnp.stack([hue, saturation, value], axis=axis)


def hsv_to_rgb(images: jax.Array, axis: int = -1) -> jax.Array:
    """The inverse of `rgb_to_hsv`; hues wrap around.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import hsv_to_rgb
      >>> hsv_to_rgb(jnp.array([[0.0, 1.0, 0.5]]))
      Array([[0.5, 0. , 0. ]], dtype=float32)
    """
    hue, saturation, value = (jnp.take(images, place, axis=axis) for place in range(3))
    angle = jnp.mod(hue, 1) * 6
    red = jnp.clip(jnp.abs(angle - 3) - 1, 0, 1)
    green = jnp.clip(2 - jnp.abs(angle - 2), 0, 1)
    blue = jnp.clip(2 - jnp.abs(angle - 4), 0, 1)
    rest = 1 - saturation
    return jnp.stack([value * (rest + saturation * part) for part in (red, green, blue)], axis=axis)


def adjust_brightness(images: jax.Array, delta: Any) -> jax.Array:
    """Adds to all channels.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import adjust_brightness
      >>> adjust_brightness(jnp.zeros(2), 0.5)
      Array([0.5, 0.5], dtype=float32)
    """
    return images + jnp.asarray(delta, images.dtype)


def adjust_contrast(images: jax.Array, factor: Any, axes: tuple[int, int] = (-3, -2)) -> jax.Array:
    """Moves every pixel away from the mean of its channel: ``(x - mean) * factor + mean``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import adjust_contrast
      >>> adjust_contrast(jnp.array([[[1.0], [3.0]]]), 2.0)[0, :, 0]
      Array([0., 4.], dtype=float32)
    """
    mean = images.mean(axis=axes, keepdims=True)
    return (images - mean) * jnp.asarray(factor, images.dtype) + mean


def adjust_gamma(images: jax.Array, gamma: Any = 1.0, gain: Any = 1.0) -> jax.Array:
    """``gain * x ** gamma``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import adjust_gamma
      >>> adjust_gamma(jnp.array([0.25]), 0.5)
      Array([0.5], dtype=float32)
    """
    return gain * images**gamma


def adjust_hue(images: jax.Array, delta: Any, axis: int = -1) -> jax.Array:
    """Turns the hue by ``delta`` of a full circle.

    Args:
      images: float, colours in [0, 1].
      delta: in [-1, 1]; broadcast to the images without their channel axis.
      axis: the channel axis.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import adjust_hue
      >>> adjust_hue(jnp.array([[[1.0, 0.0, 0.0]]]), 0.5)
      Array([[[0., 1., 1.]]], dtype=float32)
    """
    hsv = rgb_to_hsv(images, axis)
    hue, saturation, value = (jnp.take(hsv, place, axis=axis) for place in range(3))
    hue = jnp.mod(hue + delta, 1)
    return hsv_to_rgb(jnp.stack([hue, saturation, value], axis=axis), axis)


def adjust_saturation(images: jax.Array, factor: Any, axis: int = -1) -> jax.Array:
    """Multiplies the saturation, cut off at 1.

    Args:
      images: float, colours in [0, 1].
      factor: not negative; broadcast to the images without their channel axis.
      axis: the channel axis.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import adjust_saturation
      >>> adjust_saturation(jnp.array([[[1.0, 0.5, 0.0]]]), 0.0)
      Array([[[1., 1., 1.]]], dtype=float32)
    """
    hsv = rgb_to_hsv(images, axis)
    hue, saturation, value = (jnp.take(hsv, place, axis=axis) for place in range(3))
    saturation = jnp.clip(saturation * factor, 0, 1)
    return hsv_to_rgb(jnp.stack([hue, saturation, value], axis=axis), axis)


def per_image_standardization(images: jax.Array) -> jax.Array:
    """Mean 0 and variance 1 for each image: ``(x - mean) / max(stddev, 1 / sqrt(pixels))``.

    Args:
      images: shape (..., height, width, channels).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import per_image_standardization
      >>> per_image_standardization(jnp.array([[[1.0], [3.0]]]))[0, :, 0]
      Array([-1.,  1.], dtype=float32)
    """
    count = images.shape[-3] * images.shape[-2] * images.shape[-1]
    values = images if jnp.issubdtype(images.dtype, jnp.floating) else images.astype(jnp.float32)
    axes = (-3, -2, -1)
    least = 1 / jnp.sqrt(jnp.asarray(count, values.dtype))
    deviation = jnp.maximum(values.std(axis=axes, keepdims=True), least)
    return (values - values.mean(axis=axes, keepdims=True)) / deviation


def convert_image_dtype(images: jax.Array, dtype: Any, saturate: bool = False) -> jax.Array:
    """Casts images and scales their values: floats span [0, 1], integers their whole positive range.

    Args:
      images: numbers.
      dtype: the new dtype.
      saturate: whether values beyond an integer dtype are cut off instead of wrapped.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_color import convert_image_dtype
      >>> convert_image_dtype(jnp.array([255], jnp.uint8), "float32")
      Array([1.], dtype=float32)
    """
    dtype = device_dtype(standardize_dtype(dtype))
    if images.dtype == dtype:
        return images
    from_float, to_float = jnp.issubdtype(images.dtype, jnp.floating), jnp.issubdtype(dtype, jnp.floating)
    if not from_float and not to_float:
        top_in, top_out = int(jnp.iinfo(images.dtype).max), int(jnp.iinfo(dtype).max)
        if top_in > top_out:
            scaled = images // jnp.asarray((top_in + 1) // (top_out + 1), images.dtype)
            return _saturated(scaled, dtype) if saturate else scaled.astype(dtype)
        cast = _saturated(images, dtype) if saturate else images.astype(dtype)
        return cast * jnp.asarray((top_out + 1) // (top_in + 1), dtype)
    if from_float and to_float:
        return images.astype(dtype)
    if to_float:
        return images.astype(dtype) * jnp.asarray(1.0 / int(jnp.iinfo(images.dtype).max), dtype)
    scaled = images * jnp.asarray(int(jnp.iinfo(dtype).max) + 0.5, images.dtype)
    return _saturated(scaled, dtype) if saturate else scaled.astype(jnp.int32).astype(dtype)


def _saturated(values: jax.Array, dtype: Any) -> jax.Array:
    info = jnp.iinfo(dtype)
    return jnp.clip(values, jnp.asarray(info.min, values.dtype), jnp.asarray(info.max, values.dtype)).astype(dtype)
