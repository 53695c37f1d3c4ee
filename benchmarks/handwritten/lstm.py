"""An LSTM (last output only) in several forms. Gates in Keras's order: input, forget, cell, output.

z = x_t W + h U + b;  c' = sigmoid(z_f) c + sigmoid(z_i) tanh(z_c);  h' = sigmoid(z_o) tanh(c').
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

GATES = 4


def _sigmoid(z: jax.Array) -> jax.Array:
    # One tanh instead of an exponential and a division: sigmoid(z) = (1 + tanh(z / 2)) / 2.
    return 0.5 * jnp.tanh(0.5 * z) + 0.5


def _cell(z: jax.Array, c: jax.Array) -> tuple[jax.Array, jax.Array]:
    i, f, g, o = jnp.split(z, GATES, -1)
    c = _sigmoid(f) * c + _sigmoid(i) * jnp.tanh(g)
    return _sigmoid(o) * jnp.tanh(c), c


def lstm_plain(x: jax.Array, w: jax.Array, u: jax.Array, b: jax.Array, unroll: int = 1) -> jax.Array:
    """Both products inside the cell; gradients by autodiff."""

    def body(carry, xt):
        h, c = carry
        return _cell(xt @ w + h @ u + b, c), None

    zeros = jnp.zeros((x.shape[0], u.shape[0]), x.dtype)
    return lax.scan(body, (zeros, zeros), x.swapaxes(0, 1), unroll=unroll)[0][0]


def lstm_hoisted(x: jax.Array, w: jax.Array, u: jax.Array, b: jax.Array, unroll: int = 1) -> jax.Array:
    """The input's product for all times before the loop; gradients by autodiff."""
    xs = x.swapaxes(0, 1)
    projected = (xs.reshape(-1, xs.shape[-1]) @ w + b).reshape(*xs.shape[:2], -1)

    def body(carry, z):
        h, c = carry
        return _cell(z + h @ u, c), None

    zeros = jnp.zeros((x.shape[0], u.shape[0]), x.dtype)
    return lax.scan(body, (zeros, zeros), projected, unroll=unroll)[0][0]


@partial(jax.custom_vjp, nondiff_argnums=(4, 5))
def lstm_late_gradients(x, w, u, b, hoist: bool = False, unroll: int = 1) -> jax.Array:
    """The backward loop only carries dh and dc and keeps dz; each weight's gradient is one product after the loop.

    Args:
        x: (batch, time, features).
        w: (features, 4 * units).
        u: (units, 4 * units).
        b: (4 * units,).
        hoist: input product for all times before the loop instead of inside it.
        unroll: times per loop turn.
    """
    return _late_forward(x, w, u, b, hoist, unroll)[0]


def _late_forward(x, w, u, b, hoist, unroll):
    xs = x.swapaxes(0, 1)
    units = u.shape[0]
    times = (xs.reshape(-1, xs.shape[-1]) @ w + b).reshape(*xs.shape[:2], -1) if hoist else xs

    def body(carry, xt):
        h, c = carry
        z = (xt if hoist else xt @ w + b) + h @ u
        # tanh of everything at once: the three sigmoid gates are halved before and mended after.
        half = jnp.concatenate([jnp.full((2 * units,), 0.5), jnp.ones((units,)), jnp.full((units,), 0.5)]).astype(
            z.dtype
        )
        t = jnp.tanh(z * half)
        gates = t * half + (1.0 - half)
        i, f, g, o = jnp.split(gates, GATES, -1)
        c_new = f * c + i * g
        return (o * jnp.tanh(c_new), c_new), (h, c, gates)

    zeros = jnp.zeros((x.shape[0], units), x.dtype)
    (h, c), kept = lax.scan(body, (zeros, zeros), times, unroll=unroll)
    return h, (xs, w, u, c, kept)


