"""Sources held in memory: rows of arrays, and ranges. They run as row numbers that are gathered at the very end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Columns, Elements
from kerax.data.convert import as_component, numpy_dtype, to_array
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.ragged import RaggedTensor
from kerax.data.spec import TensorSpec
from kerax.data.structure import LEAF, Structure

# A chunk read ahead should stay in the processor's cache, and be worth the Python call that fetches it.
CHUNK_BYTES = 1 << 19
CHUNK_ROWS = 8192


def rows_in_chunk(bytes_per_row: int) -> int:
    """Returns how many rows of this size to fetch at once."""
    return max(1, min(CHUNK_ROWS, CHUNK_BYTES // max(1, bytes_per_row)))


@dataclass(frozen=True, eq=False)
class TensorSlice(Node):
    """Rows of arrays that have the same leading size."""

    structure: Structure
    leaves: tuple[np.ndarray, ...]

    knows_spec = True

    @staticmethod
    def of(tensors: Any) -> TensorSlice:
        """Builds the source from what a user passed to ``from_tensor_slices``."""
        structure, values = Structure.flatten(tensors)
        if not values:
            raise ValueError("from_tensor_slices() needs at least one array, received an empty structure.")
        paths = structure.paths()
        leaves = [to_array(value) for value in values]
        for path, leaf in zip(paths, leaves):
            if leaf.ndim == 0:
                name = f"component {path}" if path else "the argument"
                raise ValueError(
                    f"from_tensor_slices() slices along the first dimension, but {name} is a single value: "
                    f"{leaf[()]!r}."
                )
            if len(leaf) != len(leaves[0]):
                raise ValueError(
                    f"from_tensor_slices() needs components of the same length: {paths[0]} has {len(leaves[0])} "
                    "rows and "
                    f"{path} has {len(leaf)}."
                )
        return TensorSlice(structure, tuple(leaves))

    @property
    def operation(self) -> str:
        return "from_tensor_slices"

    @property
    def makes_ragged(self) -> bool:
        return any(isinstance(leaf, RaggedTensor) for leaf in self.leaves)

    @property
    def spec(self) -> Any:
        return self.structure.unflatten([TensorSpec.of(leaf).row() for leaf in self.leaves])

    @property
    def cardinality(self) -> int:
        return len(self.leaves[0])

    @property
    def bytes_per_row(self) -> int:
        """The memory one element takes."""
        return sum(leaf.nbytes // max(1, len(leaf)) for leaf in self.leaves)

    def gather(self, rows: np.ndarray) -> Columns:
        """Returns the rows with these numbers."""
        return Columns(self.structure, [leaf.take(rows, axis=0) for leaf in self.leaves])

    def open(self) -> Cursor:
        return GatherCursor(self, RowNumbers(self.cardinality).open())


@dataclass(frozen=True, eq=False)
class Range(Node):
    """An arithmetic progression."""

    start: int
    stop: int
    increment: int
    dtype: str

    knows_spec = True

    @property
    def spec(self) -> Any:
        return TensorSpec((), self.dtype)

    @property
    def cardinality(self) -> int:
        return len(range(self.start, self.stop, self.increment))

    @property
    def bytes_per_row(self) -> int:
        """The memory one element takes."""
        return numpy_dtype(self.dtype).itemsize

    def gather(self, rows: np.ndarray) -> Columns:
        """Returns the numbers at these positions."""
        values = rows if self.increment == 1 and self.start == 0 else rows * self.increment + self.start
        return Columns(LEAF, [values.astype(numpy_dtype(self.dtype), copy=values is rows)])

    def open(self) -> Cursor:
        return GatherCursor(self, RowNumbers(self.cardinality).open())


@dataclass(frozen=True, eq=False)
class RowNumbers(Node):
    """The numbers 0 ... count - 1, standing for the rows of a source that is gathered later."""

    count: int

    @property
    def cardinality(self) -> int:
        return self.count

    @property
    def spec(self) -> Any:
        return TensorSpec((), "int64")

    def open(self) -> Cursor:
        return RowNumbersCursor(self)


class RowNumbersCursor(Cursor):
    """Counts."""

    ahead = CHUNK_ROWS
    instant = True

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._next = 0

    def read(self, n: int) -> Columns | None:
        start, stop = self._next, min(self._next + n, self.node.count)
        if start >= stop:
            return None
        self._next = stop
        return Columns(LEAF, [np.arange(start, stop)])

    def own_state(self) -> Any:
        return self._next

    def set_own_state(self, state: Any) -> None:
        self._next = state


@dataclass(frozen=True, eq=False)
class Gather(Node):
    """Rows of a source in the order that a plan over row numbers gives: made by the rewrite rules, never by a user."""

    input: Node
    source: TensorSlice | Range

    @property
    def step(self) -> int:
        return self.input.step

    @property
    def spec(self) -> Any:
        return self.source.spec

    def open(self) -> Cursor:
        return GatherCursor(self.source, self.input.open())


class GatherCursor(Cursor):
    """Fetches rows by number, many at once."""

    instant = True

    def __init__(self, source: TensorSlice | Range, rows: Cursor) -> None:
        super().__init__(source, rows)
        self._rows, self.ahead = rows, rows_in_chunk(source.bytes_per_row)

    def read(self, n: int) -> Columns | None:
        chunk = self._rows.read(n)
        return None if chunk is None else self.node.gather(chunk.leaves[0])  # type: ignore[union-attr]


@dataclass(frozen=True, eq=False)
class Tensor(Node):
    """One element: what the user passed, whole."""

    structure: Structure
    leaves: tuple[np.ndarray, ...]

    knows_spec = True

    @staticmethod
    def of(tensors: Any) -> Tensor:
        """Builds the source from what a user passed to ``from_tensors``."""
        structure, values = Structure.flatten(tensors)
        if not values:
            raise ValueError("from_tensors() needs at least one array, received an empty structure.")
        return Tensor(structure, tuple(to_array(value) for value in values))

    @property
    def operation(self) -> str:
        return "from_tensors"

    @property
    def spec(self) -> Any:
        return self.structure.unflatten([TensorSpec.of(leaf) for leaf in self.leaves])

    @property
    def cardinality(self) -> int:
        return 1

    def open(self) -> Cursor:
        return TensorCursor(self)


class TensorCursor(RowNumbersCursor):
    """Yields its one element once."""

    def read(self, n: int) -> Any:
        if self._next:
            return None
        self._next = 1
        return Elements([self.node.structure.unflatten([as_component(_read_only(leaf)) for leaf in self.node.leaves])])


def _read_only(leaf: Any) -> Any:
    """A view that cannot be written through: the memory may be the user's own."""
    if not isinstance(leaf, np.ndarray):
        return leaf
    view = leaf.view()
    view.flags.writeable = False
    return view
