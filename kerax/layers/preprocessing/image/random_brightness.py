"""RandomBrightness and RandomContrast."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.image_color import adjust_contrast
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across, uniform


class RandomBrightness(BaseImagePreprocessingLayer):
    """Makes each image brighter or darker while training; results are cut off to the value range.

    Args:
      factor: largest change as a share of the value range, in [-1, 1]; a number f for (-f, f), or a pair.
      value_range: the range of the pixels.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``data_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of bounds, or a value range that is no pair.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomBrightness((0.2, 0.2), (0, 10))(np.ones((1, 1, 1, 1), "float32")).item()
      3.0
    """

    _arguments = ("factor", "value_range", "seed")

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any):
        super().__init__(factor, seed=seed, **kwargs)
        self._set_value_range(value_range)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        span = self.value_range[1] - self.value_range[0]
        return {"rgb_delta": uniform(key, (batch, 1, 1, 1), self.factor) * span}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        changed = images + across(jnp.asarray(transformation["rgb_delta"])).astype(images.dtype)
        return jnp.clip(changed, self.value_range[0], self.value_range[1])


class RandomContrast(BaseImagePreprocessingLayer):
    """Changes the contrast of each image while training: ``(x - mean) * c + mean`` for each channel.

    Args:
      factor: c is drawn from (1 - f, 1 + f) for a number f, from (1 - lower, 1 + upper) for a pair; in [0, 1].
      value_range: the range of the pixels; results are cut off to it.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``data_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of bounds.

    Example:
      >>> import kerax, numpy as np
      >>> image = np.array([[[[1.0], [3.0]]]], "float32")
      >>> kerax.layers.RandomContrast((0.0, 0.0))(image)[0, 0, :, 0].tolist()
      [1.0, 3.0]
    """

    _FACTOR_BOUNDS = (0, 1)
    _arguments = ("factor", "value_range", "seed")

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any):
        super().__init__(seed=seed, **kwargs)
        self._set_factor(factor)
        if not isinstance(factor, (tuple, list)):
            self.factor = (self.factor[1], self.factor[1])
        self.value_range = value_range

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        return {"contrast_factor": uniform(key, (batch, 1, 1, 1), (1.0 - self.factor[0], 1.0 + self.factor[1]))}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        changed = adjust_contrast(images, across(jnp.asarray(transformation["contrast_factor"])))
        return jnp.clip(changed, self.value_range[0], self.value_range[1])
