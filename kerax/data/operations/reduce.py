"""reduce: all elements folded into one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.data.calls import quiet
from kerax.data.convert import to_element
from kerax.data.iterator import DatasetIterator
from kerax.data.node import Node, add_note
from kerax.data.structure import Structure


def reduce(node: Node, initial_state: Any, function: Callable) -> Any:
    """Returns the state after ``state = function(state, element)`` for every element of a plan."""
    state = to_element(initial_state)
    where = f"reduce #{node.step + 1} of the pipeline"
    iterator = DatasetIterator(node)
    try:
        for index, element in enumerate(iterator):
            try:
                with quiet():
                    new = to_element(function(state, element))
                check_state(state, new, where)
            except Exception as error:
                add_note(error, f"raised in {where}, at element {index}")
                raise
            state = new
    finally:
        iterator.close()
    return state


def check_state(old: Any, new: Any, where: str) -> None:
    """Checks that a function kept the kind of state it was given.

    Raises:
      ValueError: if the structure changed.
      TypeError: if a dtype changed.
    """
    structure, leaves = Structure.flatten(old)
    new_structure = Structure.of(new)
    if structure != new_structure:
        raise ValueError(
            f"The function of {where} must return a state like the one it got: it got {structure} and returned "
            f"{new_structure}."
        )
    for path, before, after in zip(structure.paths(), leaves, structure.leaves(new)):
        one, two = _dtype(before), _dtype(after)
        if one != two:
            name = f" component {path}" if path else ""
            example = "b''" if two == "string" else f"np.{two}(0)"
            raise TypeError(
                f"The function of {where} changed the dtype of its state{name} from {one} to {two}. Begin with a "
                f"value of that dtype, for example {example}."
            )


def _dtype(value: Any) -> str:
    return "string" if isinstance(value, bytes) else np.asarray(value).dtype.name
