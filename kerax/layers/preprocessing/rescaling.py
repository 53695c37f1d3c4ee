"""Rescaling: inputs times a number plus a number."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import settings
from kerax.layers.layer import Layer

_IMAGE_RANK = 3


class Rescaling(Layer):
    """Computes ``inputs * scale + offset``.

    Args:
      scale: a number, or one for each channel.
      offset: likewise.
      **kwargs: ``name``, ``dtype``...

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.Rescaling(1 / 255)(np.array([[0, 255]], "uint8"))
      Array([[0., 1.]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.scale, self.offset = _plain(scale), _plain(offset)

    def call(self, inputs: jax.Array) -> jax.Array:
        """Rescales."""
        scale, offset = (jnp.asarray(np.asarray(value), self.compute_dtype) for value in (self.scale, self.offset))
        if scale.ndim and settings.image_data_format() == "channels_first":
            scale = scale.reshape(scale.shape + (1,) * (_IMAGE_RANK - scale.ndim))
        return inputs.astype(self.compute_dtype) * scale + offset

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Rescaling:
        """Makes a layer from ``get_config()``; Keras 3 writes arrays as small dictionaries."""
        return super().from_config({key: _from_keras(value) for key, value in config.items()})


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else np.asarray(value).tolist()


def _from_keras(value: Any) -> Any:
    if isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__"):
        return value["config"]["value"]
    return value
