"""What identifies a record: its operations and how they are connected, but for numbers and shapes."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import jax.numpy as jnp

from kerax.tape.operation import Operation


class Wiring:
    """The operations of a record with their arrays numbered in the order in which they appear.

    Args:
      operations: the operations.
      tracked: ids of the arrays that depend on something watched.

    Attributes:
      key: hashable unless an operation's key is not; None where an operation has none.
    """

    __slots__ = ("_array", "_places", "key")

    def __init__(self, operations: Iterable[Operation], tracked: dict[int, Any]):
        self._places: dict[int, int] = {}
        self._array = _array_type()
        places, keys = self._places, []
        self.key: tuple | None = None
        for operation in operations:
            if operation.key is None:
                return
            inputs = self.places_of(operation.inputs)
            outputs = []
            for one in operation.outputs:  # those of integers are not tracked
                outputs.append(places.setdefault(id(one), len(places)) if id(one) in tracked else None)
            keys.append((operation.key, operation.follows, inputs, tuple(outputs)))
        self.key = tuple(keys)

    def places_of(self, values: Sequence[Any]) -> tuple[int, ...]:
        """Their numbers; new ones for those that are new."""
        places, array, found = self._places, self._array, []
        for one in values:
            place = places.get(id(one))
            if place is None:
                place = len(places)
                # Equal small numbers are one object, which says nothing about the program.
                places[id(one) if type(one) is array else -1 - place] = place
            found.append(place)
        return tuple(found)

    def known(self, ids: Iterable[int]) -> frozenset[int]:
        """The numbers of those that appear."""
        places = self._places
        return frozenset([places[one] for one in ids if one in places])


@functools.cache
def _array_type() -> type:
    return type(jnp.zeros(()))
