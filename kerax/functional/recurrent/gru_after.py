"""The GRU whose reset gate acts after the recurrent product, with its derivative."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax

from kerax.functional.recurrent.gates import (
    Options,
    dense_tangent,
    elementwise_derivative,
    join,
    keep,
    linear_scan,
    product,
    weight_terms,
)


def forward(options: Options, x, steps, h, kernel, recurrent_kernel, bias, recurrent_bias, coefficients: bool = False):
    """The loop over x [time, batch, n]; with `coefficients` also what its derivative multiplies by."""
    inner, gate = options.activation, options.recurrent_activation
    source = x
    if options.hoist:
        source = product(x, kernel) if bias is None else product(x, kernel) + bias

    def step(h, now):
        x, mask = now
        a = x
        if not options.hoist:
            a = x @ kernel
            a = a if bias is None else a + bias
        u = h @ recurrent_kernel
        u = u if recurrent_bias is None else u + recurrent_bias
        a_z, a_r, a_h = jnp.split(a, 3, axis=-1)
        u_z, u_r, u_h = jnp.split(u, 3, axis=-1)
        s_z, s_r = a_z + u_z, a_r + u_r
        z, r = gate(s_z), gate(s_r)
        s_h = a_h + r * u_h
        candidate = inner(s_h)
        saved = None
        if coefficients:
            d_inner, d_gate = elementwise_derivative(inner), elementwise_derivative(gate)
            slope_h = (1 - z) * d_inner(s_h, candidate)
            slope_z = (h - candidate) * d_gate(s_z, z)
            slope_r = slope_h * u_h * d_gate(s_r, r)
            saved = h, join(slope_z, slope_r, slope_h * r), slope_h, z
        h = keep(mask, z * h + (1 - z) * candidate, h)
        return h, (h if options.sequences else None, saved)

    h, (hidden, saved) = lax.scan(step, h, (source, steps), unroll=options.unroll)
    return (hidden, h, saved) if coefficients else (hidden, h)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def loop(options: Options, x, steps, h, kernel, recurrent_kernel, bias, recurrent_bias):
    """`forward` with the derivative rule below."""
    return forward(options, x, steps, h, kernel, recurrent_kernel, bias, recurrent_bias)


def _loop_jvp(options: Options, primals, tangents):
    """Derivative of the whole loop: `dh' = z dh + sum over gates of slope * (dh U) + t`.

    The part t due to inputs and weights needs no recurrence and stays outside the loop, so that the weights'
    gradients are single products over all steps.
    """
    x, steps, h, kernel, recurrent_kernel, bias, recurrent_bias = primals
    dx, _, dh, d_kernel, d_recurrent, d_bias, d_recurrent_bias = tangents
    hidden, h_last, (before, slopes_u, slope_h, keep_rate) = forward(options, *primals, coefficients=True)
    units = h.shape[-1]
    slopes_a = join(slopes_u[..., : 2 * units], slope_h)
    pairs_a = [(dx, kernel), (x, d_kernel)] + ([] if bias is None else [(None, d_bias)])
    pairs_u = [(before, d_recurrent)] + ([] if recurrent_bias is None else [(None, d_recurrent_bias)])
    parts = slopes_a * weight_terms(pairs_a, slopes_a) + slopes_u * weight_terms(pairs_u, slopes_u)
    outside = sum(jnp.split(parts, 3, axis=-1))

    def step(dh, outside, factors):
        slopes, keep_rate, mask = factors
        d_z, d_r, d_h = jnp.split(slopes * (dh @ recurrent_kernel), 3, axis=-1)
        dh = keep(mask, keep_rate * dh + d_z + d_r + d_h + outside, dh)
        return dh, dh if options.sequences else None

    dh, d_hidden = linear_scan(step, dense_tangent(dh, h), outside, (slopes_u, keep_rate, steps), options.unroll)
    return (hidden, h_last), (d_hidden, dh)


loop.defjvp(_loop_jvp, symbolic_zeros=True)
