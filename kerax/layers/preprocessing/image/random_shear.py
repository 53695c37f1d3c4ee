"""RandomShear: slanted images while training."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.preprocessing.image.base import uniform
from kerax.layers.preprocessing.image.random_affine import RandomAffine


class RandomShear(RandomAffine):
    """Slants each image while training; passes images through otherwise.

    Args:
      x_factor: how many columns a row is shifted for each row downwards, with random sign; a number f for (0, f), or a
        pair, in [0, 1].
      y_factor: how many rows a column is shifted for each column to the right.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      fill_mode: what lies beyond the border: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"``, ``"reflect"``.
      fill_value: for ``"constant"``.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1], an unknown fill mode or interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomShear(0.2)(np.ones((1, 4, 4, 3), "float32")).shape
      (1, 4, 4, 3)
    """

    _arguments = ("x_factor", "y_factor", "fill_mode", "interpolation", "seed", "fill_value")

    def __init__(
        self,
        x_factor: Any = 0.0,
        y_factor: Any = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.x_factor = self._pair("x_factor", x_factor, 0.0, 1.0)
        self.y_factor = self._pair("y_factor", y_factor, 0.0, 1.0)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        sign, x, y = jax.random.split(key, 3)
        amounts = jnp.concatenate(
            [uniform(x, (batch, 1), self.x_factor), uniform(y, (batch, 1), self.y_factor)], axis=1
        )
        return {"shear_factor": jnp.where(jax.random.bernoulli(sign, 0.5, (batch, 1)), amounts, -amounts)}

    def _matrix(self, transformation: Any, height: Any, width: Any) -> jax.Array:
        amounts = jnp.asarray(transformation["shear_factor"], jnp.float32)
        x, y = amounts[:, 0], amounts[:, 1]
        one, zero = jnp.ones_like(x), jnp.zeros_like(x)
        return jnp.stack([one, x, zero, y, one, zero, zero, zero], axis=-1)

    def _move_boxes(self, boxes: jax.Array, transformation: Any) -> jax.Array:
        """Boxes around the sheared corners, one axis after the other, in shares of the image, as in Keras."""
        shape = transformation["input_shape"]
        scale = jnp.asarray([shape[self.width_axis], shape[self.height_axis]] * 2, boxes.dtype)
        amounts = jnp.asarray(transformation["shear_factor"], boxes.dtype)
        x, y = amounts[:, :1], amounts[:, 1:]
        left, top, right, bottom = ((boxes / scale)[..., place] for place in range(4))
        ends = left - x * top, left - x * bottom, right - x * top, right - x * bottom
        left, right = jnp.where(x < 0, ends[0], ends[1]), jnp.where(x < 0, ends[3], ends[2])
        new_top = jnp.where(y > 0, top - y * right, top - y * left)
        new_bottom = jnp.where(y > 0, bottom - y * left, bottom - y * right)
        return jnp.stack([left, new_top, right, new_bottom], axis=-1) * scale
