"""Edges of images and how alike two images are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_SOBEL = np.array([1.0, 2.0, 1.0], np.float32)


def sobel_edges(images: jax.Array, reflect: bool = False) -> jax.Array:
    """The vertical and horizontal derivatives by Sobel's windows.

    Args:
      images: float, shape (batch, height, width, channels).
      reflect: whether the border is mirrored, as TensorFlow does, instead of 0 beyond it, as Keras does.

    Returns:
      Array (batch, height, width, channels, 2) of (dy, dx).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_measures import sobel_edges
      >>> sobel_edges(jnp.ones((1, 3, 3, 1)), reflect=True)[0, 1, 1, 0]
      Array([0., 0.], dtype=float32)
    """
    padded = jnp.pad(images, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="reflect" if reflect else "constant")
    height, width = images.shape[1], images.shape[2]

    def shifted(y: int, x: int) -> jax.Array:
        rows = jax.lax.dynamic_slice_in_dim(padded, y, height, axis=1)
        return jax.lax.dynamic_slice_in_dim(rows, x, width, axis=2)

    weights = [float(w) for w in _SOBEL]
    dy = sum(w * (shifted(2, x) - shifted(0, x)) for x, w in enumerate(weights))
    dx = sum(w * (shifted(y, 2) - shifted(y, 0)) for y, w in enumerate(weights))
    return jnp.stack([dy, dx], axis=-1)  # type: ignore[list-item]


def image_gradients(images: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Differences of neighbours, downwards and to the right; 0 in the last row and column.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_measures import image_gradients
      >>> image_gradients(jnp.arange(4.0).reshape(1, 2, 2, 1))[0][0, :, :, 0]
      Array([[2., 2.],
             [0., 0.]], dtype=float32)
    """
    dy = jnp.pad(jnp.diff(images, axis=1), [(0, 0), (0, 1), (0, 0), (0, 0)])
    dx = jnp.pad(jnp.diff(images, axis=2), [(0, 0), (0, 0), (0, 1), (0, 0)])
    return dy, dx


def total_variation(images: jax.Array) -> jax.Array:
    """The sum of the absolute differences of neighbouring pixels, for each image.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_measures import total_variation
      >>> total_variation(jnp.arange(4.0).reshape(2, 2, 1))
      Array(6., dtype=float32)
    """
    axes = (-3, -2, -1)
    return jnp.abs(jnp.diff(images, axis=-3)).sum(axes) + jnp.abs(jnp.diff(images, axis=-2)).sum(axes)


def psnr(first: jax.Array, second: jax.Array, max_val: Any) -> jax.Array:
    """Peak signal-to-noise ratio in decibels: ``20 log10(max) - 10 log10(mean squared error)``, for each image.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_measures import psnr
      >>> psnr(jnp.zeros((2, 2, 1)), jnp.ones((2, 2, 1)), 10.0)
      Array(20., dtype=float32)
    """
    error = jnp.mean((first - second) ** 2, axis=(-3, -2, -1))
    return 20.0 * jnp.log10(jnp.asarray(max_val, error.dtype)) - 10.0 * jnp.log10(error)


def ssim(
    first: jax.Array,
    second: jax.Array,
    max_val: Any = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    return_index_map: bool = False,
) -> jax.Array:
    """Structural similarity, averaged over windows and channels.

    Reference: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
    similarity", IEEE Trans. Image Processing 13(4), 2004.

    Args:
      first: float, shape (..., height, width, channels).
      second: likewise.
      max_val: the largest value that a pixel may have.
      filter_size: width of the Gaussian window.
      filter_sigma: its standard deviation.
      k1: stabilises the luminance term.
      k2: stabilises the contrast term.
      return_index_map: whether windows are not averaged: then there is one value for each.

    Returns:
      Array (...,), 1 for equal images.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_measures import ssim
      >>> ssim(jnp.ones((12, 12, 1)), jnp.ones((12, 12, 1)))
      Array(1., dtype=float32)
    """
    luminance, contrast = _similarity(first, second, max_val, filter_size, filter_sigma, k1, k2)
    return jnp.mean(luminance * contrast, axis=-1 if return_index_map else (-3, -2, -1))


