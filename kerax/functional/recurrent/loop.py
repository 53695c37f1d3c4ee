"""Any cell over time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from kerax.functional.recurrent.gates import mask_to_time_major, to_time_major

Tree = Any


def rnn(
    step_function: Callable[[Tree, Tree], tuple[Tree, Tree]],
    inputs: Tree,
    initial_states: Tree,
    *,
    go_backwards: bool = False,
    mask: jax.Array | None = None,
    unroll: int | bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
    initial_output: Tree = None,
    merge_states: Callable[[Tree, Tree, Callable], Tree] | None = None,
) -> tuple[Tree, Tree, Tree]:
    """Run a step function along the time axis.

    Args:
        step_function: maps (inputs of one step [batch, ...], states) to (output, new states); the new states have
            the structure, shapes and dtypes of the old ones.
        inputs: array or structure of arrays [batch, time, ...].
        initial_states: structure of arrays [batch, ...].
        go_backwards: process the last step first; outputs come in the order of processing.
        mask: [batch, time] (or [batch, time, k]: a step counts if any of its k flags does). A masked step keeps the
            states and repeats the previous output.
        unroll: False for a loop, True to write out all steps, a number to write out that many in each turn.
        zero_output_for_mask: masked steps give zeros instead of the previous output.
        return_all_outputs: keep every output, else only the last.
        initial_output: what a masked step repeats where no step came before it; None for zeros. A leaf whose shape
            is not the output's counts as zeros.
        merge_states: the states after a step that may be masked, `merge_states(new, old, choose)` with
            `choose(new_leaf, old_leaf)`; None chooses every leaf.

    Returns:
        (last output, outputs [batch, time, ...] or None, states after the last step).

    >>> import jax.numpy as jnp
    >>> from kerax.functional.recurrent import rnn
    >>> last, outputs, total = rnn(lambda x, s: (s + x, s + x), jnp.ones((2, 3, 1)), jnp.zeros((2, 1)))
    >>> outputs[0, :, 0].tolist()
    [1.0, 2.0, 3.0]
    """
    source = jax.tree.map(lambda x: to_time_major(x, go_backwards), inputs)
    steps = mask_to_time_major(mask, go_backwards)
    first = jax.tree.map(lambda x: x[0], source)
    shapes = jax.eval_shape(step_function, first, initial_states)[0]
    # The output of a step is a state only where something needs it: a mask that repeats it, or a lone last output.
    repeats = steps is not None and not zero_output_for_mask
    start = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shapes)
    if repeats and initial_output is not None and jax.tree.structure(initial_output) == jax.tree.structure(shapes):
        start = jax.tree.map(
            lambda zero, given: given.astype(zero.dtype) if given.shape == zero.shape else zero, start, initial_output
        )

    merge = merge_states or (lambda new, old, choose: jax.tree.map(choose, new, old))

    def step(carry, now):
        states, previous = carry
        x, mask = now
        output, new_states = step_function(x, states)
        if mask is not None:
            choose = functools.partial(_where, mask)
            new_states = merge(new_states, states, choose)
            output = jax.tree.map(
                lambda new, old: _where(mask, new, old if repeats else jnp.zeros_like(new)), output, previous
            )
        return (new_states, output), output if return_all_outputs else None

    (states, last), outputs = lax.scan(step, (initial_states, start), (source, steps), unroll=unroll)
    outputs = jax.tree.map(lambda y: jnp.swapaxes(y, 0, 1), outputs) if return_all_outputs else None
    return last, outputs, states


def _where(mask: jax.Array, new: jax.Array, old: jax.Array) -> jax.Array:
    """Choose by a [batch, 1] mask for arrays of any rank."""
    return jnp.where(mask.reshape(mask.shape[:1] + (1,) * (new.ndim - 1)), new, old)
