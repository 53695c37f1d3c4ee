"""RandomHeight and RandomWidth: images of another size at every call, as tf.keras had them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import unknown_name
from kerax.functional.image_resize import METHODS, resize
from kerax.jax_compat import is_tracer
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer
from kerax.state import current_scope
from kerax.state.symbolic import Sandbox, unknown_size


class _RandomSize(BaseImagePreprocessingLayer):
    """Resizes a batch along one axis by a random factor."""

    _arguments = ("factor", "interpolation", "seed")
    _axis = 1

    def __init__(self, factor: Any, interpolation: str = "bilinear", seed: int | None = None, **kwargs: Any):
        super().__init__(seed=seed, **kwargs)
        self.factor = factor
        self.lower, self.upper = self._pair("factor", factor, -0.9999999, np.inf)
        self.interpolation = str(interpolation).lower()
        if self.interpolation not in METHODS:
            raise unknown_name(f"interpolation of {type(self).__name__}", interpolation, METHODS)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        return {"factor": jax.random.uniform(key, (), jnp.float32, 1.0 + self.lower, 1.0 + self.upper)}

    def _float_apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        size = list(images.shape[1:3])
        place = self._axis - 1
        if isinstance(current_scope(), Sandbox):  # only shapes are asked for: this one is not known
            size[place] = unknown_size(self._axis)
            return jnp.zeros((images.shape[0], *size, images.shape[3]), images.dtype)
        factor = transformation["factor"]
        if is_tracer(factor):
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) gives images another size at every call, which a "
                "compiled step cannot have: its sizes are fixed. Use it in Dataset.map, or RandomZoom in the model."
            )
        size[place] = max(int(float(factor) * size[place]), 1)
        return resize(images, tuple(size), interpolation)


class RandomHeight(_RandomSize):
    """Changes the height of a batch of images at random while training.

    The result has another size at every call, so the layer works outside of compiled steps only: eagerly and in
    ``Dataset.map``.

    Args:
      factor: 0.2 for 20 % more rows, -0.2 for 20 % fewer; a number f for (-f, f), or a pair.
      interpolation: as of ``Resizing``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: for a factor that would leave no rows, or an unknown interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomHeight((0.5, 0.5))(np.ones((1, 4, 4, 3), "float32"), training=True).shape
      (1, 6, 4, 3)
    """


class RandomWidth(_RandomSize):
    """Changes the width of a batch of images at random while training.

    The result has another size at every call, so the layer works outside of compiled steps only: eagerly and in
    ``Dataset.map``.

    Args:
      factor: 0.2 for 20 % more columns, -0.2 for 20 % fewer; a number f for (-f, f), or a pair.
      interpolation: as of ``Resizing``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: for a factor that would leave no columns, or an unknown interpolation.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomWidth((0.5, 0.5))(np.ones((1, 4, 4, 3), "float32"), training=True).shape
      (1, 4, 6, 3)
    """

    _axis = 2


__all__ = ["RandomHeight", "RandomWidth"]
