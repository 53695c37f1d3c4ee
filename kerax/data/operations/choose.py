"""choose_from_datasets and sample_from_datasets: each next element from one of several datasets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Columns
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.operations.shuffle import generator
from kerax.data.shared import EpochCounter
from kerax.data.spec import INFINITE_CARDINALITY, UNKNOWN_CARDINALITY, TensorSpec, common_spec
from kerax.data.structure import LEAF

_DRAWS = 1024


@dataclass(frozen=True, eq=False)
class Choose(Node):
    """One element at a time from the part whose number the choice gives."""

    parts: tuple[Node, ...]
    choice: Node
    stop_on_empty: bool
    name: str

    @property
    def operation(self) -> str:
        return self.name

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.choice, *self.parts)

    def with_inputs(self, inputs: tuple[Node, ...]) -> Choose:
        return replace(self, choice=inputs[0], parts=inputs[1:])

    @property
    def step(self) -> int:
        return 1 + max(part.step for part in self.inputs)

    @property
    def spec(self) -> Any:
        spec = self.parts[0].spec
        for part in self.parts[1:]:
            common = common_spec(spec, part.spec)
            if common is None:
                raise TypeError(
                    f"{self.name}() needs datasets with elements of one kind: {spec} and {part.spec} differ."
                )
            spec = common
        return spec

    @property
    def cardinality(self) -> int:
        endless = any(part.cardinality == INFINITE_CARDINALITY for part in self.parts)
        return INFINITE_CARDINALITY if endless else UNKNOWN_CARDINALITY

    def open(self) -> Cursor:
        return ChooseCursor(self, *(part.open() for part in self.inputs))


class ChooseCursor(Cursor):
    """Asks for a choice, then for an element."""

    def __init__(self, node: Choose, choice: Cursor, *parts: Cursor) -> None:
        super().__init__(node, choice, *parts)
        self._choice, self._parts = choice, parts
        self._active = [True] * len(parts)
        self._done = False

    def read(self, n: int) -> Chunk | None:
        while not self._done and any(self._active):
            chunk = self._choice.read(1)
            if chunk is None:
                break
            index = int(chunk.elements()[0])
            if not 0 <= index < len(self._parts):
                raise ValueError(
                    f"The choice in {self.node.where} is {index}; there are datasets 0 to {len(self._parts) - 1}."
                )
            if not self._active[index]:
                continue
            element = self._parts[index].read(1)
            if element is not None:
                return element
            self._active[index] = False
            self._done = self.node.stop_on_empty
        self._done = True
        return None

    def own_state(self) -> Any:
        return {"active": list(self._active), "done": self._done}

    def set_own_state(self, state: Any) -> None:
        self._active, self._done = list(state["active"]), state["done"]


@dataclass(frozen=True, eq=False)
class Draws(Node):
    """Random numbers without end: of a given distribution, or 32 bits each."""

    weights: tuple[float, ...] | None
    seed: int
    rerandomize: bool
    epochs: EpochCounter = field(default_factory=EpochCounter)

    @property
    def operation(self) -> str:
        return "random"

    @property
    def dataset_name(self) -> str:
        return "RandomDataset"

    @property
    def cardinality(self) -> int:
        return INFINITE_CARDINALITY

    @property
    def spec(self) -> Any:
        return TensorSpec((), "int64")

    def open(self) -> Cursor:
        return DrawsCursor(self)


class DrawsCursor(Cursor):
    """Draws in blocks of one size, so that the numbers do not depend on how they are read."""

    ahead = _DRAWS
    instant = True

    def __init__(self, node: Draws) -> None:
        super().__init__(node)
        self._random: Any = None
        self._waiting = np.empty(0, np.int64)
        weights = node.weights
        self._borders = None if weights is None else np.cumsum(weights) / np.sum(weights)

    def read(self, n: int) -> Columns:
        if self._random is None:
            self._random = generator(self.node.seed, self.node.epochs.take() if self.node.rerandomize else 0)
        if not len(self._waiting):
            if self._borders is None:
                self._waiting = self._random.integers(0, 1 << 32, _DRAWS)
            else:
                drawn = np.searchsorted(self._borders, self._random.random(_DRAWS), side="right")
                self._waiting = np.minimum(drawn, len(self._borders) - 1)
        out, self._waiting = self._waiting[:n], self._waiting[n:]
        return Columns(LEAF, [out])

    def own_state(self) -> Any:
        random = None if self._random is None else self._random.bit_generator.state
        return {"random": random, "waiting": self._waiting.copy(), "epoch": self.node.epochs.next_epoch}

    def set_own_state(self, state: Any) -> None:
        self._random, self._waiting = None, np.array(state["waiting"], np.int64)
        self.node.epochs.next_epoch = state["epoch"]
        if state["random"] is not None:
            self._random = generator(0, 0)
            self._random.bit_generator.state = state["random"]


@dataclass(frozen=True, eq=False)
class Counter(Node):
    """Numbers a fixed step apart, without end."""

    start: float
    increment: float
    dtype: str

    @property
    def dataset_name(self) -> str:
        return "CounterDataset"

    @property
    def cardinality(self) -> int:
        return INFINITE_CARDINALITY

    @property
    def spec(self) -> Any:
        return TensorSpec((), self.dtype)

    def open(self) -> Cursor:
        return CounterCursor(self)


class CounterCursor(Cursor):
    """Counts."""

    ahead = _DRAWS
    instant = True

    def __init__(self, node: Counter) -> None:
        super().__init__(node)
        self._next = 0

    def read(self, n: int) -> Columns:
        numbers = self.node.start + np.arange(self._next, self._next + n) * self.node.increment
        self._next += n
        return Columns(LEAF, [numbers.astype(self.node.dtype)])

    def own_state(self) -> Any:
        return self._next

    def set_own_state(self, state: Any) -> None:
        self._next = state
