"""window: consecutive elements as small datasets of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Elements
from kerax.data.convert import stack
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.operations.arrays import TensorSlice
from kerax.data.spec import DatasetSpec, TensorSpec, map_spec
from kerax.data.structure import LEAF, Structure


@dataclass(frozen=True, eq=False)
class Window(Node):
    """Windows of ``size`` elements, ``stride`` apart within a window, the windows ``shift`` apart."""

    input: Node
    size: int
    shift: int
    stride: int
    drop_remainder: bool
    dataset: Callable[[Node], Any]

    @property
    def span(self) -> int:
        """How many elements of the input a whole window reaches over."""
        return (self.size - 1) * self.stride + 1

    @property
    def spec(self) -> Any:
        return map_spec(lambda spec: DatasetSpec(spec, self.dataset), self.input.spec)

    @property
    def cardinality(self) -> int:
        inner = self.input.cardinality
        if inner < 0:
            return inner
        return max(0, (inner - self.span) // self.shift + 1) if self.drop_remainder else -(-inner // self.shift)

    def open(self) -> Cursor:
        return WindowCursor(self, self.input.open())


@dataclass(frozen=True, eq=False)
class Listed(Node):
    """Components in a list, for those that cannot be stacked."""

    components: tuple

    @property
    def cardinality(self) -> int:
        return len(self.components)

    @property
    def spec(self) -> Any:
        spec = TensorSpec.of(self.components[0])
        for component in self.components[1:]:
            spec = spec.most_specific_common(TensorSpec.of(component)) or spec
        return spec

    def open(self) -> Cursor:
        return ListedCursor(self)


class ListedCursor(Cursor):
    """Hands out the list."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._next = 0

    def read(self, n: int) -> Elements | None:
        out = Elements(self.node.components[self._next : self._next + n])
        self._next += len(out)
        return out or None

    def own_state(self) -> Any:
        return self._next

    def set_own_state(self, state: Any) -> None:
        self._next = state


class WindowCursor(Cursor):
    """Keeps the elements that a coming window may still need."""

    def __init__(self, node: Window, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self._kept: list = []
        self._gap = 0  # elements to leave out before the next window, where windows are further apart than they reach
        self._ended = False

    def read(self, n: int) -> Elements | None:
        node = self.node
        while not self._ended and (self._gap or len(self._kept) < node.span):
            chunk = self._input.read(self._gap or node.span - len(self._kept))
            if chunk is None:
                self._ended = True
            elif self._gap:
                self._gap -= len(chunk)
            else:
                self._kept.extend(chunk.elements())
        if self._gap or not self._kept or (node.drop_remainder and len(self._kept) < node.span):
            return None
        window = self._kept[: node.span : node.stride]
        self._gap = max(0, node.shift - len(self._kept))
        self._kept = self._kept[node.shift :]
        return Elements([self._datasets(window)])

    def _datasets(self, window: list) -> Any:
        structure = Structure.of(window[0])
        columns = zip(*(structure.leaves(element) for element in window))
        return structure.unflatten([self.node.dataset(_source(list(column))) for column in columns])

    def own_state(self) -> Any:
        return {"kept": list(self._kept), "gap": self._gap, "ended": self._ended}

    def set_own_state(self, state: Any) -> None:
        self._kept, self._gap, self._ended = list(state["kept"]), state["gap"], state["ended"]


def _source(components: list) -> Node:
    if len({np.shape(component) for component in components}) == 1:
        return TensorSlice(LEAF, (stack(components),))
    return Listed(tuple(components))
