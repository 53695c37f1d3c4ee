"""2x2 max pooling in several forms (channels last, sizes cut to a multiple of 2 as 'valid' padding does)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

WINDOW = 2


def max_pool_plain(x: jax.Array) -> jax.Array:
    """`lax.reduce_window`; its gradient is a select-and-scatter."""
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, WINDOW, WINDOW, 1), (1, WINDOW, WINDOW, 1), "VALID")


def max_pool_slices(x: jax.Array) -> jax.Array:
    """Maximum of the four strided slices; the gradient is selects and pads. A tie shares the gradient."""
    height, width = x.shape[1] // WINDOW * WINDOW, x.shape[2] // WINDOW * WINDOW
    x = x[:, :height, :width]
    a, b = jnp.maximum(x[:, ::2, ::2], x[:, ::2, 1::2]), jnp.maximum(x[:, 1::2, ::2], x[:, 1::2, 1::2])
    return jnp.maximum(a, b)


def _windows(x: jax.Array) -> jax.Array:
    batch, height, width, channels = x.shape
    rows, columns = height // WINDOW, width // WINDOW
    return x[:, : rows * WINDOW, : columns * WINDOW].reshape(batch, rows, WINDOW, columns, WINDOW, channels)


@jax.custom_vjp
def max_pool_mask(x: jax.Array) -> jax.Array:
    """Maximum over reshaped windows; the gradient goes to the first largest entry of each window, by comparison."""
    return _windows(x).max((2, 4))


def _max_pool_mask_forward(x: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    y = max_pool_mask(x)
    return y, (x, y)


def _max_pool_mask_backward(saved: tuple[jax.Array, jax.Array], g: jax.Array) -> tuple[jax.Array]:
    x, y = saved
    windows = _windows(x)
    taken = jnp.zeros(y.shape, bool)
    rows = []
    for i in range(WINDOW):
        columns = []
        for j in range(WINDOW):
            largest = (windows[:, :, i, :, j] == y) & ~taken
            taken = taken | largest
            columns.append(jnp.where(largest, g, 0.0))
        rows.append(jnp.stack(columns, 3))
    dx = jnp.stack(rows, 2).reshape(x.shape[0], y.shape[1] * WINDOW, y.shape[2] * WINDOW, x.shape[3])
    rest = [(0, 0), (0, x.shape[1] - dx.shape[1]), (0, x.shape[2] - dx.shape[2]), (0, 0)]
    return (jnp.pad(dx, rest),)


max_pool_mask.defvjp(_max_pool_mask_forward, _max_pool_mask_backward)

POOLS = {"plain": max_pool_plain, "slices": max_pool_slices, "mask": max_pool_mask}
