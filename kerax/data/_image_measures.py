"""How alike two images are, and where one changes: tf.image's functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional import image_measures
from kerax.functional.image_tf import convert_image_dtype

# Compiled as a whole: they are some hundred small steps.
_ssim = jax.jit(image_measures.ssim, static_argnames=("filter_size", "return_index_map"))
_scales = jax.jit(image_measures.ssim_multiscale, static_argnames=("power_factors", "filter_size"))


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> jax.Array:
    """Returns the peak signal-to-noise ratio of two images, in decibels.

    Args:
      a: an image or a batch, shape (..., height, width, channels).
      b: likewise.
      max_val: the largest value that a pixel may have.
      name: kept for compatibility.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> float(image.psnr(np.zeros((2, 2, 1), "uint8"), np.full((2, 2, 1), 255, "uint8"), 255))
      0.0
    """
    first, second, limit = _floats("psnr", a, b, max_val)
    return image_measures.psnr(first, second, limit)


def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> jax.Array:
    """Returns the structural similarity of two images, 1 for equal ones.

    Args:
      img1: an image or a batch, shape (..., height, width, channels).
      img2: likewise.
      max_val: the largest value that a pixel may have.
      filter_size: width of the Gaussian window.
      filter_sigma: its standard deviation.
      k1: stabilises the luminance term.
      k2: stabilises the contrast term.
      return_index_map: whether windows are not averaged: then there is one value for each.

    Raises:
      ValueError: if shapes differ, or images are smaller than the window.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> float(image.ssim(np.ones((12, 12, 1), "float32"), np.ones((12, 12, 1), "float32"), 1.0))
      1.0
    """
    first, second, limit = _floats("ssim", img1, img2, max_val)
    if min(first.shape[-3:-1]) < filter_size:
        raise ValueError(f"ssim() needs images of at least {filter_size} x {filter_size}, received {first.shape}.")
    return _ssim(first, second, limit, filter_size, filter_sigma, k1, k2, return_index_map)


def ssim_multiscale(
    img1: Any,
    img2: Any,
    max_val: Any,
    power_factors: Sequence[float] = image_measures.SCALE_WEIGHTS,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> jax.Array:
    """Returns the structural similarity of two images over several sizes, each half the one before.

    Args:
      img1: an image or a batch, shape (..., height, width, channels).
      img2: likewise.
      max_val: the largest value that a pixel may have.
      power_factors: the weight of every size, from the finest.
      filter_size: width of the Gaussian window.
      filter_sigma: its standard deviation.
      k1: stabilises the luminance term.
      k2: stabilises the contrast term.

    Raises:
      ValueError: if shapes differ, or images are too small for so many sizes.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> same = np.ones((24, 24, 1), "float32")
      >>> float(image.ssim_multiscale(same, same, 1.0, power_factors=(0.5, 0.5)))
      1.0
    """
    first, second, limit = _floats("ssim_multiscale", img1, img2, max_val)
    factors = tuple(float(power) for power in power_factors)
    return _scales(first, second, limit, factors, filter_size, filter_sigma, k1, k2)


def total_variation(images: Any, name: str | None = None) -> jax.Array:
    """Returns the sum of the absolute differences of neighbouring pixels, for each image.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> float(image.total_variation(np.arange(4, dtype="float32").reshape(2, 2, 1)))
      6.0
    """
    images = jnp.asarray(images)
    if images.ndim not in (3, 4):
        raise ValueError(f"total_variation() takes an image or a batch of images, received shape {images.shape}.")
    return image_measures.total_variation(images)


def sobel_edges(image: Any) -> jax.Array:
    """Returns the vertical and horizontal derivatives of a batch of images by Sobel's windows, as a last dimension.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> image.sobel_edges(np.zeros((1, 4, 4, 3), "float32")).shape
      (1, 4, 4, 3, 2)
    """
    return image_measures.sobel_edges(jnp.asarray(image), reflect=True)


def image_gradients(image: Any) -> tuple[jax.Array, jax.Array]:
    """Returns the differences of neighbours downwards and to the right, 0 in the last row and column.

    Example:
      >>> import numpy as np
      >>> from kerax.data import image
      >>> down, right = image.image_gradients(np.arange(4, dtype="float32").reshape(1, 2, 2, 1))
      >>> float(down[0, 0, 0, 0]), float(right[0, 0, 0, 0])
      (2.0, 1.0)
    """
    image = jnp.asarray(image)
    if image.ndim != 4:
        raise ValueError(f"image_gradients() takes a batch of images, received shape {image.shape}.")
    return image_measures.image_gradients(image)


def _floats(what: str, first: Any, second: Any, max_val: Any) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Images and their largest value as floats; whole numbers span [0, 1] then."""
    first, second = jnp.asarray(first), jnp.asarray(second)
    if first.ndim < 3 or first.shape[-3:] != second.shape[-3:]:
        raise ValueError(f"{what}() compares images of one shape, received {first.shape} and {second.shape}.")
    limit = convert_image_dtype(jnp.asarray(max_val, first.dtype), jnp.float32)
    return convert_image_dtype(first, jnp.float32), convert_image_dtype(second, jnp.float32), limit
