"""Loops and branches, by their old ``K.`` names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.backend.recorded import recorded
from kerax.dtypes import requested_dtype
from kerax.functional import recurrent


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """Returns one of two values, by a condition or element by element.

    Args:
      condition: boolean scalar, or array whose axes are the first ones of the values.
      then_expression: array, or function without arguments that returns one.
      else_expression: likewise.

    Raises:
      ValueError: if the condition has more axes than the values.

    Example:
      >>> import kerax
      >>> kerax.backend.switch([True, False], [1.0, 2.0], [3.0, 4.0]).tolist()
      [1.0, 4.0]
    """
    branches = [branch() if callable(branch) else branch for branch in (then_expression, else_expression)]
    return _choose(condition, *branches)


@recorded
def _choose(condition: Any, first: Any, second: Any) -> Any:
    condition, first, second = jnp.asarray(condition), jnp.asarray(first), jnp.asarray(second)
    missing = max(first.ndim, second.ndim) - condition.ndim
    if missing < 0:
        raise ValueError(
            f"K.switch needs a condition of at most as many axes as its values, received shapes {condition.shape} and "
            f"{first.shape}."
        )
    return jnp.where(condition.astype(bool).reshape(condition.shape + (1,) * missing), first, second)


def map_fn(fn: Callable, elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """Applies a function to every element along the first axis.

    Args:
      fn: function of one element.
      elems: array or structure of arrays.
      name: unused.
      dtype: dtype of the results.

    Example:
      >>> import kerax
      >>> kerax.backend.map_fn(lambda x: x + 1, kerax.backend.arange(3)).tolist()
      [1, 2, 3]
    """
    results = jax.lax.map(fn, jax.tree.map(jnp.asarray, elems))
    return results if dtype is None else jax.tree.map(lambda x: x.astype(requested_dtype(dtype)), results)


def foldl(fn: Callable, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Combines the elements along the first axis from first to last: ``fn(so_far, element)``.

    Args:
      fn: function of what was combined so far and an element.
      elems: array.
      initializer: what to begin with; the first element by default.
      name: unused.

    Example:
      >>> import kerax
      >>> int(kerax.backend.foldl(lambda total, x: total * 2 + x, [1, 0, 1]))
      5
    """
    return _fold(fn, elems, initializer, reverse=False)


def foldr(fn: Callable, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Combines the elements along the first axis from last to first: ``fn(so_far, element)``.

    Args:
      fn: function of what was combined so far and an element.
      elems: array.
      initializer: what to begin with; the last element by default.
      name: unused.

    Example:
      >>> import kerax
      >>> int(kerax.backend.foldr(lambda total, x: total * 2 + x, [1, 1, 0]))
      3
    """
    return _fold(fn, elems, initializer, reverse=True)


def _fold(fn: Callable, elems: Any, initializer: Any, reverse: bool) -> Any:
    elements = jnp.asarray(elems)
    if initializer is None:
        if reverse:
            initializer, elements = elements[-1], elements[:-1]
        else:
            initializer, elements = elements[0], elements[1:]
    return jax.lax.scan(lambda total, x: (fn(total, x), None), jnp.asarray(initializer), elements, reverse=reverse)[0]


def rnn(
    step_function: Callable,
    inputs: Any,
    initial_states: Any,
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, Any, Any]:
    """Runs a step function along the time axis.

    Args:
      step_function: maps (inputs of one step, states) to (output, new states); constants come behind the states.
      inputs: (n, time, ...), or (time, n, ...) for ``time_major``.
      initial_states: list of arrays (n, ...).
      go_backwards: whether to process the last step first.
      mask: (n, time) of booleans: a masked step keeps the states and repeats the previous output.
      constants: arrays that every step sees, behind the states.
      unroll: whether to write out all steps.
      input_length: accepted for tf.keras's sake: the inputs say it.
      time_major: whether time is the first axis of inputs and outputs.
      zero_output_for_mask: masked steps give zeros instead of the previous output.
      return_all_outputs: whether to keep every output, or only the last.

    Returns:
      (last output, outputs (n, time, ...), states).

    Example:
      >>> import kerax
      >>> ones, zeros = kerax.backend.ones((1, 3, 1)), kerax.backend.zeros((1, 1))
      >>> kerax.backend.rnn(lambda x, s: (x + s[0], [x + s[0]]), ones, [zeros])[0].tolist()
      [[3.0]]
    """
    behind = list(constants or [])

    def step(x: Any, states: Any) -> Any:
        output, new_states = step_function(x, list(states) + behind)
        return output, list(new_states)

    sequences = jax.tree.map(jnp.asarray, inputs)
    if time_major:
        sequences = jax.tree.map(lambda x: jnp.swapaxes(x, 0, 1), sequences)
    mask = None if mask is None else jnp.asarray(mask)
    if mask is not None and time_major:
        mask = jnp.swapaxes(mask, 0, 1)
    last, outputs, states = recurrent.rnn(
        step,
        sequences,
        [jnp.asarray(state) for state in initial_states],
        go_backwards=go_backwards,
        mask=mask,
        unroll=unroll,
        zero_output_for_mask=zero_output_for_mask,
        return_all_outputs=return_all_outputs,
    )
    if not return_all_outputs:
        outputs = jax.tree.map(lambda y: y[:, None], last)
    if time_major:
        outputs = jax.tree.map(lambda y: jnp.swapaxes(y, 0, 1), outputs)
    return last, outputs, states
