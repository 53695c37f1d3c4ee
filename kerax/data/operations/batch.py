"""batch and unbatch: elements to arrays with one more leading dimension, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Columns, Elements, join, pack, unpack
from kerax.data.convert import stack
from kerax.data.cursor import Cursor
from kerax.data.node import Node, any_step
from kerax.data.operations.map import MapCursor
from kerax.data.ragged import RaggedTensor
from kerax.data.spec import UNKNOWN_CARDINALITY, RaggedTensorSpec, TensorSpec, map_spec
from kerax.data.structure import LEAF, Structure
from kerax.functional.host_memory import empty

_ROWS_AHEAD = 1024
_LARGEST = 1 << 26  # bytes of such a place
_LARGE = 1 << 16  # bytes of an array that is worth a place of its own


@dataclass(frozen=True, eq=False)
class Batch(Node):
    """Consecutive elements stacked, ``size`` at a time; a shorter rest at the end is kept or dropped."""

    input: Node
    size: int
    drop_remainder: bool

    @property
    def knows_spec(self) -> bool:
        return self.input.knows_spec

    @property
    def spec(self) -> Any:
        size = self.size if self.drop_remainder else None
        return map_spec(lambda spec: spec.with_leading(size), self.input.spec)

    @property
    def cardinality(self) -> int:
        inner = self.input.cardinality
        return inner if inner < 0 else (inner // self.size if self.drop_remainder else -(-inner // self.size))

    def open(self) -> Cursor:
        return BatchCursor(self, self.input.open())


class BatchCursor(Cursor):
    """Cuts columns, or stacks elements, into batches. Elements left between two reads wait in ``_rest``."""

    def __init__(self, node: Batch, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self._rest: Chunk | None = None
        self._count = 0
        # An array can be a row of a ragged component: only its spec says so.
        ragged = any_step(node.input, lambda step: step.makes_ragged)
        self._specs = Structure.flatten(node.input.spec)[1] if ragged else None
        self._places = _Places(node.size)
        self._at_once = type(input) is MapCursor and not ragged
        if isinstance(input, MapCursor) and self._at_once:
            input.each = self._places.put

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return max(1, self._input.ahead // self.node.size)

    def read(self, n: int) -> Elements | None:
        size = self.node.size
        parts = [] if self._rest is None else [self._rest]
        have = self._places.next = 0 if self._rest is None else len(self._rest)
        while have < size:
            try:
                chunk = self._input.read(n * size - have)
            except Exception:
                self._rest = None  # a batch with an element that failed is lost as a whole
                raise
            if chunk is None:
                break
            if not self._at_once and not self._specs and have + len(chunk) <= size and isinstance(chunk, Elements):
                chunk = Elements([self._places.put(element) for element in chunk])
            parts.append(chunk)
            have += len(chunk)
        self._rest = None
        if have < size:
            return self._last(parts, have)
        rows = join(parts)
        count = have // size
        if have % size:
            self._rest = rows[count * size :]
        return self._cut(rows, count)

    def _last(self, parts: list[Chunk], have: int) -> Elements | None:
        if not have or self.node.drop_remainder:
            return None
        return Elements([self._stack(join(parts))])

    def _cut(self, rows: Chunk, count: int) -> Elements:
        size = self.node.size
        if count == 1 and len(rows) == size:
            return Elements([self._stack(rows)])
        if isinstance(rows, Columns) and count > 1:
            unflatten = rows.structure.unflatten
            cuts = [[leaf[i * size : (i + 1) * size] for i in range(count)] for leaf in rows.leaves]
            self._count += count
            return Elements([unflatten(parts) for parts in zip(*cuts)])
        return Elements([self._stack(rows[i * size : (i + 1) * size]) for i in range(count)])

    def _stack(self, rows: Chunk) -> Any:
        index, self._count = self._count, self._count + 1
        if isinstance(rows, Columns):
            return rows.value()
        structure, first = Structure.flatten(rows[0])
        lists = [first, *(structure.leaves(row) for row in rows[1:])]
        where = f" in {self.node.where}, batch {index}"
        names = [f", component {path}" if path else "" for path in structure.paths()]
        specs = self._specs or [None] * structure.size
        columns = zip(*self._places.filled(structure.size), zip(*lists), names, specs)
        return structure.unflatten(
            [
                stack_as(spec, list(column), where + name)
                if place is None or len(rows) != len(column) or any(a is not b for a, b in zip(rows, column))
                else place[: len(column)]
                for place, rows, column, name, spec in columns
            ]
        )

    def own_state(self) -> Any:
        return {"rest": None if self._rest is None else pack(self._rest), "count": self._count}

    def set_own_state(self, state: Any) -> None:
        self._rest = None if state["rest"] is None else unpack(state["rest"])
        self._count = state["count"]


class _Places:
    """Where the large components of the next batch are put, each while the processor's cache still holds it.

    It knows nothing of cursors: one that it referred to would outlive the iterator, with its threads.

    Attributes:
      next: which row of the batch comes next.
    """

    def __init__(self, size: int) -> None:
        self.next = 0
        self._size, self._structure = size, LEAF
        self._places: list[np.ndarray | None] = []
        self._views: list[list[np.ndarray]] = []  # the rows that are there already

    def put(self, element: Any) -> Any:
        """Returns an element whose large arrays lie where the batch will be."""
        index, self.next = self.next, self.next + 1
        if index == 0:
            self._structure, leaves = Structure.flatten(element)
            large = any(type(leaf) is np.ndarray and leaf.nbytes >= _LARGE for leaf in leaves)
            self._places = [_place_for(leaf, self._size) for leaf in leaves] if large else []
            self._views = [[] for _ in self._places]
        if not self._places or index >= self._size:
            return element
        try:
            rows = self._structure.leaves(element)
        except ValueError:  # stacking says what is wrong
            return element
        for i, (place, row) in enumerate(zip(self._places, rows)):
            if place is not None and type(row) is np.ndarray and row.dtype == place.dtype:
                if row.shape == place.shape[1:]:
                    place[index] = row
                    rows[i] = place[index]
                    self._views[i].append(rows[i])
        return self._structure.unflatten(rows)

    def filled(self, count: int) -> tuple[list, list]:
        """Returns the place and its rows for each of so many components, and gives them away."""
        none: list = [None] * count
        places, views, self._places, self._views = self._places or none, self._views or none, [], []
        return places, views


def _place_for(leaf: Any, size: int) -> np.ndarray | None:
    large = type(leaf) is np.ndarray and leaf.nbytes >= _LARGE and leaf.nbytes * size <= _LARGEST
    return empty((size, *leaf.shape), leaf.dtype) if large and not leaf.dtype.hasobject else None  # type: ignore[union-attr]


def stack_as(spec: TensorSpec | None, components: list, where: str) -> Any:
    """Stacks components, ragged if their spec says that they are rows of ragged tensors."""
    if isinstance(spec, RaggedTensorSpec) and spec.ragged_rank >= 0 and isinstance(components[0], np.ndarray):
        rows = [RaggedTensor.uniform(component, spec.ragged_rank) for component in components]
        return RaggedTensor.stack(rows, spec.row_splits_dtype)
    return stack(components, where)


@dataclass(frozen=True, eq=False)
class Unbatch(Node):
    """The rows of every element, one after the other."""

    input: Node

    @property
    def spec(self) -> Any:
        def row(spec: TensorSpec) -> TensorSpec:
            if spec.shape == ():
                raise ValueError(
                    "unbatch() needs components with a leading dimension; the dataset has scalar components."
                )
            return spec.row()

        return map_spec(row, self.input.spec)

    @property
    def cardinality(self) -> int:
        inner = self.input.cardinality
        if inner <= 0:
            return inner
        specs = Structure.flatten(self.input.spec)[1]
        # The rows of ragged elements differ in number.
        sizes = [spec.shape[0] for spec in specs if spec.shape and not isinstance(spec, RaggedTensorSpec)]
        known = [size for size in sizes if size is not None]
        return inner * known[0] if known else UNKNOWN_CARDINALITY

    def open(self) -> Cursor:
        return UnbatchCursor(self, self.input.open())


class UnbatchCursor(Cursor):
    """Hands out the rows of one element as columns."""

    def __init__(self, node: Unbatch, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self._rows: Columns | None = None
        self._count = 0

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return _ROWS_AHEAD if self._input.ahead > 1 else 1

    def read(self, n: int) -> Chunk | None:
        while self._rows is None or not len(self._rows):
            chunk = self._input.read(1)
            if chunk is None:
                return None
            self._rows = self._columns(chunk.elements()[0])
            self._count += 1
        out = self._rows[:n]
        self._rows = self._rows[n:]
        return out

    def _columns(self, element: Any) -> Columns:
        structure, leaves = Structure.flatten(element)
        at = f"in {self.node.where}, at element {self._count}"
        sizes = [np.shape(leaf)[0] if np.ndim(leaf) else None for leaf in leaves]
        if None in sizes:
            raise ValueError(f"unbatch() needs components with a leading dimension, found a scalar component ({at}).")
        if len(set(sizes)) != 1:
            raise ValueError(f"unbatch() needs components with the same leading size, found {sizes} ({at}).")
        return Columns(structure, leaves)

    def own_state(self) -> Any:
        return {"rows": None if self._rows is None else pack(self._rows), "count": self._count}

    def set_own_state(self, state: Any) -> None:
        self._rows = None if state["rows"] is None else unpack(state["rows"])  # type: ignore[assignment]
        self._count = state["count"]
