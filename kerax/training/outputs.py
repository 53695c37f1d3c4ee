"""Matching what compile() is given per output (losses, weights, metrics) with the outputs of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerax.errors import did_you_mean


def output_pairs(y_pred: Any, names: list[str] | None) -> list[tuple[str, Any]]:
    """The outputs of a model as ``(name, value)`` pairs.

    Args:
      y_pred: an array, or a list, tuple or dict of them.
      names: names of the outputs of a functional model, in order; None for subclassed models, whose outputs are called
        ``output_1``, ``output_2``... or by their dict keys.
    """
    if isinstance(y_pred, dict) and not _nested(y_pred):
        return list(y_pred.items())
    values = _entries(y_pred)
    if names is None or len(names) != len(values):
        names = [f"output_{i + 1}" for i in range(len(values))]
    return list(zip(names, values, strict=True))


def per_output(given: Any, names: list[str], argument: str, is_leaf: Callable[[Any], bool]) -> list[Any]:
    """Spreads an argument over the outputs.

    Args:
      given: one leaf for all outputs, a list with one entry per output, or a dict by output name (absent means None).
      names: names of the outputs, in order.
      argument: for messages.
      is_leaf: whether a value is an entry by itself.

    Returns:
      One entry per output.

    Raises:
      ValueError: for a list of another length or a name that no output has.
    """
    if given is None or is_leaf(given):
        return [given] * len(names)
    if isinstance(given, dict):
        for name in given:
            if name not in names:
                raise ValueError(
                    f"compile(): {argument} has the key {name!r}, but no output has that "
                    f"name.{did_you_mean(name, names)} Outputs: {names}."
                )
        return [given.get(name) for name in names]
    entries = list(given)
    if len(entries) != len(names):  # perhaps in the structure of nested outputs
        entries = jax.tree.leaves(entries, is_leaf=lambda entry: entry is None or is_leaf(entry))
    if len(entries) != len(names):
        raise ValueError(f"compile(): {argument} has {len(entries)} entries for {len(names)} output(s) {names}.")
    return entries


def match_targets(y: Any, names: list[str], what: str = "y", for_all: bool = False) -> list[Any]:
    """Targets (or sample weights) per output, from an array, list, tuple or dict by output name.

    Args:
      y: the targets.
      names: of the outputs.
      what: what they are, for messages.
      for_all: whether a single array stands for every output, as where only one of them has a loss.

    Raises:
      ValueError: if their number or keys do not fit the outputs.
    """
    if y is None:
        return [None] * len(names)
    if isinstance(y, dict) and not _nested(y):
        unknown = [key for key in y if key not in names]
        if unknown and len(names) == len(y) == 1:
            return list(y.values())
        if unknown:
            raise ValueError(
                f"{what} has the key {unknown[0]!r}, but no output has that name.{did_you_mean(unknown[0], names)} "
                f"Outputs: {names}."
            )
        return [y.get(name) for name in names]
    values = _entries(y)
    if len(values) == len(names):
        return values
    if len(values) == 1 and (what == "sample_weight" or for_all):
        return values * len(names)
    raise ValueError(f"The model has {len(names)} output(s) {names}, but {what} has {len(values)} array(s).")


def _nested(tree: Any) -> bool:
    """Whether a structure has structures inside."""
    values = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, (list, tuple)) else ()
    return any(isinstance(value, (list, tuple, dict)) for value in values)


def _entries(tree: Any) -> list[Any]:
    """The arrays of a structure, flat, in the order in which JAX goes through it; None stays an entry."""
    return jax.tree.leaves(tree, is_leaf=lambda value: value is None)
