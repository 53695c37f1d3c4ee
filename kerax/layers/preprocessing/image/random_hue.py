"""RandomHue, RandomSaturation and RandomColorDegeneration."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import settings
from kerax.functional.image_color import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across, rescale, uniform

_COLORS = 3


class _ColorLayer(BaseImagePreprocessingLayer):
    """A layer for images with red, green and blue."""

    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self._set_value_range(value_range)

    def _check_colors(self, images: jax.Array) -> None:
        if isinstance(images.shape[-1], int) and images.shape[-1] != _COLORS:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}): Input images must have 3 channels, but received images "
                f"with {images.shape[-1]} channels."
            )


class RandomHue(_ColorLayer):
    """Turns the hue of each image while training.

    Args:
      factor: largest turn as a share of half the colour circle, in either direction; a number f for (0, f), or a pair,
        in [0, 1].
      value_range: the range of the pixels.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of bounds, or images without three channels.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomHue(0.5)(np.ones((1, 2, 2, 3), "float32")).shape
      (1, 2, 2, 3)
    """

    _FACTOR_BOUNDS = (0, 1)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        sign, amount = jax.random.split(key)
        turn = uniform(amount, (batch,), self.factor) * 0.5
        return {"factor": jnp.where(jax.random.bernoulli(sign, 0.5, (batch,)), turn, -turn)}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        self._check_colors(images)
        hsv = rgb_to_hsv(rescale(images, self.value_range, (0, 1)))
        hue = jnp.mod(hsv[..., 0] + across(transformation["factor"])[..., 0].astype(images.dtype), 1)
        images = hsv_to_rgb(jnp.stack([hue, hsv[..., 1], hsv[..., 2]], axis=-1))
        return rescale(jnp.clip(images, 0, 1), (0, 1), self.value_range)


class RandomSaturation(_ColorLayer):
    """Changes the saturation of each image while training.

    Args:
      factor: 0 makes images grey, 0.5 leaves them, 1 saturates them fully: the saturation is multiplied by f / (1 - f);
        a pair that f is drawn from, or a number for (-f, f).
      value_range: the range of the pixels.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of bounds, or images without three channels.

    Example:
      >>> import kerax, numpy as np
      >>> image = np.array([[[[1.0, 0.5, 0.0]]]], "float32")
      >>> kerax.layers.RandomSaturation((0.0, 0.0), (0, 1))(image)[0, 0, 0].tolist()
      [1.0, 1.0, 1.0]
    """

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        share = uniform(key, (batch,), self.factor)
        return {"factor": share / (1 - share + settings.epsilon())}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        self._check_colors(images)
        hsv = rgb_to_hsv(images)
        saturation = hsv[..., 1] * across(transformation["factor"])[..., 0].astype(images.dtype)
        # Saturation is in [0, 1] whatever the range of the values; Keras cuts it off to that range.
        saturation = jnp.clip(saturation, self.value_range[0], self.value_range[1])
        return hsv_to_rgb(jnp.stack([hsv[..., 0], saturation, hsv[..., 2]], axis=-1))


class RandomColorDegeneration(_ColorLayer):
    """Mixes each image with its grey version while training.

    Args:
      factor: share of grey, in [0, 1]; a pair, or a number f for (-f, f).
      value_range: the range of the pixels; results are cut off to it.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of bounds, or images without three channels.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomColorDegeneration((0.5, 0.5))(np.ones((1, 2, 2, 3), "float32")).shape
      (1, 2, 2, 3)
    """

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        return {"factor": uniform(key, (batch, 1, 1, 1), self.factor)}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        self._check_colors(images)
        share = across(transformation["factor"]).astype(images.dtype)
        mixed = images + share * (rgb_to_grayscale(images) - images)
        return jnp.clip(mixed, self.value_range[0], self.value_range[1])


__all__ = ["RandomColorDegeneration", "RandomHue", "RandomSaturation"]
