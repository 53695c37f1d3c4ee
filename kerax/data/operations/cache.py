"""cache: the elements of the first whole pass, kept in memory for all later ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Columns, Elements, join
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.shared import Memory
from kerax.data.structure import Structure


@dataclass(frozen=True, eq=False)
class Cache(Node):
    """The input, computed once."""

    input: Node
    memory: Memory = field(default_factory=Memory)

    only_reorders = True

    @property
    def dataset_name(self) -> str:
        return "CacheDataset"

    def open(self) -> Cursor:
        return CacheCursor(self, self.input.open())


class CacheCursor(Cursor):
    """Fills the memory while it reads its input, or reads the memory once that holds a whole pass.

    The position is a number of elements. A cursor that goes on in another process, where nothing is cached yet, first
    fills the memory again from where the saving one had started.
    """

    def __init__(self, node: Cache, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self._start = input.get_state()
        self._kept: list[Chunk] | None = []  # None: reading from memory
        self._position = 0
        self.instant = input.instant

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return self._input.ahead

    def read(self, n: int) -> Chunk | None:
        memory = self.node.memory
        if memory.chunks is not None and (self._position == 0 or self._kept is None):
            self._kept = None
            out = memory.chunks[self._position : self._position + n]
            self._position += len(out)
            return out if len(out) else None
        if self._kept is None:
            self._refill()
        chunk = self._input.read(n)
        if chunk is None:
            if memory.chunks is None:
                memory.chunks, memory.start = _frozen(self._kept or []), self._start
            return None
        self._kept.append(_own(chunk))  # type: ignore[union-attr]
        self._position += len(chunk)
        return chunk

    def _refill(self) -> None:
        """Reads the input up to the position again."""
        position, self._kept, self._position = self._position, [], 0
        self._input.set_state(self._start)
        while self._position < position and (chunk := self._input.read(position - self._position)) is not None:
            self._kept.append(_own(chunk))
            self._position += len(chunk)

    def get_state(self) -> Any:
        # Elsewhere, who reads from memory begins with the pass that filled it: a shuffle below has since gone on.
        from_memory = self.node.memory.chunks is not None and (self._position == 0 or self._kept is None)
        return {"start": self.node.memory.start if from_memory else self._start, "position": self._position}

    def set_state(self, state: Any) -> None:
        self._start, self._position = state["start"], state["position"]
        self._kept = None
        if self.node.memory.chunks is None:
            self._refill()


def _own(chunk: Chunk) -> Chunk:
    """What is handed out may be written to by whoever gets it; what is kept must not change with it."""
    if isinstance(chunk, Columns):
        return chunk.select(np.arange(len(chunk)))
    copies = Elements()
    for element in chunk:
        structure, leaves = Structure.flatten(element)
        copies.append(structure.unflatten([leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in leaves]))
    return copies


def _frozen(chunks: list[Chunk]) -> Chunk:
    kept = join(chunks) if chunks else Elements()
    arrays = (
        kept.leaves
        if isinstance(kept, Columns)
        else [leaf for element in kept for leaf in Structure.flatten(element)[1]]
    )
    for array in arrays:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return kept
