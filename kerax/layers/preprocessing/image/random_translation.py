"""RandomTranslation: moved images while training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.preprocessing.image.base import uniform
from kerax.layers.preprocessing.image.random_affine import RandomAffine, diagonal_matrix, undo_diagonal


class RandomTranslation(RandomAffine):
    """Moves each image while training; passes images through otherwise.

    Args:
      height_factor: shift downwards as a share of the height; a number f for (-f, f), or a pair.
      width_factor: shift to the right as a share of the width.
      fill_mode: what lies beyond the border: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"``, ``"reflect"``.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      seed: makes this layer's noise reproducible on its own.
      fill_value: for ``"constant"``.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [-1, 1], an unknown fill mode or interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> image = np.arange(4.0, dtype="float32").reshape(1, 4, 1, 1)
      >>> kerax.layers.RandomTranslation((0.25, 0.25), 0.0, fill_mode="constant")(image)[0, :, 0, 0].tolist()
      [0.0, 0.0, 1.0, 2.0]
    """

    _arguments = ("height_factor", "width_factor", "fill_mode", "interpolation", "seed", "fill_value")

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self.height_lower, self.height_upper = self._pair("height_factor", height_factor, -1.0, 1.0)
        self.width_lower, self.width_upper = self._pair("width_factor", width_factor, -1.0, 1.0)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        rows, columns = jax.random.split(key)
        down = uniform(rows, (batch, 1), (self.height_lower, self.height_upper)) * jnp.asarray(height, jnp.float32)
        right = uniform(columns, (batch, 1), (self.width_lower, self.width_upper)) * jnp.asarray(width, jnp.float32)
        return {"translations": jnp.concatenate([right, down], axis=1)}

    def _matrix(self, transformation: Any, height: Any, width: Any) -> jax.Array:
        shifts = jnp.asarray(transformation["translations"], jnp.float32)
        return diagonal_matrix(jnp.ones_like(shifts[:, 0]), 1.0, -shifts[:, 0], -shifts[:, 1])

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        return undo_diagonal(boxes, self._matrix(transformation, None, None))
