"""filter and take_while: elements chosen by a predicate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.calls import call, quiet
from kerax.data.chunks import Elements
from kerax.data.cursor import Cursor
from kerax.data.node import Node, add_note
from kerax.data.spec import UNKNOWN_CARDINALITY


@dataclass(frozen=True, eq=False)
class Filter(Node):
    """The elements for which the predicate holds."""

    input: Node
    predicate: Callable

    @property
    def cardinality(self) -> int:
        return UNKNOWN_CARDINALITY

    def open(self) -> Cursor:
        return FilterCursor(self, self.input.open())


@dataclass(frozen=True, eq=False)
class TakeWhile(Filter):
    """The elements before the first for which the predicate does not hold."""

    @property
    def operation(self) -> str:
        return "take_while"

    def open(self) -> Cursor:
        return TakeWhileCursor(self, self.input.open())


class FilterCursor(Cursor):
    """Asks the predicate about one element after the other."""

    def __init__(self, node: Filter, input: Cursor) -> None:
        super().__init__(node, input)
        self._input, self._count, self._done = input, 0, False

    def read(self, n: int) -> Elements | None:
        while not self._done:
            # One at a time when nothing else was asked for: an element must not be computed before it is needed.
            chunk = self._input.read(1)
            if chunk is None:
                break
            element = chunk.elements()[0]
            if self._holds(element):
                return Elements([element])
            self._refused()
        return None

    def _refused(self) -> None:
        """Called when the predicate does not hold."""

    def _holds(self, element: Any) -> bool:
        index, self._count = self._count, self._count + 1
        try:
            with quiet():
                answer = call(self.node.predicate, element)
        except Exception as error:
            add_note(error, f"raised by the predicate of {self.node.where}, at element {index}")
            raise
        if isinstance(answer, (bool, np.bool_)):
            return bool(answer)
        dtype, shape = getattr(answer, "dtype", type(answer).__name__), np.shape(answer)
        if str(dtype) != "bool" or shape != ():
            raise ValueError(
                f"The predicate of {self.node.where} must return one boolean, it returned {dtype} of shape "
                f"{shape} (at element {index})."
            )
        return bool(answer)

    def own_state(self) -> Any:
        return {"count": self._count, "done": self._done}

    def set_own_state(self, state: Any) -> None:
        self._count, self._done = state["count"], state["done"]


class TakeWhileCursor(FilterCursor):
    """Ends at the first refusal."""

    def _refused(self) -> None:
        self._done = True
