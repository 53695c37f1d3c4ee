"""Choosing the kernels that run a whole sequence at once, where a cell has one."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.rnn.recurrent_cell import RecurrentCell
from kerax.layers.rnn.sequence_masks import NO_MASKS, masks_of
from kerax.layers.rnn.stacked_rnn_cells import StackedRNNCells


def run_fast(layer: Any, sequences: Any, states: list, training: Any, options: dict) -> Any:
    """Runs the layer's cell by its kernel.

    Stacked cells run one after the other over the whole sequence, which gives the same numbers as running all of them
    in every step.

    Args:
        layer: an RNN layer.
        sequences: its inputs.
        states: list of initial states, nested for stacked cells.
        training: whether there is dropout.
        options: of the kernels.

    Returns:
        ``(outputs, states)``, or None if some cell needs the step-by-step loop.
    """
    cell = layer.cell
    stacked = type(cell) is StackedRNNCells
    cells = cell.cells if stacked else [cell]
    if not isinstance(sequences, jax.Array) or not all(_has_kernel(one, layer) for one in cells):
        return None
    output, new_states = sequences, []
    for place, one in enumerate(cells):
        own = list(states[place]) if stacked else states
        masks = masks_of(one, output) if training and (one.dropout or one.recurrent_dropout) else NO_MASKS
        if place == len(cells) - 1:
            settings = options
        else:  # later cells see every step; only the first one may turn the order round
            settings = {**options, "return_sequences": True, "zero_output_for_mask": False}
        if place > 0 and options["go_backwards"]:
            settings = {**settings, "go_backwards": False}
            if settings["mask"] is not None:
                settings["mask"] = jnp.flip(settings["mask"], 1)
        done = one.over_time(output, own, masks, **settings)
        if done is None:
            return None
        output, last = done
        new_states.append(list(last))
    return output, new_states if stacked else new_states[0]


def _has_kernel(cell: Any, layer: Any) -> bool:
    """Whether a cell is one of the library's own, not a subclass, and nothing about its call is special."""
    return (
        isinstance(cell, RecurrentCell)
        and type(cell).__module__.startswith("kerax.layers.")
        and cell.activity_regularizer is None
        and cell.compute_dtype == layer.compute_dtype
    )
