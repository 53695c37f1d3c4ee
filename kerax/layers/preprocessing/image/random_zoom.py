"""RandomZoom: images seen from nearer or farther while training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.preprocessing.image.base import uniform
from kerax.layers.preprocessing.image.random_affine import RandomAffine, diagonal_matrix, undo_diagonal

_LEAST = -0.9999999  # at -1 an image would be read at one point only


class RandomZoom(RandomAffine):
    """Zooms each image about its middle while training; passes images through otherwise.

    Args:
      height_factor: 0.2 shows 20 % more rows (zooms out), -0.2 20 % fewer; a number f for (-f, f), or a pair.
      width_factor: likewise for columns; by default the aspect ratio is kept.
      fill_mode: what lies beyond the border: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"``, ``"reflect"``.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      seed: makes this layer's noise reproducible on its own.
      fill_value: for ``"constant"``.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of (-1, 1], an unknown fill mode or interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> image = np.arange(25.0, dtype="float32").reshape(1, 5, 5, 1)
      >>> kerax.layers.RandomZoom((-0.5, -0.5), (-0.5, -0.5))(image)[0, 0, :, 0].tolist()
      [6.0, 6.5, 7.0, 7.5, 8.0]
    """

    _arguments = ("height_factor", "width_factor", "fill_mode", "interpolation", "seed", "fill_value")

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self.height_lower, self.height_upper = self._pair("height_factor", height_factor, _LEAST, 1.0)
        if width_factor is not None:
            self.width_lower, self.width_upper = self._pair("width_factor", width_factor, _LEAST, 1.0)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        rows, columns = jax.random.split(key)
        height_zoom = uniform(rows, (batch, 1), (1.0 + self.height_lower, 1.0 + self.height_upper))
        width_zoom = height_zoom
        if self.width_factor is not None:
            width_zoom = uniform(columns, (batch, 1), (1.0 + self.width_lower, 1.0 + self.width_upper))
        return {"height_zoom": height_zoom, "width_zoom": width_zoom}

    def _matrix(self, transformation: Any, height: Any, width: Any) -> jax.Array:
        zooms = (jnp.asarray(transformation[name])[..., 0] for name in ("width_zoom", "height_zoom"))
        x, y = (jnp.atleast_1d(zoom.astype(jnp.float32)) for zoom in zooms)
        middle_x, middle_y = ((jnp.asarray(size, jnp.float32) - 1.0) / 2.0 for size in (width, height))
        return diagonal_matrix(x, y, middle_x * (1.0 - x), middle_y * (1.0 - y))

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        shape = transformation["input_shape"]
        return undo_diagonal(boxes, self._matrix(transformation, shape[self.height_axis], shape[self.width_axis]))
