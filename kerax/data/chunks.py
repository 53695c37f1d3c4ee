"""What cursors hand to each other: several consecutive elements at once, either as a list or as columns.

A pipeline that can work on whole columns (arrays with one row per element) does so; one that cannot passes lists of
elements. Both kinds can be cut with a slice, so that operations which only choose or reorder elements are written once.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.data.ragged import join_rows
from kerax.data.structure import Structure


class Elements(list):
    """Consecutive elements as a list."""

    def __getitem__(self, key: Any) -> Any:
        return Elements(list.__getitem__(self, key)) if isinstance(key, slice) else list.__getitem__(self, key)

    def elements(self) -> list:
        """The elements, one by one."""
        return self

    def select(self, order: np.ndarray) -> Elements:
        """Returns the elements at these positions."""
        return Elements([list.__getitem__(self, index) for index in order.tolist()])


class Columns:
    """Consecutive elements as columns: one array for every component, one row for every element."""

    __slots__ = ("leaves", "structure")

    def __init__(self, structure: Structure, leaves: list[np.ndarray]) -> None:
        self.structure, self.leaves = structure, leaves

    def __len__(self) -> int:
        return len(self.leaves[0])

    def __getitem__(self, key: slice) -> Columns:
        return Columns(self.structure, [leaf[key] for leaf in self.leaves])

    def elements(self) -> list:
        """The elements, one by one: rows of the columns, NumPy scalars and ``bytes`` where rows have no dimensions."""
        if self.structure.kind == "leaf":
            return list(self.leaves[0])
        unflatten = self.structure.unflatten
        return [unflatten(row) for row in zip(*self.leaves)]

    def select(self, order: np.ndarray) -> Columns:
        """Returns the elements at these positions."""
        return Columns(self.structure, [leaf.take(order, axis=0) for leaf in self.leaves])

    def value(self) -> Any:
        """The columns in the structure of an element: what a batch of these elements is."""
        return self.structure.unflatten(self.leaves)


Chunk = Elements | Columns


def join(chunks: list[Chunk]) -> Chunk:
    """Puts chunks one behind the other. Columns stay columns when all of them are and agree in shape and dtype."""
    if len(chunks) == 1:
        return chunks[0]
    first = chunks[0]
    if isinstance(first, Columns) and all(_alike(first, chunk) for chunk in chunks[1:]):
        leaves = [join_rows(list(parts)) for parts in zip(*(chunk.leaves for chunk in chunks))]  # type: ignore[union-attr]
        return Columns(first.structure, leaves)
    return Elements([element for chunk in chunks for element in chunk.elements()])


def _alike(first: Columns, other: Chunk) -> bool:
    return isinstance(other, Columns) and all(
        a.dtype == b.dtype and a.shape[1:] == b.shape[1:] for a, b in zip(first.leaves, other.leaves)
    )


def pack(chunk: Chunk) -> dict:
    """Returns a chunk as plain containers and arrays of its own, for the saved position of an iterator."""
    if isinstance(chunk, Columns):
        template = chunk.structure.unflatten(range(chunk.structure.size))
        return {"columns": [leaf.copy() for leaf in chunk.leaves], "template": template}
    return {"elements": list(chunk)}


def unpack(state: dict) -> Chunk:
    """Returns the chunk that ``pack`` packed."""
    if "elements" in state:
        return Elements(state["elements"])
    return Columns(Structure.of(state["template"]), [leaf.copy() for leaf in state["columns"]])
