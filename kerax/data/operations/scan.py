"""scan and unique: steps that remember something from element to element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kerax.data.calls import quiet
from kerax.data.chunks import Elements
from kerax.data.convert import to_element
from kerax.data.cursor import Cursor
from kerax.data.node import Node, add_note
from kerax.data.operations.reduce import check_state
from kerax.data.probe import probe_spec
from kerax.data.spec import UNKNOWN_CARDINALITY, TensorSpec
from kerax.data.structure import Structure

_COUNTABLE = ("int32", "int64", "string")


@dataclass(frozen=True, eq=False)
class Scan(Node):
    """What ``function(state, element)`` returns beside the next state."""

    input: Node
    initial_state: Any
    function: Callable

    @property
    def spec(self) -> Any:
        return probe_spec(lambda element: self.advance(self.initial_state, element)[1], self.input)

    def advance(self, state: Any, element: Any) -> tuple[Any, Any]:
        """Returns the next state and the output."""
        result = self.function(state, element)
        if not isinstance(result, (tuple, list)) or len(result) != 2:
            raise TypeError(
                f"The function of {self.where} must return a pair of the next state and an output, it returned "
                f"{result!r}."
            )
        new, output = to_element(result[0]), to_element(result[1])
        check_state(state, new, self.where)
        return new, output

    def open(self) -> Cursor:
        return ScanCursor(self, self.input.open())


class ScanCursor(Cursor):
    """Calls the function on one element after the other."""

    def __init__(self, node: Scan, input: Cursor) -> None:
        super().__init__(node, input)
        self._input, self._state, self._count = input, node.initial_state, 0

    def read(self, n: int) -> Elements | None:
        chunk = self._input.read(1)
        if chunk is None:
            return None
        try:
            with quiet():
                self._state, output = self.node.advance(self._state, chunk.elements()[0])
        except Exception as error:
            add_note(error, f"raised in {self.node.where}, at element {self._count}")
            raise
        self._count += 1
        return Elements([output])

    def own_state(self) -> Any:
        return {"state": self._state, "count": self._count}

    def set_own_state(self, state: Any) -> None:
        self._state, self._count = state["state"], state["count"]


@dataclass(frozen=True, eq=False)
class Unique(Node):
    """Every element when it comes for the first time."""

    input: Node

    @property
    def spec(self) -> Any:
        spec = self.input.spec
        if Structure.of(spec).size != 1:
            raise ValueError(f"unique() works on elements of a single component; these are {spec}.")
        (component,) = Structure.flatten(spec)[1]
        if isinstance(component, TensorSpec) and component.dtype not in _COUNTABLE:
            raise TypeError(f"unique() works on {', '.join(_COUNTABLE)}, not on {component.dtype}.")
        return spec

    @property
    def cardinality(self) -> int:
        return UNKNOWN_CARDINALITY

    def open(self) -> Cursor:
        return UniqueCursor(self, self.input.open())


class UniqueCursor(Cursor):
    """Remembers what it has seen."""

    def __init__(self, node: Unique, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self._seen: set = set()

    def read(self, n: int) -> Elements | None:
        while (chunk := self._input.read(1)) is not None:
            element = chunk.elements()[0]
            (leaf,) = Structure.flatten(element)[1]
            key = (
                leaf
                if isinstance(leaf, bytes)
                else (leaf.dtype.str, leaf.shape, leaf.tobytes() if leaf.ndim else leaf.item())
            )
            if key not in self._seen:
                self._seen.add(key)
                return Elements([element])
        return None

    def own_state(self) -> Any:
        return list(self._seen)

    def set_own_state(self, state: Any) -> None:
        self._seen = set(state)
