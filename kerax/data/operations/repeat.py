"""repeat: the input again and again, opened anew for every pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kerax.data.chunks import Chunk
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.spec import INFINITE_CARDINALITY


@dataclass(frozen=True, eq=False)
class Repeat(Node):
    """The input ``count`` times, without end for a negative count."""

    input: Node
    count: int

    only_reorders = True

    @property
    def cardinality(self) -> int:
        inner = self.input.cardinality
        if inner == 0 or self.count == 0:
            return 0
        if self.count < 0:
            return INFINITE_CARDINALITY
        return inner if inner < 0 else inner * self.count

    def open(self) -> Cursor:
        return RepeatCursor(self)


class RepeatCursor(Cursor):
    """Opens its input at the beginning of every pass, so that a shuffle below gives each pass its own order."""

    def __init__(self, node: Repeat) -> None:
        super().__init__(node)
        self._current: Cursor | None = node.input.open() if node.count else None
        self._pass, self._empty = 0, True
        self.instant = self._current is not None and self._current.instant

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return 1 if self._current is None else self._current.ahead

    def read(self, n: int) -> Chunk | None:
        while self._current is not None:
            chunk = self._current.read(n)
            if chunk is not None:
                self._empty = False
                return chunk
            self._current.close()
            self._pass += 1
            # An empty pass ends it: repeating nothing for ever would never return.
            finished = self._empty or self._pass == self.node.count
            self._current, self._empty = None if finished else self.node.input.open(), True
        return None

    def get_state(self) -> Any:
        current = None if self._current is None else self._current.get_state()
        return {"pass": self._pass, "empty": self._empty, "current": current}

    def set_state(self, state: Any) -> None:
        self.close()
        self._pass, self._empty = state["pass"], state["empty"]
        self._current = None if state["current"] is None else self.node.input.open()
        if self._current is not None:
            self._current.set_state(state["current"])

    def close(self) -> None:
        if self._current is not None:
            self._current.close()
