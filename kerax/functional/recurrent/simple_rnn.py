"""The fully connected recurrence over time."""

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


def simple_rnn_step(
    x: jax.Array,
    h: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    activation: Activation | None = jnp.tanh,
    input_mask: jax.Array | None = None,
    recurrent_mask: jax.Array | None = None,
) -> jax.Array:
    """One step of a fully connected recurrence: `h' = activation(x W + b + h U)`.

    Args:
        x: inputs [batch, n].
        h: previous output [batch, units].
        kernel: W [n, units].
        recurrent_kernel: U [units, units].
        bias: b [units] or None.
        activation: function of the sum; None for none.
        input_mask: dropout mask [batch, n] or None.
        recurrent_mask: dropout mask [batch, units] or None.

    Returns:
        h' [batch, units].

    >>> import jax.numpy as jnp
    >>> from kerax.functional.recurrent import simple_rnn_step
    >>> simple_rnn_step(jnp.ones((2, 3)), jnp.zeros((2, 4)), jnp.ones((3, 4)), jnp.ones((4, 4))).shape
    (2, 4)
    """
    x = x if input_mask is None else x * input_mask
    h = h if recurrent_mask is None else h * recurrent_mask
    z = x @ kernel + h @ recurrent_kernel
    if bias is not None:
        z = z + bias
    return z if activation is None else activation(z)


def simple_rnn(
    x: jax.Array,
    h: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    activation: Activation = jnp.tanh,
    mask: jax.Array | None = None,
    return_sequences: bool = False,
    go_backwards: bool = False,
    unroll: int | bool = False,
    zero_output_for_mask: bool = False,
    hoist: bool | None = None,
) -> tuple[jax.Array, tuple[jax.Array]]:
    """Fully connected recurrence over a batch of sequences; `simple_rnn_step` gives the formula of a step.

    Args:
        x: inputs [batch, time, n].
        h: initial output [batch, units].
        kernel: W [n, units].
        recurrent_kernel: U [units, units].
        bias: b [units] or None.
        activation: function of the sum.
        mask: [batch, time] (or [batch, time, k]: a step counts if any of its k flags does); a masked step keeps the
            state and repeats the previous output.
        return_sequences: return every output instead of the last.
        go_backwards: process the last step first; outputs come in the order of processing.
        unroll: False for a loop, True to write out all steps, a number to write out that many in each turn.
        zero_output_for_mask: masked steps give zeros instead of the previous output.
        hoist: multiply all inputs by the kernel before the loop; None chooses by the kind of device.

    Returns:
        (outputs [batch, time, units] or [batch, units], (h,) after the last step).

    >>> import jax.numpy as jnp
    >>> from kerax.functional.recurrent import simple_rnn
    >>> y, (h,) = simple_rnn(jnp.ones((2, 5, 3)), jnp.zeros((2, 4)), jnp.ones((3, 4)), jnp.ones((4, 4)))
    >>> y.shape, h.shape
    ((2, 4), (2, 4))
    """
    hoist = hoist_input_projection() if hoist is None else hoist
    options = Options(activation, activation, return_sequences, hoist, unroll)
    steps = mask_to_time_major(mask, go_backwards)
    arguments = (to_time_major(x, go_backwards), steps, h, kernel, recurrent_kernel, bias)
    loop = _simple_rnn if elementwise_derivative(activation) else _forward
    hidden, h = run_loop(loop, options, *arguments)
    return finish(hidden, h, steps, zero_output_for_mask), (h,)


def _forward(options: Options, x, steps, h, kernel, recurrent_kernel, bias, coefficients: bool = False):
    """The loop; with `coefficients` also what its derivative multiplies by."""
    if options.hoist:
        source = product(x, kernel) if bias is None else product(x, kernel) + bias
        weights = recurrent_kernel
    else:
        source, weights = x, jnp.concatenate([kernel, recurrent_kernel], axis=0)

    def step(h, now):
        x, mask = now
        rows = h if options.hoist else join(x, h)
        z = rows @ weights
        if options.hoist:
            z = x + z
        elif bias is not None:
            z = z + bias
        y = options.activation(z)
        saved = (rows, elementwise_derivative(options.activation)(z, y)) if coefficients else None
        h = keep(mask, y, h)
        return h, (h if options.sequences else None, saved)

    h, (hidden, saved) = lax.scan(step, h, (source, steps), unroll=options.unroll)
    return (hidden, h, saved) if coefficients else (hidden, h)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0,))
def _simple_rnn(options: Options, x, steps, h, kernel, recurrent_kernel, bias):
    return _forward(options, x, steps, h, kernel, recurrent_kernel, bias)


def _simple_rnn_jvp(options: Options, primals, tangents):
    """`dh' = activation'(z) * (t + dh U)`, with the part t due to inputs and weights taken out of the loop."""
    x, steps, h, kernel, recurrent_kernel, bias = primals
    dx, _, dh, d_kernel, d_recurrent, d_bias = tangents
    hidden, h_last, (rows, slopes) = _forward(options, *primals, coefficients=True)
    pairs = [(dx, kernel)]
    if options.hoist:
        pairs += [(x, d_kernel), (rows, d_recurrent)]
    elif not (is_zero(d_kernel) and is_zero(d_recurrent)):
        both = [dense_tangent(d_kernel, kernel), dense_tangent(d_recurrent, recurrent_kernel)]
        pairs.append((rows, jnp.concatenate(both, axis=0)))
    if bias is not None:
        pairs.append((None, d_bias))
    outside = weight_terms(pairs, slopes)

    def step(dh, outside, factors):
        slopes, mask = factors
        dh = keep(mask, slopes * (outside + dh @ recurrent_kernel), dh)
        return dh, dh if options.sequences else None

    dh, d_hidden = linear_scan(step, dense_tangent(dh, h), outside, (slopes, steps), options.unroll)
    return (hidden, h_last), (d_hidden, dh)


_simple_rnn.defjvp(_simple_rnn_jvp, symbolic_zeros=True)
