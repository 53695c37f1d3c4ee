"""RandomElasticTransform: shaken images while training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.image_warp import elastic_transform
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across, uniform

_ALPHA, _SIGMA = 0.1, 0.05  # displacement and smoothness as shares of the longer and the shorter side


class RandomElasticTransform(BaseImagePreprocessingLayer):
    """Shakes images by smooth random fields while training; passes images through otherwise.

    Args:
      factor: probability that an image is changed: a number f for a share drawn from (0, f), or a pair.
      scale: strength, likewise.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      fill_mode: what lies beyond the border: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"``, ``"reflect"``.
      fill_value: for ``"constant"``.
      value_range: the range of the pixels; results are cut off to it.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor or scale out of [0, 1], an unknown fill mode or interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomElasticTransform(scale=0.5)(np.ones((1, 8, 8, 3), "float32")).shape
      (1, 8, 8, 3)
    """

    _FACTOR_BOUNDS = (0, 1)
    _arguments = ("factor", "scale", "interpolation", "fill_mode", "fill_value", "value_range", "seed")
    _moves_masks = True

    def __init__(
        self,
        factor: Any = 1.0,
        scale: Any = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self.scale = self._pair("scale", scale, 0, 1, overlap=True)
        self._set_sampling(interpolation, fill_mode)
        self.fill_value, self.value_range = fill_value, value_range

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        if self.scale[1] == 0 or self.factor[1] == 0:
            return None
        share, threshold, strength, field = jax.random.split(key, 4)
        return {
            "apply_transform": uniform(threshold, (batch,), (0.0, 1.0)) < uniform(share, (batch,), self.factor),
            "distortion_factor": uniform(strength, (), self.scale),
            "seed": field,
        }

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        if "apply_transform" not in transformation:
            return images
        sides = images.shape[1], images.shape[2]
        if not all(isinstance(side, int) for side in sides):
            return images  # the window of the smoothing depends on the size, the shape of the result does not
        strength = transformation["distortion_factor"]
        # The smoothing has the width of the largest strength: a compiled program needs windows of known sizes.
        sigma = max(min(sides) * _SIGMA * float(self.scale[1]), 1e-3)
        alpha = max(sides) * _ALPHA * strength * jnp.minimum(strength / self.scale[1], 1.0)
        options = (alpha, sigma, interpolation, self.fill_mode, self.fill_value)
        changed = elastic_transform(images, transformation["seed"], *options)
        images = jnp.where(across(transformation["apply_transform"]), changed, images)
        return jnp.clip(images, self.value_range[0], self.value_range[1])
