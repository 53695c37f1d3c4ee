"""group_by_window, rebatch and rejection_resample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerax.data.calls import call, quiet
from kerax.data.chunks import Chunk, Elements, join
from kerax.data.cursor import Cursor
from kerax.data.node import Node, add_note
from kerax.data.operations.batch import Batch, BatchCursor, Unbatch
from kerax.data.operations.shuffle import generator
from kerax.data.operations.window import ListedCursor
from kerax.data.probe import probe_spec
from kerax.data.rewrite import rewrite
from kerax.data.shared import EpochCounter
from kerax.data.spec import UNKNOWN_CARDINALITY, map_spec


@dataclass(frozen=True, eq=False)
class Collected(Node):
    """Whole elements in a list."""

    components: tuple
    origin: Node

    @property
    def cardinality(self) -> int:
        return len(self.components)

    @property
    def spec(self) -> Any:
        return self.origin.spec

    @property
    def makes_ragged(self) -> bool:
        return self.origin.makes_ragged

    def open(self) -> Cursor:
        return ListedCursor(self)


@dataclass(frozen=True, eq=False)
class GroupByWindow(Node):
    """The datasets that ``reduce`` makes of elements with one key, as soon as there are enough of them."""

    input: Node
    key: Callable
    reduce: Callable
    size: Callable
    dataset: Callable[[Node], Any]
    like: Node | None = None  # a plan with elements of the same kind, where what the function makes differs by key

    @property
    def operation(self) -> str:
        return "group_by_window"

    @property
    def cardinality(self) -> int:
        return UNKNOWN_CARDINALITY

    @property
    def spec(self) -> Any:
        return self.plan_of(np.int64(0), ()).spec if self.like is None else self.like.spec

    def key_of(self, element: Any) -> np.int64:
        """Returns the key of an element."""
        key = call(self.key, element)
        if type(key) is int:
            key = np.int64(key)
        dtype = getattr(key, "dtype", type(key).__name__)
        if str(dtype) != "int64" or np.shape(key) != ():
            raise ValueError(
                f"The key_func of {self.where} must return one int64, it returned {dtype} of shape "
                f"{np.shape(key)}. Write "
                "np.int64(...) around it."
            )
        return np.int64(key)

    def plan_of(self, key: np.int64, elements: tuple) -> Node:
        """Returns the plan of the dataset that the function makes of a group."""
        result = self.reduce(key, self.dataset(Collected(elements, self.input)))
        plan = getattr(result, "_plan", None)
        if not isinstance(plan, Node):
            raise TypeError(
                f"The reduce_func of {self.where} must return a Dataset, it returned {type(result).__name__}."
            )
        return plan

    def open(self) -> Cursor:
        return GroupByWindowCursor(self, self.input.open())


class GroupByWindowCursor(Cursor):
    """Keeps groups that are not full, and the cursor of the one that is being handed out."""

    def __init__(self, node: GroupByWindow, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self._groups: dict[int, list] = {}
        self._current: tuple[int, list, Cursor] | None = None
        self._count, self._ended = 0, False

    def read(self, n: int) -> Chunk | None:
        while True:
            if self._current is not None:
                chunk = self._current[2].read(n)
                if chunk is not None:
                    return chunk
                self._current[2].close()
                self._current = None
            elif self._ended:
                if not self._groups:
                    return None
                key = min(self._groups)
                self._begin(key, self._groups.pop(key))
            else:
                self._collect()

    def _collect(self) -> None:
        chunk = self._input.read(1)
        if chunk is None:
            self._ended = True
            return
        element = chunk.elements()[0]
        try:
            with quiet():
                key = self.node.key_of(element)
                size = int(self.node.size(key))
            if size < 1:
                raise ValueError(f"The window size of {self.node.where} must be greater than zero, it is {size}.")
        except Exception as error:
            add_note(error, f"raised in {self.node.where}, at element {self._count}")
            raise
        finally:
            self._count += 1
        group = self._groups.setdefault(int(key), [])
        group.append(element)
        if len(group) >= size:
            self._begin(int(key), self._groups.pop(int(key)))

    def _begin(self, key: int, elements: list) -> None:
        with quiet():
            plan = self.node.plan_of(np.int64(key), tuple(elements))
        self._current = (key, elements, rewrite(plan).open())

    def own_state(self) -> Any:
        current = self._current and (self._current[0], self._current[1], self._current[2].get_state())
        groups = [(key, list(group)) for key, group in self._groups.items()]
        return {"groups": groups, "current": current, "count": self._count, "ended": self._ended}

    def set_own_state(self, state: Any) -> None:
        self._groups = {key: list(group) for key, group in state["groups"]}
        self._count, self._ended, self._current = state["count"], state["ended"], None
        if state["current"] is not None:
            key, elements, position = state["current"]
            self._begin(key, list(elements))
            self._current[2].set_state(position)  # type: ignore[index]


@dataclass(frozen=True, eq=False)
class Rebatch(Node):
    """Batches cut anew, of the given sizes in turn."""

    input: Node
    sizes: tuple[int, ...]
    drop_remainder: bool

    @property
    def cardinality(self) -> int:
        return UNKNOWN_CARDINALITY

    @property
    def spec(self) -> Any:
        size = self.sizes[0] if self.drop_remainder and len(set(self.sizes)) == 1 else None
        return map_spec(lambda spec: spec.row().with_leading(size), self.input.spec)

    def open(self) -> Cursor:
        return RebatchCursor(self, Unbatch(self.input).open())


class RebatchCursor(Cursor):
    """Takes rows until a batch is full."""

    def __init__(self, node: Rebatch, input: Cursor) -> None:
        super().__init__(node, input)
        self._input, self._turn = input, 0
        self._stacking = BatchCursor(Batch(Unbatch(node.input), 1, False), input)

    def read(self, n: int) -> Elements | None:
        size = self.node.sizes[self._turn % len(self.node.sizes)]
        parts: list[Chunk] = []
        missing = size
        while missing and (chunk := self._input.read(missing)) is not None:
            parts.append(chunk)
            missing -= len(chunk)
        if not parts or (missing and self.node.drop_remainder):
            return None
        self._turn += 1
        return Elements([self._stacking._stack(join(parts))])

    def own_state(self) -> Any:
        return self._turn

    def set_own_state(self, state: Any) -> None:
        self._turn = state


@dataclass(frozen=True, eq=False)
class Resample(Node):
    """Pairs of class and element, of which as many are left out as it takes for the classes to be distributed as asked.

    Rejection sampling (J. von Neumann, Various techniques used in connection with random digits, 1951): an element of
    class i is kept with a probability proportional to target[i] / initial[i].
    """

    input: Node
    class_of: Callable
    target: tuple[float, ...]
    initial: tuple[float, ...] | None
    seed: int
    epochs: EpochCounter = field(default_factory=EpochCounter)

    @property
    def operation(self) -> str:
        return "rejection_resample"

    @property
    def cardinality(self) -> int:
        return self.input.cardinality if self.initial == self.target else UNKNOWN_CARDINALITY

    @property
    def spec(self) -> Any:
        return probe_spec(lambda element: (self.class_of_element(element), element), self.input)

    def class_of_element(self, element: Any) -> Any:
        """Returns the class of an element as the function gives it."""
        number = call(self.class_of, element)
        if isinstance(number, int):
            number = np.int32(number)
        if np.shape(number) != () or getattr(number, "dtype", np.dtype(object)).kind not in "iu":
            raise ValueError(f"The class_func of {self.where} must return one integer, it returned {number!r}.")
        return np.asarray(number)[()]

    def open(self) -> Cursor:
        return ResampleCursor(self, self.input.open())


class ResampleCursor(Cursor):
    """Throws a die for every element."""

    def __init__(self, node: Resample, input: Cursor) -> None:
        super().__init__(node, input)
        self._input, self._count = input, 0
        self._random: Any = None
        # Without a given distribution it is estimated on the way, beginning with all classes alike.
        self._seen = np.ones(len(node.target))

    def read(self, n: int) -> Elements | None:
        if self._random is None:
            self._random = generator(self.node.seed, self.node.epochs.take())
        while (chunk := self._input.read(1)) is not None:
            element = chunk.elements()[0]
            number = self._class(element)
            self._seen[int(number)] += 1
            initial = np.array(self.node.initial if self.node.initial is not None else self._seen / self._seen.sum())
            ratio = np.array(self.node.target) / np.maximum(initial, np.finfo(np.float64).tiny)
            largest = ratio[initial > 0].max(initial=0.0)
            keep = ratio[int(number)] / largest if largest > 0 else 1.0
            if self._random.random() < keep or keep >= 1:
                return Elements([(number, element)])
        return None

    def _class(self, element: Any) -> Any:
        try:
            with quiet():
                number = self.node.class_of_element(element)
            if not 0 <= number < len(self._seen):
                raise ValueError(f"Class {number} is not among the {len(self._seen)} classes of target_dist.")
        except Exception as error:
            add_note(error, f"raised in {self.node.where}, at element {self._count}")
            raise
        self._count += 1
        return number

    def own_state(self) -> Any:
        random = None if self._random is None else self._random.bit_generator.state
        return {"random": random, "seen": self._seen.copy(), "count": self._count, "epoch": self.node.epochs.next_epoch}

    def set_own_state(self, state: Any) -> None:
        self._seen, self._count, self._random = np.array(state["seen"]), state["count"], None
        self.node.epochs.next_epoch = state["epoch"]
        if state["random"] is not None:
            self._random = generator(0, 0)
            self._random.bit_generator.state = state["random"]
