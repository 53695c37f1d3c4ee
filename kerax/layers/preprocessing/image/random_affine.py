"""The base of random layers that move, turn, scale or shear images."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.image_warp import affine_transform
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer


class RandomAffine(BaseImagePreprocessingLayer):
    """Reads each image at places given by an affine map; subclasses write `_matrix`.

    Args:
      fill_mode: what lies beyond the border: ``"constant"``, ``"nearest"``, ``"wrap"``, ``"mirror"``, ``"reflect"``.
      interpolation: ``"nearest"`` or ``"bilinear"``.
      seed: makes this layer's noise reproducible on its own.
      fill_value: for ``"constant"``.
      data_format: where the channels are.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...
    """

    _moves_masks = _moves_boxes = True

    def __init__(
        self,
        fill_mode: str,
        interpolation: str,
        seed: Any,
        fill_value: float,
        data_format: str | None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        self._set_sampling(interpolation, fill_mode)
        self.fill_value = fill_value

    def _matrix(self, transformation: Any, height: Any, width: Any) -> jax.Array:
        """The parameters of the map, shape (batch, 8)."""
        raise NotImplementedError(f"{type(self).__name__} must define _matrix().")

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        matrix = self._matrix(transformation, images.shape[1], images.shape[2])
        return affine_transform(images, matrix, interpolation, self.fill_mode, self.fill_value)


def diagonal_matrix(scale_x: Any, scale_y: Any, shift_x: Any, shift_y: Any) -> jax.Array:
    """Parameters of the map (x, y) -> (scale_x x + shift_x, scale_y y + shift_y).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.layers.preprocessing.image.random_affine import diagonal_matrix
      >>> diagonal_matrix(jnp.ones(1), 1.0, 2.0, 0.0)
      Array([[1., 0., 2., 0., 1., 0., 0., 0.]], dtype=float32)
    """
    parts = jnp.broadcast_arrays(*(jnp.asarray(p, jnp.float32) for p in (scale_x, scale_y, shift_x, shift_y)))
    zero = jnp.zeros_like(parts[0])
    return jnp.stack([parts[0], zero, parts[2], zero, parts[1], parts[3], zero, zero], axis=-1)


def undo_diagonal(boxes: jax.Array, matrix: jax.Array) -> jax.Array:
    """Where ``xyxy`` boxes come to lie under the inverse of a map without rotation.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.layers.preprocessing.image.random_affine import diagonal_matrix, undo_diagonal
      >>> undo_diagonal(jnp.array([[[2.0, 0.0, 4.0, 1.0]]]), diagonal_matrix(jnp.ones(1), 1.0, 2.0, 0.0))
      Array([[[0., 0., 2., 1.]]], dtype=float32)
    """
    scale_x, scale_y, shift_x, shift_y = (matrix[:, place][:, None] for place in (0, 4, 2, 5))
    left, top, right, bottom = (boxes[..., place] for place in range(4))
    x, y = ((value - shift_x) / scale_x for value in (left, right)), ((v - shift_y) / scale_y for v in (top, bottom))
    (left, right), (top, bottom) = tuple(x), tuple(y)
    return jnp.stack([left, top, right, bottom], axis=-1)
