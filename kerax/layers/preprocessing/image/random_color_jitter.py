"""RandomColorJitter and RandomGrayscale."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.image_color import rgb_to_grayscale
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across, uniform
from kerax.layers.preprocessing.image.random_brightness import RandomBrightness, RandomContrast
from kerax.layers.preprocessing.image.random_hue import RandomHue, RandomSaturation

_STEPS = (
    ("brightness", RandomBrightness),
    ("contrast", RandomContrast),
    ("saturation", RandomSaturation),
    ("hue", RandomHue),
)


class RandomColorJitter(BaseImagePreprocessingLayer):
    """Changes brightness, contrast, saturation and hue of each image while training, in this order.

    Args:
      value_range: the range of the pixels.
      brightness_factor: as of ``RandomBrightness``; None leaves it out; likewise the others.
      contrast_factor: as of ``RandomContrast``.
      saturation_factor: as of ``RandomSaturation``.
      hue_factor: as of ``RandomHue``.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of bounds.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomColorJitter(hue_factor=0.1)(np.ones((1, 2, 2, 3), "float32")).shape
      (1, 2, 2, 3)
    """

    _arguments = ("value_range", "brightness_factor", "contrast_factor", "saturation_factor", "hue_factor", "seed")

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Any = None,
        contrast_factor: Any = None,
        saturation_factor: Any = None,
        hue_factor: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        self.value_range = value_range
        self.brightness_factor, self.contrast_factor = brightness_factor, contrast_factor
        self.saturation_factor, self.hue_factor = saturation_factor, hue_factor
        for name, layer in _STEPS:
            factor = getattr(self, f"{name}_factor")
            made = None if factor is None else layer(factor, value_range=value_range, dtype=self.dtype_policy)
            setattr(self, f"random_{name}", made)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        drawn: dict[str, Any] = {}
        for name, _ in _STEPS:
            step = getattr(self, f"random_{name}")
            if step is not None:  # the first one draws as it would alone, from the same seed
                own = jax.random.fold_in(key, len(drawn)) if drawn else key
                drawn[name] = step._draw(own, batch, height, width)
        return drawn

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        for name, _ in _STEPS:
            if name in transformation:
                images = getattr(self, f"random_{name}")._apply(images, transformation[name], interpolation)
        return images


class RandomGrayscale(BaseImagePreprocessingLayer):
    """Makes images grey at random while training; they keep their three channels.

    Args:
      factor: probability, in [0, 1].
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1].

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomGrayscale(1.0)(np.array([[[[1.0, 1.0, 1.0]]]], "float32"))[0, 0, 0].round(2).tolist()
      [1.0, 1.0, 1.0]
    """

    _arguments = ("factor", "seed")

    def __init__(self, factor: float = 0.5, data_format: str | None = None, seed: int | None = None, **kwargs: Any):
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        if not 0 <= factor <= 1:
            raise ValueError(f"`factor` should be between 0 and 1. Received: factor={factor}")
        self.factor = factor

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        return {"should_apply": uniform(key, (batch, 1, 1, 1), (0.0, 1.0)) < self.factor}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        chosen = transformation["should_apply"] if isinstance(transformation, dict) else transformation
        return jnp.where(across(chosen), rgb_to_grayscale(images), images)


__all__ = ["RandomColorJitter", "RandomGrayscale"]
