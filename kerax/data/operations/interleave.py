"""flat_map and interleave: a dataset made from every element, and their elements one behind or between the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kerax.data.calls import call, quiet
from kerax.data.chunks import Chunk
from kerax.data.cursor import Cursor
from kerax.data.node import Node, add_note
from kerax.data.operations.prefetch import Prefetch, PrefetchCursor
from kerax.data.probe import probe_spec
from kerax.data.rewrite import rewrite
from kerax.data.spec import UNKNOWN_CARDINALITY


@dataclass(frozen=True, eq=False)
class Interleave(Node):
    """``block`` elements at a time from each of ``cycle`` datasets, which ``function`` makes from the elements of the
    input.
    """

    input: Node
    function: Callable
    cycle: int
    block: int

    @property
    def cardinality(self) -> int:
        return UNKNOWN_CARDINALITY

    @property
    def spec(self) -> Any:
        return probe_spec(self.plan_of, self.input, describe=lambda plan: plan.spec)

    def plan_of(self, element: Any) -> Node:
        """Returns the plan of the dataset that the function makes of an element."""
        result = call(self.function, element)
        plan = getattr(result, "_plan", None)
        if not isinstance(plan, Node):
            raise TypeError(f"The function of {self.where} must return a Dataset, it returned {type(result).__name__}.")
        return plan

    def start(self, element: Any) -> Cursor:
        """Opens the dataset that the function makes of an element."""
        return rewrite(self.plan_of(element)).open()

    def open(self) -> Cursor:
        return InterleaveCursor(self, self.input.open())


@dataclass(frozen=True, eq=False)
class ParallelInterleave(Interleave):
    """The same elements, by a thread for each of the ``cycle`` datasets, and in the same order unless
    ``deterministic`` is False.
    """

    deterministic: bool | None = None

    @property
    def operation(self) -> str:
        return "interleave"

    def unordered(self) -> Node:
        return replace(self, deterministic=False) if self.deterministic is None else self

    def start(self, element: Any) -> Cursor:
        return rewrite(Prefetch(self.plan_of(element), 2 * self.block)).open()

    def open(self) -> Cursor:
        kind = UnorderedInterleaveCursor if self.deterministic is False else InterleaveCursor
        return kind(self, self.input.open())


@dataclass(frozen=True, eq=False)
class FlatMap(Interleave):
    """All elements of the first dataset, then those of the second, and so on."""

    @property
    def operation(self) -> str:
        return "flat_map"


class InterleaveCursor(Cursor):
    """Goes round ``cycle`` places. A place whose dataset has ended gets the next one when its turn comes again."""

    def __init__(self, node: Interleave, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self._places: list[tuple[Any, Cursor] | None] = [None] * node.cycle
        self._place = self._block = self._count = 0
        self._ended = False

    def read(self, n: int) -> Chunk | None:
        while True:
            place = self._places[self._place]
            if place is not None:
                chunk = place[1].read(min(n, self.node.block - self._block))
                if chunk is not None:
                    self._block += len(chunk)
                    if self._block == self.node.block:
                        self._turn()
                    return chunk
                place[1].close()
                self._places[self._place] = None
                self._turn()
            elif not self._ended:
                self._fill(self._place)
            elif any(self._places):
                self._turn()
            else:
                return None

    def _turn(self) -> None:
        self._place, self._block = (self._place + 1) % self.node.cycle, 0

    def _fill(self, index: int) -> None:
        chunk = self._input.read(1)
        if chunk is None:
            self._ended = True
            return
        element = chunk.elements()[0]
        self._places[index] = (element, self._open(element))
        self._count += 1

    def _open(self, element: Any) -> Cursor:
        try:
            with quiet():
                return self.node.start(element)
        except Exception as error:
            add_note(error, f"raised by the function of {self.node.where}, at element {self._count}")
            raise

    def own_state(self) -> Any:
        places = [None if place is None else (place[0], place[1].get_state()) for place in self._places]
        return {"places": places, "at": (self._place, self._block, self._count, self._ended)}

    def set_own_state(self, state: Any) -> None:
        self._place, self._block, self._count, self._ended = state["at"]
        self._places = []
        for place in state["places"]:
            cursor = None if place is None else self._open(place[0])
            if cursor is not None:
                cursor.set_state(place[1])
            self._places.append(None if cursor is None else (place[0], cursor))

    def close(self) -> None:
        for place in self._places:
            if place is not None:
                place[1].close()
        super().close()


class UnorderedInterleaveCursor(InterleaveCursor):
    """Takes elements from the next place that has any, and waits only while none has."""

    def __init__(self, node: Interleave, input: Cursor) -> None:
        super().__init__(node, input)
        self._changed = threading.Condition()  # of all places

    def read(self, n: int) -> Chunk | None:
        while self._fill_all() and self._go_to_ready():
            place = self._places[self._place]
            chunk = place[1].read(min(n, self.node.block - self._block))  # type: ignore[index]
            if chunk is None:
                place[1].close()  # type: ignore[index]
                self._places[self._place] = None
                self._turn()
                continue
            self._block += len(chunk)
            if self._block == self.node.block:
                self._turn()
            return chunk
        return None

    def _fill_all(self) -> bool:
        """Opens a dataset at every empty place; says whether there is any."""
        for index, place in enumerate(self._places):
            if place is None and not self._ended:
                self._fill(index)
        return any(self._places)

    def _go_to_ready(self) -> bool:
        """Waits until some place has an element, or has ended, and goes there."""
        with self._changed:
            while True:
                for step in range(self.node.cycle):
                    index = (self._place + step) % self.node.cycle
                    if self._ready(index):
                        if step:
                            self._place, self._block = index, 0
                        return True
                self._changed.wait()

    def _ready(self, index: int) -> bool:
        place = self._places[index]
        return place is not None and (not isinstance(place[1], PrefetchCursor) or place[1].ready())

    def _open(self, element: Any) -> Cursor:
        cursor = super()._open(element)
        if isinstance(cursor, PrefetchCursor):
            cursor.share(self._changed)
        return cursor
