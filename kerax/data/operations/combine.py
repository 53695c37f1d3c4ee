"""zip, concatenate and enumerate: several datasets in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Columns, Elements, pack, unpack
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.spec import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, TensorSpec, common_spec
from kerax.data.structure import Structure


@dataclass(frozen=True, eq=False)
class Zip(Node):
    """One element of every input in a given structure, as long as the shortest input lasts."""

    structure: Structure
    parts: tuple[Node, ...]

    @property
    def inputs(self) -> tuple[Node, ...]:
        return self.parts

    def with_inputs(self, inputs: tuple[Node, ...]) -> Zip:
        return Zip(self.structure, inputs)

    @property
    def step(self) -> int:
        return 1 + max(part.step for part in self.parts)

    @property
    def knows_spec(self) -> bool:
        return all(part.knows_spec for part in self.parts)

    @property
    def spec(self) -> Any:
        return self.structure.unflatten([part.spec for part in self.parts])

    @property
    def cardinality(self) -> int:
        counts = [part.cardinality for part in self.parts]
        if UNKNOWN_CARDINALITY in counts:
            return UNKNOWN_CARDINALITY
        return min((count for count in counts if count >= 0), default=INFINITE_CARDINALITY)

    def open(self) -> Cursor:
        return ZipCursor(self, *(part.open() for part in self.parts))


class ZipCursor(Cursor):
    """Reads as much from each input as the others give; what one gave too much waits."""

    def __init__(self, node: Zip, *inputs: Cursor) -> None:
        super().__init__(node, *inputs)
        self._waiting: list[Chunk | None] = [None] * len(inputs)
        self._done = False
        self.instant = all(input.instant for input in inputs)

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return min(input.ahead for input in self.inputs)

    def read(self, n: int) -> Chunk | None:
        if self._done:
            return None
        for index, input in enumerate(self.inputs):
            if self._waiting[index] is None:
                wanted = min([n, *(len(chunk) for chunk in self._waiting[:index] if chunk is not None)])
                self._waiting[index] = input.read(wanted)
            if self._waiting[index] is None:
                self._done, self._waiting = True, [None] * len(self.inputs)
                return None
        count = min(n, *(len(chunk) for chunk in self._waiting))  # type: ignore[arg-type]
        now = [chunk[:count] for chunk in self._waiting]  # type: ignore[index]
        self._waiting = [chunk[count:] if len(chunk) > count else None for chunk in self._waiting]  # type: ignore[index,arg-type]
        return merge(self.node.structure, now)

    def own_state(self) -> Any:
        return {"waiting": [None if chunk is None else pack(chunk) for chunk in self._waiting], "done": self._done}

    def set_own_state(self, state: Any) -> None:
        self._waiting = [None if chunk is None else unpack(chunk) for chunk in state["waiting"]]
        self._done = state["done"]


def merge(structure: Structure, chunks: list[Chunk]) -> Chunk:
    """Puts chunks of equal length side by side, in a structure that has one leaf for each."""
    if all(isinstance(chunk, Columns) for chunk in chunks):
        template = structure.unflatten([chunk.structure.unflatten([0] * chunk.structure.size) for chunk in chunks])  # type: ignore[union-attr]
        return Columns(Structure.of(template), [leaf for chunk in chunks for leaf in chunk.leaves])  # type: ignore[union-attr]
    return Elements([structure.unflatten(parts) for parts in zip(*(chunk.elements() for chunk in chunks))])


@dataclass(frozen=True, eq=False)
class Concatenate(Node):
    """The elements of the first input, then those of the second."""

    input: Node
    other: Node

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.input, self.other)

    def with_inputs(self, inputs: tuple[Node, ...]) -> Concatenate:
        return Concatenate(*inputs)

    @property
    def spec(self) -> Any:
        first, second = self.input.spec, self.other.spec
        common = common_spec(first, second)
        if common is None:
            raise TypeError(f"concatenate() needs datasets with elements of one kind: {first} and {second} differ.")
        return common

    @property
    def cardinality(self) -> int:
        counts = (self.input.cardinality, self.other.cardinality)
        if INFINITE_CARDINALITY in counts:
            return INFINITE_CARDINALITY
        return UNKNOWN_CARDINALITY if UNKNOWN_CARDINALITY in counts else sum(counts)

    def open(self) -> Cursor:
        return ConcatenateCursor(self, self.input.open(), self.other.open())


class ConcatenateCursor(Cursor):
    """Reads one input after the other."""

    def __init__(self, node: Concatenate, *inputs: Cursor) -> None:
        super().__init__(node, *inputs)
        self._current = 0
        self.instant = all(input.instant for input in inputs)

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return min(input.ahead for input in self.inputs)

    def read(self, n: int) -> Chunk | None:
        while self._current < len(self.inputs):
            chunk = self.inputs[self._current].read(n)
            if chunk is not None:
                return chunk
            self._current += 1
        return None

    def own_state(self) -> Any:
        return self._current

    def set_own_state(self, state: Any) -> None:
        self._current = state


@dataclass(frozen=True, eq=False)
class Enumerate(Node):
    """Pairs of a running number and an element."""

    input: Node
    start: int

    @property
    def spec(self) -> Any:
        return (TensorSpec((), "int64"), self.input.spec)

    def open(self) -> Cursor:
        return EnumerateCursor(self, self.input.open())


class EnumerateCursor(Cursor):
    """Counts along."""

    _PAIR = Structure.of((0, 0))

    def __init__(self, node: Enumerate, input: Cursor) -> None:
        super().__init__(node, input)
        self._input, self._next = input, node.start
        self.instant = input.instant

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return self._input.ahead

    def read(self, n: int) -> Chunk | None:
        chunk = self._input.read(n)
        if chunk is None:
            return None
        numbers = np.arange(self._next, self._next + len(chunk), dtype=np.int64)
        self._next += len(chunk)
        return merge(self._PAIR, [Columns(Structure("leaf"), [numbers]), chunk])

    def own_state(self) -> Any:
        return self._next

    def set_own_state(self, state: Any) -> None:
        self._next = state
