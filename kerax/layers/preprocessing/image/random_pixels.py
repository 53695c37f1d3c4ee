"""RandomSharpness, RandomPosterization, RandomInvert and Solarization."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, across, rescale, uniform

_BYTE = (0, 255)
_BITS = 8
_AROUND, _MIDDLE = 1 / 13, 5 / 13  # the smoothing window of Pillow's ImageEnhance.Sharpness


class RandomSharpness(BaseImagePreprocessingLayer):
    """Smooths or sharpens each image while training.

    Args:
      factor: 0 smooths fully, 0.5 leaves images, 1 sharpens as much; a pair that it is drawn from, or f for (0, f).
      value_range: the range of the pixels; results are cut off to it.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1].

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomSharpness((0.5, 0.5))(np.ones((1, 2, 2, 3), "float32"))[0, 0, 0].tolist()
      [1.0, 1.0, 1.0]
    """

    _FACTOR_BOUNDS = (0, 1)
    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self._set_value_range(value_range)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        return {"factor": uniform(key, (batch,), self.factor)}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        padded = jnp.pad(images, [(0, 0), (1, 1), (1, 1), (0, 0)])
        height, width = images.shape[1], images.shape[2]
        box = sum(
            jax.lax.dynamic_slice_in_dim(jax.lax.dynamic_slice_in_dim(padded, y, height, 1), x, width, 2)
            for y in range(3)
            for x in range(3)
        )
        smoothed = _AROUND * box + (_MIDDLE - _AROUND) * images
        share = 1.0 - 2.0 * across(transformation["factor"]).astype(images.dtype)
        return jnp.clip(images + share * (smoothed - images), self.value_range[0], self.value_range[1])


class RandomPosterization(BaseImagePreprocessingLayer):
    """Keeps only the leading bits of each pixel while training.

    Args:
      factor: how many of 8 bits are kept: an integer, or a pair that it is drawn from, the upper end left out.
      value_range: the range of the pixels.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [1, 8].

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomPosterization((1, 1))(np.full((1, 1, 1, 1), 200.0, "float32")).item()
      128.0
    """

    _FACTOR_BOUNDS = (1, _BITS)
    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Any,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self._set_value_range(value_range)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        low, high = (int(bits) for bits in self.factor)
        bits = jax.random.randint(key, (batch,), low, high) if high > low else jnp.full((batch,), low)
        return {"shift_factor": _BITS - bits}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        shift = across(jnp.asarray(transformation["shift_factor"]).astype(jnp.int32))
        values = jnp.clip(rescale(images, self.value_range, _BYTE), *_BYTE).astype(jnp.int32)
        kept = jnp.left_shift(jnp.right_shift(values, shift), shift).astype(images.dtype)
        return rescale(kept, _BYTE, self.value_range)


class RandomInvert(BaseImagePreprocessingLayer):
    """Turns images into their negatives at random while training.

    Args:
      factor: probability that an image is changed: a number f for a share drawn from (0, f), or a pair.
      value_range: the range of the pixels.
      seed: makes this layer's noise reproducible on its own.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1].

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.RandomInvert((1.0, 1.0))(np.full((1, 1, 1, 1), 200.0, "float32")).item()
      55.0
    """

    _FACTOR_BOUNDS = (0, 1)
    _arguments = ("factor", "value_range", "seed")

    def __init__(
        self,
        factor: Any = 1.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(factor, data_format=data_format, seed=seed, **kwargs)
        self.value_range = value_range

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        share, threshold = jax.random.split(key)
        return {"apply_inversion": uniform(threshold, (batch,), (0.0, 1.0)) < uniform(share, (batch,), self.factor)}

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        return jnp.where(across(transformation["apply_inversion"]), self.value_range[1] - images, images)


class Solarization(BaseImagePreprocessingLayer):
    """Turns bright pixels into their negatives while training.

    Args:
      addition_factor: share of the value range that is added first; a number f for (0, f), or a pair, in [0, 1].
      threshold_factor: pixels from this share of the value range on are turned; likewise.
      value_range: the range of the pixels.
      seed: makes this layer's noise reproducible on its own.
      **kwargs: ``bounding_box_format``, ``data_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a factor out of [0, 1].

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.Solarization()(np.array([[[[0.0], [200.0]]]], "float32"))[0, 0, :, 0].tolist()
      [255.0, 55.0]
    """

    _arguments = ("value_range", "addition_factor", "threshold_factor", "seed")

    def __init__(
        self,
        addition_factor: Any = 0.0,
        threshold_factor: Any = 0.0,
        value_range: Any = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(seed=seed, **kwargs)
        self.addition_factor = self._pair("addition_factor", addition_factor, 0, 1, least=0)
        self.threshold_factor = self._pair("threshold_factor", threshold_factor, 0, 1, least=0)
        self._set_value_range(value_range)

    def _draw(self, key: jax.Array, batch: Any, height: Any, width: Any) -> Any:
        addition, threshold = jax.random.split(key)
        shape, top = (batch, 1, 1, 1), _BYTE[1]
        return {  # the lower ends are not scaled, as in Keras
            "additions": uniform(addition, shape, (self.addition_factor[0], self.addition_factor[1] * top)),
            "thresholds": uniform(threshold, shape, (self.threshold_factor[0], self.threshold_factor[1] * top)),
        }

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        added, limit = (across(transformation[name]).astype(images.dtype) for name in ("additions", "thresholds"))
        values = jnp.clip(rescale(images, self.value_range, _BYTE) + added, *_BYTE)
        return rescale(jnp.where(values < limit, values, np.float32(_BYTE[1]) - values), _BYTE, self.value_range)


__all__ = ["RandomInvert", "RandomPosterization", "RandomSharpness", "Solarization"]
