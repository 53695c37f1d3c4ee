"""Running any cell along time: Keras-style cells, with or without weights, state and noise of their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.recurrent import rnn
from kerax.jax_compat import in_trace
from kerax.layers.layer import Layer
from kerax.state import Module, Scope, current_scope, walk
from kerax.state import rng as random_keys


def takes(function: Callable, name: str) -> bool:
    """Whether a function has an argument of that name.

    Example:
        >>> from kerax.layers.rnn.time_loop import takes
        >>> takes(lambda x, training: x, "training")
        True
    """
    return name in inspect.signature(function).parameters


def initial_state_of(cell: Any, batch: Any, dtype: str) -> Any:
    """A cell's first state: what it says itself, else zeros of its ``state_size``.

    Args:
        cell: with ``get_initial_state`` (any of Keras's signatures) or ``state_size``.
        batch: number of sequences, possibly symbolic.
        dtype: of the zeros.

    Returns:
        An array or a nested list of arrays.
    """
    own = getattr(cell, "get_initial_state", None)
    if own is not None:
        known = {"inputs": None, "batch_size": batch, "dtype": dtype}
        return own(**{name: value for name, value in known.items() if takes(own, name)})
    return zeros_of(cell.state_size, batch, dtype)


def zeros_of(size: Any, batch: Any, dtype: str) -> Any:
    """Zeros for a ``state_size``: an integer, or a nested list of them."""
    if hasattr(size, "as_list"):
        return jnp.zeros((batch, *size.as_list()), dtype)
    if isinstance(size, (list, tuple)):
        return [zeros_of(one, batch, dtype) for one in size]
    return jnp.zeros((batch, size), dtype)


def output_size_of(cell: Any) -> Any:
    """A cell's ``output_size``; its first state's size if it has none."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
        while isinstance(size, (list, tuple)):
            size = size[0]
    return size


def call_cell(cell: Any, inputs: Any, states: Any, training: Any, **kwargs: Any) -> tuple[Any, list]:
    """One step of a cell: ``(output, new states as a list)``."""
    function = cell if callable(cell) else cell.call
    if takes(cell.call, "training"):
        kwargs["training"] = training
    output, new_states = function(inputs, states, **kwargs)
    return output, list(new_states) if isinstance(new_states, (list, tuple)) else [new_states]


def run_cell(
    layer_path: str,
    cell: Any,
    inputs: Any,
    states: list,
    *,
    training: Any,
    mask: jax.Array | None,
    return_sequences: bool,
    **options: Any,
) -> tuple[Any, list]:
    """Runs a cell step by step in one loop.

    What the cell's layers write (moving averages) travels through the loop, and noise drawn inside it is fresh in every
    step.

    Args:
        layer_path: of the RNN layer, for messages.
        cell: any Keras-style cell.
        inputs: structure of arrays (batch, time, ...).
        states: initial states.
        training: handed to the cell.
        mask: (batch, time) or None.
        return_sequences: whether all outputs are returned.
        **options: ``go_backwards``, ``unroll``, ``zero_output_for_mask``.

    Returns:
        ``(outputs, states)``.
    """
    entries = walk(cell) if isinstance(cell, Module) else []
    variables = [variable for _, variable, _ in entries if not variable.trainable]
    # A loop that is already traced outside of every functional call has no key to give.
    draws = bool(training) and (_has_key() or not (current_scope() is not None or in_trace()))
    key = random_keys.next_key(layer_path) if draws and isinstance(cell, Layer) else None
    treedef = jax.tree.structure(states)

    def step(x: Any, carry: tuple) -> tuple:
        states, values, time = carry
        with Scope(
            {id(variable): value for variable, value in zip(variables, values, strict=True)},
            key=None if key is None else jax.random.fold_in(key, time),
            training=training,
        ) as scope:
            output, new_states = call_cell(cell, x, states, training)
        if scope.losses:
            raise ValueError(
                f"Layer {layer_path!r}: its cell {type(cell).__name__} adds a loss inside the time loop. Add it to "
                "the layer's output instead, for example with activity_regularizer."
            )
        new_states = _like(new_states, states, treedef, layer_path, cell)
        return output, (new_states, [scope.values[id(variable)] for variable in variables], time + 1)

    carry = (states, [variable.read() for variable in variables], jnp.zeros((), jnp.int32))
    last, outputs, (states, values, _) = rnn(
        step,
        inputs,
        carry,
        mask=mask,
        merge_states=_unmasked,
        return_all_outputs=return_sequences,
        initial_output=_first_output(states),
        **options,
    )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return (outputs if return_sequences else last), states


def _unmasked(new: tuple, old: tuple, choose: Callable) -> tuple:
    """A masked step keeps the states; what layers inside the cell keep (and the time) goes on."""
    return jax.tree.map(choose, new[0], old[0]), *new[1:]


def _has_key() -> bool:
    scope = current_scope()
    while scope is not None and scope.key is None:
        scope = scope._parent
    return scope is not None


def _first_output(states: list) -> Any:
    """What a masked first step repeats: the first state of the (last) cell, which is the built-in cells' output."""
    nested = any(isinstance(state, (list, tuple)) for state in states)
    return jax.tree.leaves(states[-1] if nested else states)[0]


def _like(new: list, old: list, treedef: Any, layer_path: str, cell: Any) -> Any:
    """The new states in the structure and dtypes of the old ones, or an error that says what differs."""
    leaves, olds = jax.tree.leaves(new), jax.tree.leaves(old)
    shapes, expected = ([tuple(leaf.shape) for leaf in side] for side in (leaves, olds))
    if shapes != expected:
        raise ValueError(
            f"Layer {layer_path!r}: cell {type(cell).__name__} returned states of shapes {shapes}, but its state_size "
            f"means {expected}. A cell's call(inputs, states) returns (output, new states), shaped like the states."
        )
    return jax.tree.unflatten(treedef, [leaf.astype(old.dtype) for leaf, old in zip(leaves, olds, strict=True)])
