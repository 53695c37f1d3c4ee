"""Long short-term memory over time."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax

from kerax.functional.recurrent.gates import (
    Activation,
    Options,
    dense_tangent,
    elementwise_derivative,
    finish,
    hoist_input_projection,
    is_zero,
    join,
    keep,
    linear_scan,
    mask_to_time_major,
    product,
    run_loop,
    to_time_major,
    weight_terms,
)


def lstm_step(
    x: jax.Array,
    h: jax.Array,
    c: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    activation: Activation = jnp.tanh,
    recurrent_activation: Activation = jax.nn.sigmoid,
    input_masks: list[jax.Array] | None = None,
    recurrent_masks: list[jax.Array] | None = None,
) -> tuple[jax.Array, jax.Array]:
    """One step of an LSTM (Hochreiter & Schmidhuber 1997, with Gers' forget gate).

    With gates in the order i, f, g, o along the last axis of the weights:
    `z = x W + h U + b; c' = f * c + i * g; h' = o * activation(c')`.

    Args:
        x: inputs [batch, n].
        h: previous output [batch, units].
        c: previous carry [batch, units].
        kernel: W [n, 4 * units].
        recurrent_kernel: U [units, 4 * units].
        bias: b [4 * units] or None.
        activation: for the candidate g and the carry.
        recurrent_activation: for the gates i, f, o.
        input_masks: four dropout masks [batch, n], one for each gate, or None.
        recurrent_masks: four dropout masks [batch, units], one for each gate, or None.

    Returns:
        (h', c'), each [batch, units].

    >>> import jax.numpy as jnp
    >>> from kerax.functional.recurrent import lstm_step
    >>> h, c = lstm_step(jnp.ones((2, 3)), jnp.zeros((2, 4)), jnp.zeros((2, 4)), jnp.ones((3, 16)), jnp.ones((4, 16)))
    >>> h.shape, c.shape
    ((2, 4), (2, 4))
    """
    z = gate_sums(x, kernel, 4, input_masks) + gate_sums(h, recurrent_kernel, 4, recurrent_masks)
    if bias is not None:
        z = z + bias
    i, f, g, o = jnp.split(z, 4, axis=-1)
    c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
    return recurrent_activation(o) * activation(c), c


def gate_sums(x: jax.Array, kernel: jax.Array, gates: int, masks: list[jax.Array] | None) -> jax.Array:
    """`x @ kernel`, or, with a dropout mask for each gate, every gate's block of the kernel on its own masked x.

    Args:
        x: [batch, n].
        kernel: [n, gates * units].
        gates: number of blocks along the kernel's last axis.
        masks: `gates` arrays [batch, n], or None.

    Returns:
        [batch, gates * units].
    """
    if masks is None:
        return x @ kernel
    return join(*(x * mask @ block for mask, block in zip(masks, jnp.split(kernel, gates, axis=-1), strict=True)))


def lstm(
    x: jax.Array,
    h: jax.Array,
    c: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    activation: Activation = jnp.tanh,
    recurrent_activation: Activation = jax.nn.sigmoid,
    mask: jax.Array | None = None,
    return_sequences: bool = False,
    go_backwards: bool = False,
    unroll: int | bool = False,
    zero_output_for_mask: bool = False,
    hoist: bool | None = None,
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    """LSTM over a batch of sequences; `lstm_step` gives the formula of a step.

    Args:
        x: inputs [batch, time, n].
        h: initial output [batch, units].
        c: initial carry [batch, units].
        kernel: W [n, 4 * units], gates in the order i, f, g, o.
        recurrent_kernel: U [units, 4 * units].
        bias: b [4 * units] or None.
        activation: for the candidate and the carry.
        recurrent_activation: for the three gates.
        mask: [batch, time] (or [batch, time, k]: a step counts if any of its k flags does); a masked step keeps the
            state and repeats the previous output.
        return_sequences: return every output instead of the last.
        go_backwards: process the last step first; outputs come in the order of processing.
        unroll: False for a loop, True to write out all steps, a number to write out that many in each turn.
        zero_output_for_mask: masked steps give zeros instead of the previous output.
        hoist: multiply all inputs by the kernel before the loop; None chooses by the kind of device.

    Returns:
        (outputs [batch, time, units] or [batch, units], (h, c) after the last step).

    >>> import jax.numpy as jnp
    >>> from kerax.functional.recurrent import lstm
    >>> zero = jnp.zeros((2, 4))
    >>> y, (h, c) = lstm(jnp.ones((2, 5, 3)), zero, zero, jnp.ones((3, 16)), jnp.ones((4, 16)), return_sequences=True)
    >>> y.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    hoist = hoist_input_projection() if hoist is None else hoist
    options = Options(activation, recurrent_activation, return_sequences, hoist, unroll)
    known = elementwise_derivative(activation) and elementwise_derivative(recurrent_activation)
    steps = mask_to_time_major(mask, go_backwards)
    arguments = (to_time_major(x, go_backwards), steps, h, c, kernel, recurrent_kernel, bias)
    hidden, h, c = run_loop(_lstm if known else _forward, options, *arguments)
    return finish(hidden, h, steps, zero_output_for_mask), (h, c)


def _forward(options: Options, x, steps, h, c, kernel, recurrent_kernel, bias, coefficients: bool = False):
    """The loop; with `coefficients` also what its derivative multiplies by."""
    inner, gate = options.activation, options.recurrent_activation
    if options.hoist:
        source = product(x, kernel) if bias is None else product(x, kernel) + bias
        weights = recurrent_kernel
    else:
        source, weights = x, jnp.concatenate([kernel, recurrent_kernel], axis=0)

    def step(state, now):
        h, c = state
        x, mask = now
        rows = h if options.hoist else join(x, h)
        z = rows @ weights
        if options.hoist:
            z = x + z
        elif bias is not None:
            z = z + bias
        zi, zf, zg, zo = jnp.split(z, 4, axis=-1)
        i, f, g, o = gate(zi), gate(zf), inner(zg), gate(zo)
        c_new = f * c + i * g
        t = inner(c_new)
        h_new = o * t
        new = keep(mask, h_new, h), keep(mask, c_new, c)
        saved = None
        if coefficients:
            d_inner, d_gate = elementwise_derivative(inner), elementwise_derivative(gate)
            slopes = join(g * d_gate(zi, i), c * d_gate(zf, f), i * d_inner(zg, g), t * d_gate(zo, o))
            saved = rows, slopes, o * d_inner(c_new, t), f
        return new, (new[0] if options.sequences else None, saved)

    (h, c), (hidden, saved) = lax.scan(step, (h, c), (source, steps), unroll=options.unroll)
    return (hidden, h, c, saved) if coefficients else (hidden, h, c)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _lstm(options: Options, x, steps, h, c, kernel, recurrent_kernel, bias):
    return _forward(options, x, steps, h, c, kernel, recurrent_kernel, bias)


def _lstm_jvp(options: Options, primals, tangents):
    """Derivative of the whole loop.

    The tangent of a step is `dz = t + dh U`, where t (the part due to the inputs and the weights) needs no
    recurrence. Taking t out of the loop makes its transpose, the weights' gradient, ONE product over all steps
    instead of a [n + units, 4 * units] sum in every step. Being linear in the tangents, the rule serves forward
    mode, reverse mode and higher derivatives alike.
    """
    x, steps, h, c, kernel, recurrent_kernel, bias = primals
    dx, _, dh, dc, d_kernel, d_recurrent, d_bias = tangents
    hidden, h_last, c_last, (rows, slopes, slope_h, forget) = _forward(options, *primals, coefficients=True)
    pairs = [(dx, kernel)]
    if options.hoist:
        pairs += [(x, d_kernel), (rows, d_recurrent)]
    elif not (is_zero(d_kernel) and is_zero(d_recurrent)):
        both = [dense_tangent(d_kernel, kernel), dense_tangent(d_recurrent, recurrent_kernel)]
        pairs.append((rows, jnp.concatenate(both, axis=0)))
    if bias is not None:
        pairs.append((None, d_bias))
    outside = weight_terms(pairs, slopes)

    def step(state, outside, factors):
        dh, dc = state
        slopes, slope_h, forget, mask = factors
        di, df, dg, do = jnp.split((outside + dh @ recurrent_kernel) * slopes, 4, axis=-1)
        dc_new = forget * dc + di + df + dg
        dh_new = slope_h * dc_new + do
        new = keep(mask, dh_new, dh), keep(mask, dc_new, dc)
        return new, new[0] if options.sequences else None

    start = dense_tangent(dh, h), dense_tangent(dc, c)
    factors = (slopes, slope_h, forget, steps)
    (dh, dc), d_hidden = linear_scan(step, start, outside, factors, options.unroll)
    return (hidden, h_last, c_last), (d_hidden, dh, dc)


_lstm.defjvp(_lstm_jvp, symbolic_zeros=True)
