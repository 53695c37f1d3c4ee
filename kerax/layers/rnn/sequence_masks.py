"""Dropout masks of recurrent cells: one per sequence, the same at every step."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax

from kerax.jax_compat import is_tracer
from kerax.state import Module, current_scope, walk_modules


class Masks(NamedTuple):
    """Dropout masks of one cell: lists with one array for each gate (or one for all), or None for no dropout."""

    inputs: list[jax.Array] | None = None
    recurrent: list[jax.Array] | None = None


NO_MASKS = Masks()
_of_this_sequence: contextvars.ContextVar[dict[int, Masks] | None] = contextvars.ContextVar("kerax_rnn", default=None)


@contextlib.contextmanager
def masks_for_sequence(cell: Any, batch: Any, training: Any) -> Iterator[None]:
    """Draws the masks of a cell and of all cells inside it, before the time loop is traced.

    Args:
        cell: a cell; layers in it that have `draw_masks(batch)` are found.
        batch: number of sequences, possibly symbolic.
        training: whether there is dropout at all.
    """
    table = {}
    if training and isinstance(cell, Module):
        for _, module in walk_modules(cell):
            draw = getattr(module, "draw_masks", None)
            if draw is not None:
                table[id(module)] = draw(batch)
    token = _of_this_sequence.set(table)
    try:
        yield
    finally:
        _of_this_sequence.reset(token)


def masks_of(cell: Any, inputs: jax.Array) -> Masks:
    """The masks a cell uses in this step.

    Inside an RNN layer they were drawn for the sequence. A cell called by hand keeps its masks within one functional
    call, or, outside of any, until `reset_dropout_mask()`.
    """
    table = _of_this_sequence.get()
    if table is not None and id(cell) in table:
        return table[id(cell)]
    scope, held = current_scope(), cell.__dict__.get("_held_masks")
    key = (scope, inputs.shape)
    if held is not None and held[0][0] is scope and held[0][1] == inputs.shape:
        return held[1]
    masks = cell.draw_masks(inputs.shape[0])
    if scope is not None or not any(is_tracer(mask) for mask in jax.tree.leaves(masks)):
        cell.__dict__["_held_masks"] = (key, masks)
    return masks