# Weights of the scales, from the finest, measured with human observers: section 4 of the paper.
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ssim_multiscale(
    first: jax.Array,
    second: jax.Array,
    max_val: Any = 1.0,
    power_factors: Sequence[float] = SCALE_WEIGHTS,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> jax.Array:
    """Structural similarity over several sizes, each half the one before: contrast at all, luminance at the last.

    Reference: Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", Asilomar
    Conference on Signals, Systems and Computers, 2003.

    Args:
      first: float, shape (..., height, width, channels).
      second: likewise.
      max_val: the largest value that a pixel may have.
      power_factors: the weight of every size, from the finest.
      filter_size: width of the Gaussian window.
      filter_sigma: its standard deviation.
      k1: stabilises the luminance term.
      k2: stabilises the contrast term.

    Returns:
      Array (...,), 1 for equal images.

    Raises:
      ValueError: if the smallest size has no room for the window.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.image_measures import ssim_multiscale
      >>> ssim_multiscale(jnp.ones((24, 24, 1)), jnp.ones((24, 24, 1)), power_factors=(0.5, 0.5))
      Array(1., dtype=float32)
    """
    total = jnp.ones((), first.dtype)
    for scale, power in enumerate(power_factors):
        if scale:
            first, second = _halved(first), _halved(second)
        if min(first.shape[-3:-1]) < filter_size:
            raise ValueError(
                f"ssim_multiscale() has no room for windows of {filter_size} pixels in images of {first.shape[-3]} x "
                f"{first.shape[-2]} at scale {scale}: use fewer power_factors, a smaller filter_size or larger images."
            )
        luminance, contrast = _similarity(first, second, max_val, filter_size, filter_sigma, k1, k2)
        last = scale == len(power_factors) - 1
        term = jnp.mean(luminance * contrast if last else contrast, axis=(-3, -2))
        total = total * jax.nn.relu(term) ** power
    return jnp.mean(total, axis=-1)


def _halved(images: jax.Array) -> jax.Array:
    """Averages of two by two pixels; the last row or column of an odd number is taken twice."""
    height, width = images.shape[-3:-1]
    edges = [(0, 0)] * (images.ndim - 3) + [(0, height % 2), (0, width % 2), (0, 0)]
    images = jnp.pad(images, edges, mode="symmetric")
    return sum(images[..., i::2, j::2, :] for i in range(2) for j in range(2)) / 4  # type: ignore[return-value]


def _similarity(
    first: jax.Array, second: jax.Array, max_val: Any, filter_size: int, filter_sigma: float, k1: float, k2: float
) -> tuple[jax.Array, jax.Array]:
    """Luminance and contrast terms of every window."""
    offsets = jnp.arange(filter_size, dtype=first.dtype) - (filter_size - 1) / 2
    window = jnp.exp(-(offsets**2) / (2 * filter_sigma**2))
    window = window / window.sum()

    def smooth(x: jax.Array) -> jax.Array:
        for axis in (-3, -2):
            count = x.shape[axis] - filter_size + 1
            x = sum(  # type: ignore[assignment]
                window[i] * jax.lax.dynamic_slice_in_dim(x, i, count, axis=axis % x.ndim) for i in range(filter_size)
            )
        return x

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean1, mean2 = smooth(first), smooth(second)
    luminance = (2 * mean1 * mean2 + c1) / (mean1**2 + mean2**2 + c1)
    covariance = smooth(first * second) - mean1 * mean2
    variances = smooth(first**2) + smooth(second**2) - mean1**2 - mean2**2
    return luminance, (2 * covariance + c2) / (variances + c2)
