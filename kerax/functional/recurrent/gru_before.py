"""The GRU whose reset gate acts before the recurrent product, with its derivative."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax

from kerax.functional.recurrent.gates import (
    Options,
    dense_tangent,
    elementwise_derivative,
    is_zero,
    join,
    keep,
    linear_scan,
    product,
    weight_terms,
)


def forward(options: Options, x, steps, h, kernel, recurrent_kernel, bias, coefficients: bool = False):
    """The loop over x [time, batch, n]; with `coefficients` also what its derivative multiplies by."""
    inner, gate = options.activation, options.recurrent_activation
    units = h.shape[-1]
    gates, last = recurrent_kernel[:, : 2 * units], recurrent_kernel[:, 2 * units :]
    source = x
    if options.hoist:
        source = product(x, kernel) if bias is None else product(x, kernel) + bias

    def step(h, now):
        x, mask = now
        a = x
        if not options.hoist:
            a = x @ kernel
            a = a if bias is None else a + bias
        sums = a[..., : 2 * units] + h @ gates
        z, r = jnp.split(gate(sums), 2, axis=-1)
        reset = r * h
        s_h = a[..., 2 * units :] + reset @ last
        candidate = inner(s_h)
        saved = None
        if coefficients:
            d_inner, d_gate = elementwise_derivative(inner), elementwise_derivative(gate)
            slopes = join(h - candidate, h) * d_gate(sums, join(z, r))
            saved = h, reset, slopes, (1 - z) * d_inner(s_h, candidate), r, z
        h = keep(mask, z * h + (1 - z) * candidate, h)
        return h, (h if options.sequences else None, saved)

    h, (hidden, saved) = lax.scan(step, h, (source, steps), unroll=options.unroll)
    return (hidden, h, saved) if coefficients else (hidden, h)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def loop(options: Options, x, steps, h, kernel, recurrent_kernel, bias):
    """`forward` with the derivative rule below."""
    return forward(options, x, steps, h, kernel, recurrent_kernel, bias)


def _loop_jvp(options: Options, primals, tangents):
    """Derivative of the whole loop; the parts due to inputs and weights stay outside it.

    `dz', dr' = t + dh U`, `dh' = z dh + (h - n) gate' dz' + (1 - z) activation' (t_h + (dr' gate' h + r dh) U_h)`.
    """
    x, steps, h, kernel, recurrent_kernel, bias = primals
    dx, _, dh, d_kernel, d_recurrent, d_bias = tangents
    hidden, h_last, (before, reset, slopes, slope_h, r, z) = forward(options, *primals, coefficients=True)
    units = h.shape[-1]
    gates, last = recurrent_kernel[:, : 2 * units], recurrent_kernel[:, 2 * units :]
    pairs = [(dx, kernel), (x, d_kernel)] + ([] if bias is None else [(None, d_bias)])
    outside = weight_terms(pairs, join(slopes, slope_h))
    if not is_zero(d_recurrent):
        gates_part = product(before, d_recurrent[:, : 2 * units])
        outside = outside + join(gates_part, product(reset, d_recurrent[:, 2 * units :]))

    def step(dh, outside, factors):
        slopes, slope_h, r, z, mask = factors
        d_z, d_reset = jnp.split(slopes * (outside[..., : 2 * units] + dh @ gates), 2, axis=-1)
        d_candidate = outside[..., 2 * units :] + (d_reset + r * dh) @ last
        dh = keep(mask, z * dh + d_z + slope_h * d_candidate, dh)
        return dh, dh if options.sequences else None

    factors = (slopes, slope_h, r, z, steps)
    dh, d_hidden = linear_scan(step, dense_tangent(dh, h), outside, factors, options.unroll)
    return (hidden, h_last), (d_hidden, dh)


loop.defjvp(_loop_jvp, symbolic_zeros=True)
