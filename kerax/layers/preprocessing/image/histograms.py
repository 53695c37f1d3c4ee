"""AutoContrast, Equalization and ContrastLimitedAdaptiveHistogramEqualization."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.checks import positive_int
from kerax.layers.preprocessing.image.base import BaseImagePreprocessingLayer, rescale

_BYTE = (0, 255)
_LEVELS = 256


class AutoContrast(BaseImagePreprocessingLayer):
    """Stretches each channel of each image to the whole value range.

    Args:
      value_range: the range of the pixels.
      **kwargs: ``bounding_box_format``, ``data_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a value range that is no pair.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.AutoContrast()(np.array([[[[50.0], [100.0]]]], "float32"))[0, 0, :, 0].tolist()
      [0.0, 255.0]
    """

    _arguments = ("value_range",)

    def __init__(self, value_range: Any = (0, 255), **kwargs: Any):
        super().__init__(**kwargs)
        self._set_value_range(value_range)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        """Stretches images, whether training or not."""
        return super().transform_images(images, transformation or {}, training=True)

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        values = rescale(images, self.value_range, _BYTE)
        low, high = values.min(axis=(1, 2), keepdims=True), values.max(axis=(1, 2), keepdims=True)
        flat = high == low  # a channel of one value has nothing to stretch
        scale = _BYTE[1] / jnp.where(flat, 1, high - low)
        stretched = rescale(jnp.clip((values - low) * scale, *_BYTE), _BYTE, self.value_range)
        return jnp.where(flat, images, stretched)


class Equalization(BaseImagePreprocessingLayer):
    """Spreads the values of each channel so that they occur about equally often; one histogram for a whole batch.

    Reference: Gonzalez and Woods, "Digital image processing", section 3.3.

    Args:
      value_range: the range of the pixels.
      bins: of the histogram.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Raises:
      ValueError: for a value range that is no pair.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.Equalization()(np.array([[[[1.0], [2.0]]]], "float32"))[0, 0, :, 0].tolist()
      [0.0, 255.0]
    """

    _arguments = ("bins", "value_range")

    def __init__(self, value_range: Any = (0, 255), bins: int = 256, data_format: str | None = None, **kwargs: Any):
        super().__init__(data_format=data_format, **kwargs)
        self._set_value_range(value_range)
        self.bins = positive_int(self, "bins", bins)

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        values = rescale(images, self.value_range, _BYTE)
        equalized = jax.vmap(self._equalize, in_axes=-1, out_axes=-1)(values)
        return rescale(equalized, _BYTE, self.value_range)

    def _equalize(self, channel: jax.Array) -> jax.Array:
        places = jnp.clip(channel.astype(jnp.float32) * (self.bins - 1) / _BYTE[1], 0, self.bins - 1).astype(jnp.int32)
        counts = jnp.zeros(self.bins, jnp.int32).at[places.reshape(-1)].add(1)
        below = jnp.cumsum(counts)
        least = below[jnp.argmax(below > 0)]
        total = below[-1] - least
        table = jnp.round((below - least) * float(_BYTE[1]) / jnp.where(total == 0, 1, total))
        return jnp.where(total == 0, channel, table.astype(channel.dtype)[places])


class ContrastLimitedAdaptiveHistogramEqualization(BaseImagePreprocessingLayer):
    """Equalizes the histograms of tiles, with limited contrast, and blends between neighbouring tiles.

    Reference: Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994.

    Args:
      value_range: the range of the pixels.
      clip_limit: largest count of a level, in units of the mean count; 0 for no limit.
      tile_grid_size: tiles down and across.
      data_format: ``"channels_last"`` or ``"channels_first"``.
      **kwargs: ``bounding_box_format``, ``name``, ``dtype``...

    Example:
      >>> import kerax, numpy as np
      >>> layer = kerax.layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(2, 2))
      >>> layer(np.ones((1, 8, 8, 1), "float32")).shape
      (1, 8, 8, 1)
    """

    _arguments = ("value_range", "clip_limit", "tile_grid_size")

    def __init__(
        self,
        value_range: Any = (0, 255),
        clip_limit: float = 4.0,
        tile_grid_size: Any = (8, 8),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range, self.clip_limit, self.tile_grid_size = value_range, clip_limit, tuple(tile_grid_size)

    def transform_images(self, images: Any, transformation: Any = None, training: bool = True) -> Any:
        """Equalizes images, whether training or not."""
        return super().transform_images(images, transformation or {}, training=True)

    def _apply(self, images: jax.Array, transformation: Any, interpolation: str) -> jax.Array:
        values = rescale(images.astype(jnp.float32), self.value_range, _BYTE)
        batch, height, width, channels = values.shape
        down, right = self.tile_grid_size
        rows, columns = (height + down - 1) // down, (width + right - 1) // right
        padding = [(0, 0), (0, rows * down - height), (0, columns * right - width), (0, 0)]
        values = jnp.pad(values, padding, mode="symmetric")
        levels = jnp.clip(values, *_BYTE).astype(jnp.int32)
        tiles = levels.reshape((batch, down, rows, right, columns, channels)).transpose((0, 1, 3, 5, 2, 4))
        curves = self._curves(tiles.reshape((batch, down, right, channels, rows * columns)), rows * columns)
        curves = jnp.pad(curves, [(0, 0), (1, 1), (1, 1), (0, 0), (0, 0)], mode="edge")

        def neighbours(count: Any, size: Any, grid: int) -> tuple[jax.Array, jax.Array, jax.Array]:
            place = (jnp.arange(count, dtype=jnp.float32) - size / 2.0) / size + 1.0
            first = jnp.floor(place)
            ends = (jnp.clip(first + step, 0, grid + 1).astype(jnp.int32) for step in (0, 1))
            return (*ends, place - first)

        y0, y1, down_share = neighbours(rows * down, rows, down)
        x0, x1, right_share = neighbours(columns * right, columns, right)
        b, c = jnp.arange(batch)[:, None, None, None], jnp.arange(channels)
        across_share, down_share = right_share[None, None, :, None], down_share[None, :, None, None]

        def look(y: jax.Array, x: jax.Array) -> jax.Array:
            return curves[b, y[None, :, None, None], x[None, None, :, None], c, levels]

        upper = look(y0, x0) * (1 - across_share) + look(y0, x1) * across_share
        lower = look(y1, x0) * (1 - across_share) + look(y1, x1) * across_share
        blended = (upper * (1 - down_share) + lower * down_share)[:, :height, :width]
        return rescale(blended, _BYTE, self.value_range)

    def _curves(self, tiles: jax.Array, pixels: Any) -> jax.Array:
        """For each tile, what each of the 256 levels becomes."""
        counts = jax.nn.one_hot(tiles, _LEVELS).sum(axis=-2)
        if self.clip_limit > 0:
            clipped = jnp.clip(counts, 0, self.clip_limit * pixels / _LEVELS)
            counts = clipped + (counts - clipped).sum(axis=-1, keepdims=True) / _LEVELS
        below = jnp.cumsum(counts, axis=-1)
        least = below.min(axis=-1, keepdims=True)
        rest = pixels - least
        return jnp.clip((below - least) * float(_BYTE[1]) / jnp.where(rest == 0, 1, rest), *_BYTE)


__all__ = ["AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "Equalization"]
