"""RandomFlip: mirrored images while training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.errors import unknown_name
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(BaseImagePreprocessingLayer):
    """Mirrors each image with probability one half while training; passes images through otherwise.

    Args:
      mode: ``"horizontal"``, ``"vertical"`` or ``"horizontal_and_vertical"``, each direction by a decision of its own.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for an unknown mode or data format.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomFlip("horizontal")(np.ones((1, 4, 4, 3), "float32"), training=True).shape
      (1, 4, 4, 3)
    """

    _arguments = ("seed", "mode")
    _moves_masks = _moves_boxes = True

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        if mode not in _MODES:
            raise unknown_name("mode of RandomFlip", mode, _MODES)
        self.mode = mode

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        horizontal, vertical = jax.random.split(key)
        drawn = {"flips": jax.random.bernoulli(horizontal, 0.5, (batch, 1, 1, 1))}
        if self.mode == "horizontal_and_vertical":
            drawn["vertical_flips"] = jax.random.bernoulli(vertical, 0.5, (batch, 1, 1, 1))
        return drawn

    def _decisions(self, transformation: Any) -> tuple[Any, Any]:
        flips = jnp.asarray(transformation["flips"])
        vertical = jnp.asarray(transformation.get("vertical_flips", flips))
        return (flips if self.mode != "vertical" else None, vertical if self.mode != "horizontal" else None)

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        horizontal, vertical = self._decisions(transformation)
        if horizontal is not None:
            images = jnp.where(across(horizontal), jnp.flip(images, -2), images)
        if vertical is not None:
            images = jnp.where(across(vertical), jnp.flip(images, -3), images)
        return images

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        horizontal, vertical = self._decisions(transformation)
        shape = transformation["input_shape"]
        height, width = shape[self.height_axis], shape[self.width_axis]
        left, top, right, bottom = (boxes[..., place] for place in range(4))
        if horizontal is not None:
            turned = horizontal.reshape(-1, 1)
            left, right = jnp.where(turned, width - right, left), jnp.where(turned, width - left, right)
        if vertical is not None:
            turned = vertical.reshape(-1, 1)
            top, bottom = jnp.where(turned, height - bottom, top), jnp.where(turned, height - top, bottom)
        return jnp.stack([left, top, right, bottom], axis=-1)
