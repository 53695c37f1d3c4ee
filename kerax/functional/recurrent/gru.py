"""Gated recurrent unit over time."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from kerax.functional.recurrent import gru_after, gru_before
from kerax.functional.recurrent.gates import (
    Activation,
    Options,
    elementwise_derivative,
    finish,
    hoist_input_projection,
    mask_to_time_major,
    run_loop,
    to_time_major,
)
from kerax.functional.recurrent.lstm import gate_sums


def split_bias(bias: jax.Array | None, reset_after: bool) -> tuple[jax.Array | None, jax.Array | None]:
    """(input bias, recurrent bias) from a GRU's bias: [2, 3 * units] for `reset_after`, else [3 * units]."""
    if bias is None or not reset_after:
        return bias, None
    return bias[0], bias[1]


def gru_step(
    x: jax.Array,
    h: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    activation: Activation = jnp.tanh,
    recurrent_activation: Activation = jax.nn.sigmoid,
    reset_after: bool = True,
    input_masks: list[jax.Array] | None = None,
    recurrent_masks: list[jax.Array] | None = None,
) -> jax.Array:
    """One step of a GRU (Cho et al. 2014), gates in the order z (update), r (reset), h (candidate).

    With `a = x W + b` and `z = gate(a_z + h U_z)`, `r = gate(a_r + h U_r)`:
    candidate `n = activation(a_h + r * (h U_h + b'_h))` for `reset_after` (the form of cuDNN, where U has a bias b' of
    its own), else `n = activation(a_h + (r * h) U_h)`; then `h' = z * h + (1 - z) * n`.

    Args:
        x: inputs [batch, n].
        h: previous output [batch, units].
        kernel: W [n, 3 * units].
        recurrent_kernel: U [units, 3 * units].
        bias: [2, 3 * units] (b and b') with `reset_after`, else [3 * units]; or None.
        activation: for the candidate.
        recurrent_activation: for the two gates.
        reset_after: apply the reset gate after the product with U_h instead of before.
        input_masks: three dropout masks [batch, n], one for each gate, or None.
        recurrent_masks: three dropout masks [batch, units], one for each gate, or None.

    Returns:
        h' [batch, units].

    >>> import jax.numpy as jnp
    >>> from kerax.functional.recurrent import gru_step
    >>> gru_step(jnp.ones((2, 3)), jnp.zeros((2, 4)), jnp.ones((3, 12)), jnp.ones((4, 12)), jnp.ones((2, 12))).shape
    (2, 4)
    """
    bias, recurrent_bias = split_bias(bias, reset_after)
    a = gate_sums(x, kernel, 3, input_masks)
    if bias is not None:
        a = a + bias
    a_z, a_r, a_h = jnp.split(a, 3, axis=-1)
    if reset_after:
        inner = gate_sums(h, recurrent_kernel, 3, recurrent_masks)
        if recurrent_bias is not None:
            inner = inner + recurrent_bias
        u_z, u_r, u_h = jnp.split(inner, 3, axis=-1)
        z, r = recurrent_activation(a_z + u_z), recurrent_activation(a_r + u_r)
        candidate = activation(a_h + r * u_h)
    else:
        units = h.shape[-1]
        gates, last = recurrent_kernel[:, : 2 * units], recurrent_kernel[:, 2 * units :]
        masks = recurrent_masks
        u_z, u_r = jnp.split(gate_sums(h, gates, 2, None if masks is None else masks[:2]), 2, axis=-1)
        z, r = recurrent_activation(a_z + u_z), recurrent_activation(a_r + u_r)
        reset = r * (h if masks is None else h * masks[2])
        candidate = activation(a_h + reset @ last)
    return z * h + (1 - z) * candidate


def gru(
    x: jax.Array,
    h: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None = None,
    *,
    activation: Activation = jnp.tanh,
    recurrent_activation: Activation = jax.nn.sigmoid,
    reset_after: bool = True,
    mask: jax.Array | None = None,
    return_sequences: bool = False,
    go_backwards: bool = False,
    unroll: int | bool = False,
    zero_output_for_mask: bool = False,
    hoist: bool | None = None,
) -> tuple[jax.Array, tuple[jax.Array]]:
    """GRU over a batch of sequences; `gru_step` gives the formula of a step.

    Args:
        x: inputs [batch, time, n].
        h: initial output [batch, units].
        kernel: W [n, 3 * units], gates in the order z, r, h.
        recurrent_kernel: U [units, 3 * units].
        bias: [2, 3 * units] with `reset_after`, else [3 * units]; or None.
        activation: for the candidate.
        recurrent_activation: for the two gates.
        reset_after: apply the reset gate after the product with U_h instead of before.
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
    >>> from kerax.functional.recurrent import gru
    >>> kernel, recurrent_kernel = jnp.ones((3, 12)), jnp.ones((4, 12))
    >>> y, (h,) = gru(jnp.ones((2, 5, 3)), jnp.zeros((2, 4)), kernel, recurrent_kernel, return_sequences=True)
    >>> y.shape, h.shape
    ((2, 5, 4), (2, 4))
    """
    hoist = hoist_input_projection() if hoist is None else hoist
    options = Options(activation, recurrent_activation, return_sequences, hoist, unroll)
    known = elementwise_derivative(activation) and elementwise_derivative(recurrent_activation)
    steps = mask_to_time_major(mask, go_backwards)
    variant = gru_after if reset_after else gru_before
    biases = split_bias(bias, reset_after) if reset_after else (bias,)
    arguments = (to_time_major(x, go_backwards), steps, h, kernel, recurrent_kernel, *biases)
    hidden, h = run_loop(variant.loop if known else variant.forward, options, *arguments)
    return finish(hidden, h, steps, zero_output_for_mask), (h,)
