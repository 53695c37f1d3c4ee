"""RandomPerspective: images seen from another side while training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.image_boxes import map_corners
from kerax.functional.image_warp import homography, perspective_transform
from kerax.layers.checks import number_in
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across, uniform


class RandomPerspective(BaseImagePreprocessingLayer):
    """Moves the corners of images at random while training; passes images through otherwise.

    Args:
      factor: probability that an image is changed: a number f for a share drawn from (0, f), or a pair.
      scale: how far corners move, in [0, 1].
      interpolation: ``"nearest"`` or ``"bilinear"``.
      fill_value: what lies beyond the border.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor or scale out of [0, 1], or an unknown interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomPerspective(scale=0.3)(np.ones((1, 4, 4, 3), "float32")).shape
      (1, 4, 4, 3)
    """

    _FACTOR_BOUNDS = (0, 1)
    _arguments = ("factor", "scale", "interpolation", "fill_value", "seed")
    _moves_masks = _moves_boxes = True

    def __init__(
        self,
        factor: Any = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self.scale, self.fill_value = number_in(self, "scale", scale, 0, 1), fill_value
        self._set_sampling(interpolation)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        share, threshold, corners = jax.random.split(key, 3)
        chosen = uniform(threshold, (batch,), (0.0, 1.0)) < uniform(share, (batch,), self.factor)
        moves = uniform(corners, (batch, 4, 2), (-0.5 * self.scale, 0.5 * self.scale))
        right, bottom = jnp.asarray(width - 1, jnp.float32), jnp.asarray(height - 1, jnp.float32)
        zero = jnp.zeros((), jnp.float32)
        start = jnp.stack([jnp.stack(p) for p in ((zero, zero), (right, zero), (zero, bottom), (right, bottom))])
        start = jnp.broadcast_to(start, (batch, 4, 2))
        return {"apply_perspective": chosen, "start_points": start, "end_points": start + start * moves}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        points = transformation["start_points"], transformation["end_points"]
        moved = perspective_transform(images, *points, interpolation, self.fill_value)
        return jnp.where(across(transformation["apply_perspective"]), moved, images)

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        h = homography(transformation["start_points"], transformation["end_points"])
        matrix = jnp.concatenate([h, jnp.ones_like(h[:, :1])], axis=-1).reshape((-1, 3, 3))
        inverse = jnp.linalg.inv(matrix)[:, :, :, None, None]

        def move(x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
            across_, down, divisor = (inverse[:, i, 0] * x + inverse[:, i, 1] * y + inverse[:, i, 2] for i in range(3))
            return across_ / divisor, down / divisor

        chosen = jnp.asarray(transformation["apply_perspective"]).astype(bool).reshape((-1, 1, 1))
        return jnp.where(chosen, map_corners(boxes, move), boxes)
