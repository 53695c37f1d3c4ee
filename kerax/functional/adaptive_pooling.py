"""Pooling into a given number of windows, whatever the size of the input."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from kerax.functional.windows import per_axis, with_channels_last

__all__ = ["adaptive_average_pool", "adaptive_max_pool"]


def adaptive_average_pool(
    x: jax.Array, output_size: int | Sequence[int], data_format: str = "channels_last"
) -> jax.Array:
    """The mean of each window; window ``i`` of ``m`` over ``n`` positions is ``floor(i n / m) .. ceil((i + 1) n / m)``.

    Args:
      x: ``[n, *spatial, channels]`` (``[n, channels, *spatial]`` for channels_first).
      output_size: windows along each spatial axis, one int or one per axis.
      data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
      ``[n, *output_size, channels]`` (or channels first).

    Raises:
      ValueError: if ``output_size`` does not fit the rank, or is not positive.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.adaptive_pooling import adaptive_average_pool
      >>> adaptive_average_pool(jnp.arange(5.0).reshape(1, 5, 1), 2).ravel().tolist()
      [1.0, 3.0]
    """

    def mean(windows: jax.Array, kept: np.ndarray, axis: int) -> jax.Array:
        # Means, axis after axis, are the mean over the window, for all parts of a window have the same size.
        return jnp.sum(jnp.where(kept, windows, 0), axis) / jnp.asarray(kept.sum(axis, dtype=np.int32), x.dtype)

    return _pool(x, output_size, data_format, mean)


def adaptive_max_pool(x: jax.Array, output_size: int | Sequence[int], data_format: str = "channels_last") -> jax.Array:
    """The largest value of each window; the windows are those of `adaptive_average_pool`.

    Args:
      x: ``[n, *spatial, channels]`` (``[n, channels, *spatial]`` for channels_first), floating point.
      output_size: windows along each spatial axis, one int or one per axis.
      data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
      ``[n, *output_size, channels]`` (or channels first).

    Raises:
      ValueError: if ``output_size`` does not fit the rank, or is not positive.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.adaptive_pooling import adaptive_max_pool
      >>> adaptive_max_pool(jnp.arange(5.0).reshape(1, 5, 1), 2).ravel().tolist()
      [2.0, 4.0]
    """
    return _pool(x, output_size, data_format, lambda windows, kept, axis: jnp.max(windows, axis))


def _pool(x: jax.Array, output_size: int | Sequence[int], data_format: str, reduce) -> jax.Array:
    sizes = per_axis("output_size", output_size, x.ndim - 2)

    def pool(x: jax.Array) -> jax.Array:
        for axis, (size, count) in enumerate(zip(x.shape[1:-1], sizes, strict=True), start=1):
            if count < 1 or size < 1:
                raise ValueError(
                    f"Adaptive pooling makes 1 or more windows; output_size asks for {count} of {size} positions."
                )
            starts = np.arange(count) * size // count
            stops = -(-np.arange(1, count + 1) * size // count)
            places = starts[:, None] + np.arange((stops - starts).max())
            kept = places < stops[:, None]
            # What is beyond a window's end repeats its last position: no maximum changes, and `kept` saves the mean.
            windows = jnp.take(x, np.minimum(places, stops[:, None] - 1), axis=axis)
            x = reduce(windows, kept.reshape((*kept.shape, *(1,) * (x.ndim - axis - 1))), axis + 1 - windows.ndim)
        return x

    return with_channels_last(pool, x, data_format)
