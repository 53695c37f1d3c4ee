"""Images as ``tf.image`` treats them: whole numbers span [0, max] like floats span [0, 1], and sizes are checked.

The kernels are in the other ``image_*`` modules; here are TensorFlow's conversions and conditions around them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional import image_color
from kerax.functional.image_color import convert_image_dtype
from kerax.functional.image_resize import BLURRING, METHODS
from kerax.functional.image_resize import resize as resize_images

_RANKS = (3, 4)


def _as_float(images: Any, work: Callable[[jax.Array], jax.Array], saturate: bool = True) -> jax.Array:
    """Runs a function on images in [0, 1] and converts the result back."""
    images = jnp.asarray(images)
    if images.dtype in (jnp.float16, jnp.float32, jnp.float64, jnp.bfloat16):
        return work(images)
    return convert_image_dtype(work(convert_image_dtype(images, jnp.float32)), images.dtype, saturate)


def _check_rank(images: Any) -> jax.Array:
    images = jnp.asarray(images)
    if images.ndim not in _RANKS:
        raise ValueError(f"'images' must have either 3 or 4 dimensions, received shape {images.shape}.")
    return images


def resize(
    images: Any, size: Any, method: str = "bilinear", preserve_aspect_ratio: bool = False, antialias: bool = False
) -> jax.Array:
    """``tf.image.resize``.

    Args:
      images: shape (height, width, channels) or with a batch axis before.
      size: new height and width.
      method: see `kerax.functional.image_resize.resize`.
      preserve_aspect_ratio: whether ``size`` is a box to fit into.
      antialias: see there.

    Raises:
      ValueError: for another rank, an unknown method, or a size that is no pair of positive numbers.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_tf import resize
      >>> resize(jnp.ones((4, 8, 1)), (4, 4), preserve_aspect_ratio=True).shape
      (2, 4, 1)
    """
    images = _check_rank(images)
    if not hasattr(size, "__len__") or len(size) != 2:
        raise ValueError(f"'size' must be two numbers, new_height and new_width, received {size!r}.")
    height, width = (int(pixels) for pixels in size)
    if min(height, width) <= 0:
        raise ValueError(f"Output dimensions must be positive, received size={size!r}.")
    if method not in METHODS:
        raise ValueError(f"Resize method is not implemented: {method}. Known are {', '.join(METHODS)}.")
    if preserve_aspect_ratio:
        scale = min(height / images.shape[-3], width / images.shape[-2])
        height, width = round(scale * images.shape[-3]), round(scale * images.shape[-2])
    if method != "nearest":
        images = images.astype(jnp.float32)
    if images.shape[-3:-1] == (height, width) and method not in BLURRING:
        return images
    return resize_images(images, (height, width), method, antialias, table=method == "bicubic" and not antialias)


def adjust_brightness(images: Any, delta: Any) -> jax.Array:
    """``tf.image.adjust_brightness``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_tf import adjust_brightness
      >>> adjust_brightness(jnp.array([0, 200], jnp.uint8), 0.5)
      Array([127, 255], dtype=uint8)
    """
    return _as_float(images, lambda x: image_color.adjust_brightness(x, delta))


def adjust_contrast(images: Any, factor: Any) -> jax.Array:
    """``tf.image.adjust_contrast``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_tf import adjust_contrast
      >>> adjust_contrast(jnp.array([[[1.0], [3.0]]]), 2.0)[0, :, 0]
      Array([0., 4.], dtype=float32)
    """
    return _as_float(images, lambda x: image_color.adjust_contrast(x, factor))


def adjust_gamma(images: Any, gamma: float = 1.0, gain: float = 1.0) -> jax.Array:
    """``tf.image.adjust_gamma``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_tf import adjust_gamma
      >>> adjust_gamma(jnp.array([0.25]), 0.5)
      Array([0.5], dtype=float32)
    """
    if gamma < 0:
        raise ValueError(f"Gamma should be a non-negative real number, received {gamma}.")
    return _as_float(images, lambda x: image_color.adjust_gamma(x, gamma, gain))


def adjust_hue(images: Any, delta: float) -> jax.Array:
    """``tf.image.adjust_hue``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_tf import adjust_hue
      >>> adjust_hue(jnp.array([[[1.0, 0.0, 0.0]]]), 0.5)
      Array([[[0., 1., 1.]]], dtype=float32)
    """
    if not -1 <= delta <= 1:
        raise ValueError(f"delta must be in the interval [-1, 1], received {delta}.")
    return _as_float(images, lambda x: image_color.adjust_hue(x, delta))


def adjust_saturation(images: Any, factor: float) -> jax.Array:
    """``tf.image.adjust_saturation``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_tf import adjust_saturation
      >>> adjust_saturation(jnp.array([[[1.0, 0.5, 0.0]]]), 0.0)
      Array([[[1., 1., 1.]]], dtype=float32)
    """
    return _as_float(images, lambda x: image_color.adjust_saturation(x, factor))


def rgb_to_grayscale(images: Any) -> jax.Array:
    """``tf.image.rgb_to_grayscale``: of integers as of floats in [0, 1].

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_tf import rgb_to_grayscale
      >>> rgb_to_grayscale(jnp.array([[[0, 255, 0]]], jnp.uint8))
      Array([[[149]]], dtype=uint8)
    """
    images = jnp.asarray(images)
    if images.shape[-1] != 3:
        raise ValueError(f"Colours need three channels, received images of shape {images.shape}.")
    return _as_float(images, image_color.rgb_to_grayscale, saturate=False)
