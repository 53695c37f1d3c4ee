"""Steps that choose elements by position: take, skip, shard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kerax.data.chunks import Chunk
from kerax.data.cursor import Cursor
from kerax.data.node import Node

_SKIP = 8192  # elements read past at once


@dataclass(frozen=True, eq=False)
class Take(Node):
    """The first ``count`` elements; a negative count means all."""

    input: Node
    count: int

    only_reorders = True

    @property
    def cardinality(self) -> int:
        inner = self.input.cardinality
        if self.count < 0:
            return inner
        if inner == -2 and self.count:
            return inner
        return self.count if inner < 0 else min(inner, self.count)

    def open(self) -> Cursor:
        return self.input.open() if self.count < 0 else TakeCursor(self, self.input.open())


@dataclass(frozen=True, eq=False)
class Skip(Node):
    """All but the first ``count`` elements; a negative count skips everything."""

    input: Node
    count: int

    only_reorders = True

    @property
    def cardinality(self) -> int:
        inner = self.input.cardinality
        if self.count < 0:
            return 0
        return inner if inner < 0 else max(0, inner - self.count)

    def open(self) -> Cursor:
        return SkipCursor(self, self.input.open())


@dataclass(frozen=True, eq=False)
class Shard(Node):
    """Every ``count``-th element, beginning with number ``index``."""

    input: Node
    count: int
    index: int

    only_reorders = True

    @property
    def cardinality(self) -> int:
        inner = self.input.cardinality
        return inner if inner < 0 else len(range(self.index, inner, self.count))

    def open(self) -> Cursor:
        return ShardCursor(self, self.input.open())


class PositionCursor(Cursor):
    """A cursor that counts the elements of its one input."""

    def __init__(self, node: Node, input: Cursor) -> None:
        super().__init__(node, input)
        self._input, self._position = input, 0
        self.instant = input.instant

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return self._input.ahead

    def own_state(self) -> Any:
        return self._position

    def set_own_state(self, state: Any) -> None:
        self._position = state


class TakeCursor(PositionCursor):
    """Stops after ``count`` elements without asking its input for more."""

    def read(self, n: int) -> Chunk | None:
        left = self.node.count - self._position
        chunk = self._input.read(min(n, left)) if left > 0 else None
        self._position += 0 if chunk is None else len(chunk)
        return chunk


class SkipCursor(PositionCursor):
    """Reads past the first elements."""

    def read(self, n: int) -> Chunk | None:
        if self.node.count < 0:
            return None
        while (left := self.node.count - self._position) > 0:
            chunk = self._input.read(min(left, _SKIP))
            if chunk is None:
                return None
            self._position += len(chunk)
        return self._input.read(n)


class ShardCursor(PositionCursor):
    """Keeps the elements whose number has the right remainder."""

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return max(1, self._input.ahead // self.node.count)

    def read(self, n: int) -> Chunk | None:
        count, index = self.node.count, self.node.index
        while True:
            first = (index - self._position) % count  # elements of other shards that come first
            chunk = self._input.read(first + 1 + (n - 1) * count)
            if chunk is None:
                return None
            self._position += len(chunk)
            if len(chunk) > first:
                return chunk[first::count]
