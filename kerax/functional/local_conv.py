"""Convolution with unshared weights: every output position has a kernel of its own."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from kerax.functional.windows import per_axis, with_channels_last


def local_conv(
    x: jax.Array,
    kernel: jax.Array,
    kernel_size: int | Sequence[int],
    strides: int | Sequence[int] = 1,
    data_format: str = "channels_last",
) -> jax.Array:
    """Multiplies the window at every position with that position's own matrix.

    ``y[n, p, o] = sum over taps t and inputs i of x[n, strides * p + t, i] * kernel[p, (t, i), o]``

    Args:
      x: ``[n, *spatial, in]`` (``[n, in, *spatial]`` for channels_first).
      kernel: ``[positions, taps * in, out]``; positions and taps in row-major order. For channels_first the second
        axis counts inputs before taps, as in tf.keras.
      kernel_size: taps, one int or one per spatial axis.
      strides: input positions between windows.
      data_format: ``"channels_last"`` or ``"channels_first"``.

    Returns:
      ``[n, *positions, out]`` (or channels first).

    Raises:
      ValueError: if the kernel is not made for the input's sizes.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.local_conv import local_conv
      >>> local_conv(jnp.ones((1, 4, 2)), jnp.ones((3, 4, 5)), 2).shape
      (1, 3, 5)
    """
    rank = x.ndim - 2
    size, steps = per_axis("kernel_size", kernel_size, rank), per_axis("strides", strides, rank)
    channels_first = data_format == "channels_first"

    def run(x: jax.Array) -> jax.Array:
        places = tuple((n - k) // s + 1 for n, k, s in zip(x.shape[1:-1], size, steps, strict=True))
        inputs = x.shape[-1]
        expected = (math.prod(places), math.prod(size) * inputs)
        if min(places) < 1 or kernel.shape[:2] != expected:
            raise ValueError(
                f"local_conv: inputs of shape {x.shape} with windows of {size} every {steps} need a kernel of shape "
                f"(positions, taps * inputs, outputs) = {(*expected, 'outputs')}, received {kernel.shape}."
            )
        taps = []
        for tap in itertools.product(*map(range, size)):
            ends = [t + (p - 1) * s + 1 for t, p, s in zip(tap, places, steps, strict=True)]
            taps.append(jax.lax.slice(x, (0, *tap, 0), (x.shape[0], *ends, inputs), (1, *steps, 1)))
        axis = -1 if channels_first else -2  # [n, *places, in, taps] or [n, *places, taps, in]
        windows = jnp.stack(taps, axis=axis).reshape((x.shape[0], *expected))
        y = jnp.einsum("npk,pko->npo", windows, kernel)
        return y.reshape((x.shape[0], *places, kernel.shape[-1]))

    return with_channels_last(run, x, data_format)