def _late_backward(hoist, unroll, saved, dh):
    xs, w, u, c_last, (hs, cs, gates) = saved
    transposed = u.T

    def body(carry, kept):
        dh, dc, c_new = carry
        c, z = kept
        i, f, g, o = jnp.split(z, GATES, -1)
        t = jnp.tanh(c_new)
        dc = dc + dh * o * (1 - t * t)
        dz = jnp.concatenate(
            [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dh * t * o * (1 - o)], -1
        )
        return (dz @ transposed, dc * f, c), dz

    start = (dh, jnp.zeros_like(dh), c_last)
    _, dz = lax.scan(body, start, (cs, gates), reverse=True, unroll=unroll)
    rows = dz.reshape(-1, dz.shape[-1])
    dw = xs.reshape(-1, xs.shape[-1]).T @ rows
    du = hs.reshape(-1, hs.shape[-1]).T @ rows
    dx = (rows @ w.T).reshape(xs.shape).swapaxes(0, 1)
    return dx, dw, du, rows.sum(0)


lstm_late_gradients.defvjp(_late_forward, _late_backward)


@jax.custom_vjp
def lstm_slopes(x: jax.Array, w: jax.Array, u: jax.Array, b: jax.Array) -> jax.Array:
    """As `lstm_late_gradients`, but the forward loop already keeps what the backward loop multiplies by.

    With E = (dc, dc, dc, dh) side by side, dz = E * slopes: the backward loop has no nonlinearity left.
    """
    return _slopes_forward(x, w, u, b)[0]


def _slopes_forward(x, w, u, b):
    xs, weights = x.swapaxes(0, 1), jnp.concatenate([w, u])

    def body(carry, xt):
        h, c = carry
        rows = jnp.concatenate([xt, h], -1)
        zi, zf, zg, zo = jnp.split(rows @ weights + b, GATES, -1)
        i, f, g, o = _sigmoid(zi), _sigmoid(zf), jnp.tanh(zg), _sigmoid(zo)
        c_new = f * c + i * g
        t = jnp.tanh(c_new)
        slopes = jnp.concatenate([g * i * (1 - i), c * f * (1 - f), i * (1 - g * g), t * o * (1 - o)], -1)
        return (o * t, c_new), (rows, slopes, o * (1 - t * t), f)

    zeros = jnp.zeros((x.shape[0], u.shape[0]), x.dtype)
    (h, _), kept = lax.scan(body, (zeros, zeros), xs)
    return h, (w, u, kept)


def _slopes_backward(saved, dh):
    w, u, (rows, slopes, slope_h, forget) = saved
    transposed = u.T

    def body(carry, kept):
        dh, dc = carry
        slopes, slope_h, f = kept
        dc = dc + dh * slope_h
        dz = jnp.concatenate([dc, dc, dc, dh], -1) * slopes
        return (dz @ transposed, dc * f), dz

    _, dz = lax.scan(body, (dh, jnp.zeros_like(dh)), (slopes, slope_h, forget), reverse=True)
    flat = dz.reshape(-1, dz.shape[-1])
    dw, du = jnp.split(rows.reshape(-1, rows.shape[-1]).T @ flat, [w.shape[0]])
    dx = (flat @ w.T).reshape(*dz.shape[:2], -1).swapaxes(0, 1)
    return dx, dw, du, flat.sum(0)


lstm_slopes.defvjp(_slopes_forward, _slopes_backward)


def _late(hoist: bool, unroll: int) -> Callable[..., jax.Array]:
    return lambda x, w, u, b: lstm_late_gradients(x, w, u, b, hoist, unroll)


FORMS: dict[str, Callable[..., jax.Array]] = {
    "plain": lstm_plain,
    "hoisted": lstm_hoisted,
    "slopes": lstm_slopes,
    **{f"late_{n}": _late(False, n) for n in (1, 2, 4, 10)},
    **{f"late_hoisted_{n}": _late(True, n) for n in (1, 2, 4, 10)},
}
