"""Columns of Parquet and Arrow files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Columns, Elements
from kerax.data.convert import to_array
from kerax.data.cursor import Cursor
from kerax.data.dataset import Dataset
from kerax.data.node import Node
from kerax.data.sources.list_files import matching_files
from kerax.data.spec import TensorSpec
from kerax.data.structure import Structure
from kerax.errors import did_you_mean

_ROWS = 8192


def _pyarrow() -> Any:
    try:
        import pyarrow.dataset
    except ImportError:
        raise ImportError(
            "ParquetDataset needs the package pyarrow: pip install pyarrow (or the extra `data`)."
        ) from None
    return pyarrow.dataset


@dataclass(frozen=True, eq=False)
class ArrowTable(Node):
    """Rows of Parquet or Arrow files."""

    files: tuple[str, ...]
    columns: tuple[str, ...]
    format: str
    specs: Any
    rows: int

    @property
    def operation(self) -> str:
        return "ParquetDataset"

    @property
    def spec(self) -> Any:
        return self.specs

    @property
    def cardinality(self) -> int:
        return self.rows

    def open(self) -> Cursor:
        return ArrowCursor(self)


class ArrowCursor(Cursor):
    """Reads record batches. A position is a number of rows, found again by reading past them."""

    ahead = _ROWS

    def __init__(self, node: ArrowTable) -> None:
        super().__init__(node)
        self._batches: Any = None
        self._chunk: Chunk | None = None
        self._at = self._position = 0

    def read(self, n: int) -> Chunk | None:
        while self._chunk is None or self._at >= len(self._chunk):
            if self._batches is None:
                table = _pyarrow().dataset(list(self.node.files), format=self.node.format)
                self._batches = iter(table.to_batches(columns=list(self.node.columns), batch_size=_ROWS))
            batch = next(self._batches, None)
            if batch is None:
                return None
            self._chunk, self._at = self._rows(batch), 0
        out = self._chunk[self._at : self._at + n]
        self._at += len(out)
        self._position += len(out)
        return out

    def _rows(self, batch: Any) -> Chunk:
        structure = Structure.flatten(self.node.specs)[0]
        columns = [_array(batch.column(name), name) for name in self.node.columns]
        if not any(isinstance(column, list) for column in columns):
            return Columns(structure, columns)
        return Elements([structure.unflatten(row) for row in zip(*columns)])

    def own_state(self) -> Any:
        return self._position

    def set_own_state(self, state: Any) -> None:
        self._batches, self._chunk, self._at, self._position = None, None, 0, 0
        while self._position < state and self.read(state - self._position) is not None:
            pass


def _array(column: Any, name: str) -> Any:
    """The values of a column: an array, or for lists of different lengths a list of arrays."""
    if column.null_count:
        raise ValueError(
            f"The column {name!r} of type {column.type} has {column.null_count} missing values in one of its batches; "
            "fill them in before."
        )
    if not _is_list(column.type):
        return to_array(np.asarray(column.to_numpy(zero_copy_only=False)))
    values = _array(column.flatten(), name)
    if hasattr(column.type, "list_size"):
        return values.reshape(len(column), column.type.list_size, *values.shape[1:])
    ends = np.cumsum(column.value_lengths().to_numpy(zero_copy_only=False))
    return np.split(values, ends[:-1])


def _is_list(kind: Any) -> bool:
    return "list" in str(kind).partition("<")[0]


class ParquetDataset(Dataset):
    """The rows of Parquet (or Arrow, Feather) files, as dictionaries with one component for each column.

    A column of lists gives arrays; of different lengths, where the lists are not of a fixed size.

    Needs the package ``pyarrow``. Files are read a batch of rows at a time.

    Args:
      filenames: files, or glob patterns.
      columns: the names of the columns to read; all by default.
      format: ``"parquet"``, ``"arrow"`` or ``"feather"``.

    Raises:
      ImportError: if pyarrow is not installed.
      FileNotFoundError: if no file matches.
      ValueError: for a column that does not exist; while iterating, for missing values.
      TypeError: for a column of something else than numbers, booleans, text, or lists of these.

    Example:
      >>> import kerax.data
      >>> kerax.data.ParquetDataset("/no/such/*.parquet")  # doctest: +SKIP
      Traceback (most recent call last):
      FileNotFoundError: ParquetDataset(filenames=...): no file matches '/no/such/*.parquet'.
    """

    def __init__(self, filenames: Any, columns: list[str] | None = None, format: str = "parquet") -> None:
        files = matching_files(filenames)
        if not files:
            raise FileNotFoundError(f"ParquetDataset(filenames=...): no file matches {os.fspath(filenames)!r}.")
        table = _pyarrow().dataset(files, format=format)
        names = list(table.schema.names) if columns is None else list(columns)
        for name in names:
            if name not in table.schema.names:
                hint = did_you_mean(name, table.schema.names)
                raise ValueError(f"ParquetDataset(columns=...): there is no column {name!r}.{hint}")
        specs = {name: _spec(name, table.schema.field(name).type) for name in names}
        super().__init__(ArrowTable(tuple(files), tuple(names), format, specs, table.count_rows()))


def _spec(name: str, kind: Any) -> TensorSpec:
    shape: list[int | None] = []
    inner = kind
    while _is_list(inner):
        shape.append(getattr(inner, "list_size", None))
        inner = inner.value_type
    try:
        if len(shape) > 1 and None in shape:
            raise TypeError("lists in lists need fixed sizes")
        return TensorSpec(tuple(shape), _dtype(inner))
    except TypeError as error:
        raise TypeError(
            f"ParquetDataset: the column {name!r} of type {kind} cannot be read ({error}). Choose others with "
            "columns=[...], or convert it first."
        ) from None


def _dtype(kind: Any) -> str:
    name = str(kind)
    if name in ("string", "large_string", "binary", "large_binary", "utf8") or name.startswith("dictionary"):
        return "string"
    return {"float": "float32", "double": "float64", "halffloat": "float16"}.get(name, name)
