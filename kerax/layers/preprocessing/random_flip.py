"""RandomFlip: mirrored images while training."""

from __future__ import annotations

from typing import Any

from kerax.errors import unknown_name
from kerax.functional.flips import random_flip
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")
_IMAGE_RANK = 3


class RandomFlip(Layer):
    """Mirrors each image at random while training; passes images through otherwise.

    Args:
      mode: ``"horizontal"``, ``"vertical"`` or ``"horizontal_and_vertical"``.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` (images are (..., height, width, channels)) or ``"channels_first"``.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: for an unknown mode or data format.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomFlip("horizontal")(np.ones((1, 4, 4, 3), "float32"), training=True).shape
      (1, 4, 4, 3)
    """

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if mode not in _MODES:
            raise unknown_name("mode of RandomFlip", mode, _MODES)
        if data_format not in (None, "channels_last", "channels_first"):
            raise unknown_name("data_format of RandomFlip", data_format, ("channels_last", "channels_first"))
        self.mode, self.seed, self.data_format = mode, seed, data_format or "channels_last"
        self.input_spec = InputSpec(min_ndim=_IMAGE_RANK)

    def call(self, inputs: Any, training: bool = True) -> Any:
        """Mirrors the images."""
        if not training:
            return inputs
        first = self.data_format == "channels_first"
        images = inputs.swapaxes(-3, -1).swapaxes(-3, -2) if first else inputs
        flipped = random_flip(images, self.next_key(self.seed), self.mode != "vertical", self.mode != "horizontal")
        return flipped.swapaxes(-3, -2).swapaxes(-3, -1) if first else flipped

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "mode": self.mode, "seed": self.seed, "data_format": self.data_format}
