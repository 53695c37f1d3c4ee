"""RandomRotation: turned images while training."""

from __future__ import annotations

from typing import Any

import jax

from kerax.functional.image_boxes import inverse_affine
from kerax.functional.image_warp import affine_matrix
from kerax.layers.preprocessing.image.base import uniform
from kerax.layers.preprocessing.image.random_affine import RandomAffine

_CIRCLE = 360.0


class RandomRotation(RandomAffine):
    """Turns each image about its middle while training; passes images through otherwise.

    Args:
      factor: largest turn as a share of a full circle, counter-clockwise; a number f for (-f, f), or a pair.
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
      >>> image = np.arange(9.0, dtype="float32").reshape(1, 3, 3, 1)
      >>> kerax.layers.RandomRotation((0.5, 0.5))(image)[0, :, :, 0].round().tolist()
      [[8.0, 7.0, 6.0], [5.0, 4.0, 3.0], [2.0, 1.0, 0.0]]
    """

    _arguments = ("factor", "fill_mode", "fill_value", "interpolation", "seed")

    def __init__(
        self,
        factor: Any,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self._set_factor(factor)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        angle = uniform(key, (batch,), (self.factor[0] * _CIRCLE, self.factor[1] * _CIRCLE))
        matrix = affine_matrix(height, width, angle)
        return {"angle": angle, "rotation_matrix": matrix, "image_height": height, "image_width": width}

    def _matrix(self, transformation: Any, height: Any, width: Any) -> jax.Array:
        matrix = transformation["rotation_matrix"]
        return matrix[None] if matrix.ndim == 1 else matrix

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        size = (transformation["image_height"], transformation["image_width"])
        return inverse_affine(boxes, transformation["angle"], 0.0, 0.0, 1.0, 0.0, 0.0, *size)
