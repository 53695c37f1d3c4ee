"""RandomErasing and RandomGaussianBlur."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.functional.image_warp import gaussian_blur
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across, uniform

_COLORS = 3
_LEAST_SIGMA = 1e-6


def box_mask(height: Any, width: Any, left: Any, right: Any, top: Any, bottom: Any) -> jax.Array:
    """True inside one box for each image, shape (batch, height, width, 1).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.layers.preprocessing.image.random_erasing import box_mask
      >>> zero, two = jnp.zeros(1), jnp.full(1, 2.0)
      >>> int(box_mask(3, 3, zero, two, zero, two).sum())
      4
    """
    x, y = jnp.arange(width)[None, None, :, None], jnp.arange(height)[None, :, None, None]
    left, right, top, bottom = (across(edge) for edge in (left, right, top, bottom))
    return (x >= left) & (x < right) & (y >= top) & (y < bottom)


def random_span(key: jax.Array, batch: Any, length: Any, share: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Start and end of one span for each image, at a random place.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from kerax.layers.preprocessing.image.random_erasing import random_span
      >>> start, end = random_span(jax.random.key(0), 1, 10, jnp.full(1, 0.5))
      >>> round(float(end[0] - start[0]), 3)
      5.0
    """
    length = jnp.asarray(length, jnp.float32)
    span = share * length
    start = uniform(key, (batch,), (0.0, 1.0)) * (length - span)
    return start, start + span


class RandomErasing(BaseImagePreprocessingLayer):
    """Covers a random box of images while training.

    Reference: Zhong et al., "Random erasing data augmentation", AAAI 2020, https://arxiv.org/abs/1708.04896

    Args:
      factor: probability that an image is changed: a number f for a share drawn from (0, f), or a pair.
      scale: share of the area that is covered; a pair, or f for (0, f).
      fill_value: what covers it: a number, one for each of three channels, or None for noise.
      value_range: the range of the pixels.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor or scale out of [0, 1], or a fill value of another kind.

    Example:
      >>> import kerax, numpy as np
      >>> layer = kerax.layers.RandomErasing((1.0, 1.0), scale=(1.0, 1.0), fill_value=0.0)
      >>> float(layer(np.ones((1, 4, 4, 3), "float32")).sum())
      0.0
    """

    _FACTOR_BOUNDS = (0, 1)
    _arguments = ("factor", "scale", "fill_value", "value_range", "seed")
    _needs_batch = True

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = (0.02, 0.33),
        fill_value: Any = None,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self.scale = self._pair("scale", scale, 0, 1, overlap=True)
        colors = isinstance(fill_value, (tuple, list)) and len(fill_value) == _COLORS
        if fill_value is not None and not colors and not isinstance(fill_value, (int, float)):
            raise ValueError(
                "The `fill_value` argument should be a number (or a list of three numbers). Received: "
                f"fill_value={fill_value}"
            )
        self.fill_value, self.value_range = fill_value, value_range

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        sizes, x, y, share, threshold, noise = jax.random.split(key, 6)
        sides = jnp.sqrt(uniform(sizes, (batch, 2), self.scale))
        left, right = random_span(x, batch, width, sides[:, 0])
        top, bottom = random_span(y, batch, height, sides[:, 1])
        return {
            "apply_erasing": uniform(threshold, (batch,), (0.0, 1.0)) < uniform(share, (batch,), self.factor),
            "batch_masks": box_mask(height, width, left, right, top, bottom),
            "noise": noise,
        }

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        if "fill_value" in transformation:
            fill = jnp.asarray(transformation["fill_value"]).astype(images.dtype)
        elif self.fill_value is None:
            fill = jax.random.normal(transformation["noise"], images.shape, images.dtype) * self.value_range[1]
        else:
            fill = jnp.asarray(np.asarray(self.fill_value), images.dtype)
        fill = jnp.clip(fill, self.value_range[0], self.value_range[1])
        covered = transformation["batch_masks"] & across(transformation["apply_erasing"])
        return jnp.where(covered, fill, images)


class RandomGaussianBlur(BaseImagePreprocessingLayer):
    """Blurs images at random while training.

    Args:
      factor: probability that an image is changed: a number f for a share drawn from (0, f), or a pair.
      kernel_size: width and height of the window, odd.
      sigma: standard deviation in pixels; a number s for (0, s), or a pair.
      value_range: the range of the pixels; results are cut off to it.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1], or a window of even size.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomGaussianBlur(kernel_size=3, sigma=1.0)(np.ones((1, 5, 5, 3), "float32")).shape
      (1, 5, 5, 3)
    """

    _FACTOR_BOUNDS = (0, 1)
    _arguments = ("factor", "kernel_size", "sigma", "value_range", "seed")

    def __init__(
        self,
        factor: Any = 1.0,
        kernel_size: Any = 3,
        sigma: Any = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        sizes = tuple(kernel_size) if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
        if len(sizes) != 2 or not all(isinstance(size, (int, float)) and size % 2 == 1 for size in sizes):
            raise ValueError(f"kernel_size must be an odd number or two of them. Received: kernel_size={kernel_size}")
        self.kernel_size = tuple(int(size) for size in sizes)
        self.sigma = self._pair("sigma", sigma, 0, 1, overlap=True)
        self.value_range = value_range

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        share, threshold, strength = jax.random.split(key, 3)
        return {
            "should_apply_blur": uniform(threshold, (batch,), (0.0, 1.0)) < uniform(share, (batch,), self.factor),
            "blur_factor": uniform(strength, (2,), self.sigma) + _LEAST_SIGMA,
        }

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        blurred = gaussian_blur(images, self.kernel_size, jnp.asarray(transformation["blur_factor"]))
        images = jnp.where(across(transformation["should_apply_blur"]), blurred, images)
        return jnp.clip(images, self.value_range[0], self.value_range[1])


__all__ = ["RandomErasing", "RandomGaussianBlur"]
