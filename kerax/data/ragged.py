"""Arrays whose rows differ in length, and arrays that are mostly empty, on the host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.data.convert import STRING, dtype_name, numpy_dtype, to_array


class RaggedTensor:
    """Rows of different lengths: all values in one array, and where each row begins and ends.

    Args:
      values: the values of all rows, one behind the other, shape ``(n, ...)``; a ``RaggedTensor`` for rows of rows.
      row_splits: ``int`` array of shape ``(rows + 1,)``: row ``i`` is ``values[row_splits[i]:row_splits[i + 1]]``.

    Raises:
      ValueError: if the splits do not begin at 0, fall, or do not end at the number of values.

    Example:
      >>> import kerax.data
      >>> ragged = kerax.data.RaggedTensor.constant([[1, 2], [], [3]])
      >>> ragged.values, ragged.row_splits.tolist(), ragged.shape
      (array([1, 2, 3], dtype=int32), [0, 2, 2, 3], (3, None))
      >>> ragged.to_tensor()
      array([[1, 2],
             [0, 0],
             [3, 0]], dtype=int32)
    """

    __slots__ = ("row_splits", "values")
    is_component = True  # one component of an element, not a structure or something to convert

    def __init__(self, values: Any, row_splits: Any) -> None:
        self.values = values if isinstance(values, RaggedTensor) else to_array(values)
        splits = np.asarray(row_splits)
        splits = splits if splits.dtype == np.int32 else splits.astype(np.int64, copy=False)
        good = splits.ndim == 1 and len(splits) > 0 and splits[0] == 0 and splits[-1] == len(self.values)
        if not good or (np.diff(splits) < 0).any():
            raise ValueError(
                f"row_splits must rise from 0 to the number of values, {len(self.values)}; received "
                f"{np.array2string(splits, threshold=10)}."
            )
        self.row_splits = splits

    # ------------------------------------------------------------------ making one

    @staticmethod
    def from_row_splits(values: Any, row_splits: Any) -> RaggedTensor:
        """Makes one of values and row splits; the constructor under TensorFlow's name."""
        return RaggedTensor(values, row_splits)

    @staticmethod
    def from_row_lengths(values: Any, row_lengths: Any) -> RaggedTensor:
        """Makes one of values and the length of each row.

        Example:
          >>> import kerax.data
          >>> kerax.data.RaggedTensor.from_row_lengths([1, 2, 3], [1, 2]).to_list()
          [[1], [2, 3]]
        """
        return RaggedTensor(
            values, np.concatenate([[0], np.cumsum(np.asarray(row_lengths, np.int64))]).astype(np.int64)
        )

    @staticmethod
    def constant(rows: Any, dtype: Any = None, ragged_rank: int | None = None) -> RaggedTensor:
        """Makes one of nested lists.

        Args:
          rows: lists of lists, nested equally deep.
          dtype: the dtype of the values; found from them by default.
          ragged_rank: how many dimensions below the first are ragged; all by default.

        Raises:
          ValueError: if ``rows`` is no list of lists.
        """
        rank = _depth(rows) - 1 if ragged_rank is None else ragged_rank
        if rank < 1:
            raise ValueError(f"RaggedTensor.constant() needs a list of lists, received {rows!r}.")
        lengths = [len(row) for row in rows]
        flat = [item for row in rows for item in row]
        if rank > 1:
            return RaggedTensor.from_row_lengths(RaggedTensor.constant(flat, dtype, rank - 1), lengths)
        values = to_array(flat) if flat else np.empty(0, np.float32)
        if dtype is not None:
            values = values.astype(numpy_dtype(dtype_name(dtype)))
        return RaggedTensor.from_row_lengths(values, lengths)

    @staticmethod
    def stack(rows: list, splits_dtype: Any = np.int64) -> RaggedTensor:
        """Stacks arrays, or ragged tensors, whose sizes differ.

        Args:
          rows: arrays of one rank and dtype that differ in their first size, or ragged tensors of one rank.
          splits_dtype: the dtype of the row splits.

        Example:
          >>> import numpy as np, kerax.data
          >>> kerax.data.RaggedTensor.stack([np.arange(2), np.arange(0), np.arange(1)]).to_list()
          [[0, 1], [], [0]]
        """
        lengths = [len(row) for row in rows]
        splits = np.zeros(len(rows) + 1, splits_dtype)
        np.cumsum(lengths, out=splits[1:])
        return RaggedTensor(join_rows(rows), splits)

    @staticmethod
    def uniform(array: np.ndarray, ragged_rank: int) -> RaggedTensor | np.ndarray:
        """Writes an ordinary array as a ragged one, so that it can be stacked with arrays of other sizes."""
        if ragged_rank < 1:
            return array
        rows, width = array.shape[:2]
        inner = RaggedTensor.uniform(array.reshape(rows * width, *array.shape[2:]), ragged_rank - 1)
        return RaggedTensor(inner, np.arange(rows + 1, dtype=np.int64) * width)

    # ------------------------------------------------------------------ what it holds

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the values; text is held as objects."""
        return self.values.dtype

    @property
    def ragged_rank(self) -> int:
        """How many dimensions are ragged, one inside the other."""
        return 1 + (self.values.ragged_rank if isinstance(self.values, RaggedTensor) else 0)

    @property
    def flat_values(self) -> np.ndarray:
        """The innermost values."""
        return self.values.flat_values if isinstance(self.values, RaggedTensor) else self.values

    @property
    def nested_row_splits(self) -> tuple[np.ndarray, ...]:
        """The row splits of every ragged dimension, the outermost first."""
        inner = self.values.nested_row_splits if isinstance(self.values, RaggedTensor) else ()
        return (self.row_splits, *inner)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes, ``None`` for ragged dimensions."""
        return (len(self), None, *self.values.shape[1:])

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return 1 + self.values.ndim

    @property
    def nbytes(self) -> int:
        """Memory of values and splits, in bytes."""
        return self.values.nbytes + self.row_splits.nbytes

    def row_lengths(self) -> np.ndarray:
        """Returns how long each row is."""
        return np.diff(self.row_splits)

    def bounding_shape(self) -> tuple[int, ...]:
        """Returns the shape of the smallest array that holds all rows."""
        width = int(self.row_lengths().max(initial=0))
        inner = self.values.bounding_shape() if isinstance(self.values, RaggedTensor) else self.values.shape
        return (len(self), width, *inner[1:])

    def to_list(self) -> list:
        """Returns nested lists."""
        inner = self.values.to_list() if isinstance(self.values, RaggedTensor) else self.values.tolist()
        return [inner[a:b] for a, b in zip(self.row_splits[:-1].tolist(), self.row_splits[1:].tolist())]

    def to_tensor(self, default_value: Any = None, shape: Any = None) -> np.ndarray:
        """Returns an ordinary array, short rows filled up at their ends.

        Args:
          default_value: what to fill up with; 0, False or empty text by default.
          shape: the shape of the array, ``None`` in it for the size needed; what lies outside is cut off.
        """
        sizes = list(self.bounding_shape())
        for axis, size in enumerate(shape or ()):
            sizes[axis] = sizes[axis] if size is None else int(size)
        flat = self.flat_values
        if default_value is None:
            default_value = b"" if flat.dtype.kind == "O" else 0
        out = np.full(sizes, default_value, flat.dtype)
        if isinstance(self.values, RaggedTensor):
            for index, row in enumerate(self):
                if index < sizes[0]:
                    filled = row.to_tensor(default_value, (None, *sizes[2:]))[: sizes[1]]
                    out[index, : len(filled)] = filled
            return out
        lengths = np.minimum(self.row_lengths(), sizes[1])[: sizes[0]]
        filled = np.arange(sizes[1]) < lengths[:, None]
        rows = self.row_splits[: len(lengths), None] + np.arange(sizes[1])
        part = flat[rows[filled]]
        out[: len(lengths)][filled] = part[(slice(None), *(slice(size) for size in sizes[2:]))]
        return out

    def take(self, order: np.ndarray, axis: int = 0) -> RaggedTensor:
        """Returns the rows with these numbers."""
        order = np.asarray(order)
        lengths = self.row_lengths()[order]
        splits = np.zeros(len(order) + 1, self.row_splits.dtype)
        np.cumsum(lengths, out=splits[1:])
        positions = np.arange(splits[-1]) + np.repeat(self.row_splits[:-1][order] - splits[:-1], lengths)
        return RaggedTensor(self.values.take(positions, axis=0), splits)

    def copy(self) -> RaggedTensor:
        """Returns one with memory of its own."""
        return RaggedTensor(self.values.copy(), self.row_splits.copy())

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                return self.take(np.arange(start, stop, step))
            stop = max(start, stop)
            splits = self.row_splits[start : stop + 1]
            return RaggedTensor(self.values[int(splits[0]) : int(splits[-1])], splits - splits[0])
        index = range(len(self))[key]
        return self.values[int(self.row_splits[index]) : int(self.row_splits[index + 1])]

    def __iter__(self) -> Iterator:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        return f"<RaggedTensor {self.to_list()!r}>"


class SparseTensor:
    """An array of which only some entries are written down.

    Args:
      indices: where they are, ``int64`` array of shape ``(entries, rank)``, in row-major order.
      values: what they are, shape ``(entries,)``.
      dense_shape: the shape of the whole array, ``int64`` of shape ``(rank,)``.

    Raises:
      ValueError: if the three do not belong together.

    Example:
      >>> import kerax.data
      >>> sparse = kerax.data.SparseTensor([[0, 1], [1, 0]], [5, 7], [2, 2])
      >>> sparse.to_dense()
      array([[0, 5],
             [7, 0]], dtype=int32)
    """

    __slots__ = ("dense_shape", "indices", "values")
    is_component = True

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self.values = to_array(values)
        self.dense_shape = np.asarray(dense_shape, np.int64)
        rank = len(self.dense_shape)
        self.indices = np.asarray(indices, np.int64).reshape(-1, rank) if rank else np.empty((0, 0), np.int64)
        if len(self.indices) != len(self.values):
            raise ValueError(
                f"SparseTensor() has {len(self.indices)} indices of rank {rank} and {len(self.values)} values."
            )
        if len(self.indices) and ((self.indices < 0).any() or (self.indices >= self.dense_shape).any()):
            raise ValueError(f"SparseTensor(indices=...) leave the dense shape {self.dense_shape.tolist()}.")

    @staticmethod
    def from_dense(array: Any) -> SparseTensor:
        """Writes down the entries of an array that are not zero, False or empty.

        Example:
          >>> import kerax.data
          >>> kerax.data.SparseTensor.from_dense([[0, 1], [2, 0]]).indices.tolist()
          [[0, 1], [1, 0]]
        """
        array = to_array(array)
        filled = array != b"" if array.dtype.kind == "O" else array != 0
        return SparseTensor(np.argwhere(filled), array[filled], array.shape)

    @staticmethod
    def stack(rows: list[SparseTensor]) -> SparseTensor:
        """Stacks sparse tensors of one rank; the dense shape is that of the largest.

        Raises:
          ValueError: if ranks differ.
        """
        if len({len(row.dense_shape) for row in rows}) > 1:
            raise ValueError(f"Cannot stack sparse tensors of ranks {[len(row.dense_shape) for row in rows]}.")
        numbers = np.repeat(np.arange(len(rows)), [len(row.values) for row in rows])
        indices = np.concatenate([row.indices for row in rows])
        sizes = np.max([row.dense_shape for row in rows], axis=0)
        values = np.concatenate([row.values for row in rows])
        return SparseTensor(np.column_stack([numbers, indices]), values, [len(rows), *sizes])

    @property
    def dtype(self) -> np.dtype:
        """The dtype of the values; text is held as objects."""
        return self.values.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the whole array."""
        return tuple(self.dense_shape.tolist())

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.dense_shape)

    @property
    def nbytes(self) -> int:
        """Memory of indices and values, in bytes."""
        return self.indices.nbytes + self.values.nbytes

    def to_dense(self, default_value: Any = None) -> np.ndarray:
        """Returns the whole array.

        Args:
          default_value: what stands where nothing is written down; 0, False or empty text by default.
        """
        if default_value is None:
            default_value = b"" if self.values.dtype.kind == "O" else 0
        out = np.full(self.shape, default_value, self.values.dtype)
        out[tuple(self.indices.T)] = self.values
        return out

    def take(self, order: np.ndarray, axis: int = 0) -> SparseTensor:
        """Returns the rows with these numbers, in this order."""
        rows = [self[int(index)] for index in order]
        return SparseTensor.stack(rows) if rows else self[0:0]

    def copy(self) -> SparseTensor:
        """Returns one with memory of its own."""
        return SparseTensor(self.indices.copy(), self.values.copy(), self.dense_shape.copy())

    def __len__(self) -> int:
        return int(self.dense_shape[0])

    def __getitem__(self, key: Any) -> SparseTensor:
        first = self.indices[:, 0]
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                return self.take(np.arange(start, stop, step))
            inside = (first >= start) & (first < stop)
            indices = self.indices[inside] - np.array([start] + [0] * (self.ndim - 1))
            return SparseTensor(indices, self.values[inside], [max(0, stop - start), *self.dense_shape[1:]])
        inside = first == range(len(self))[key]
        return SparseTensor(self.indices[inside][:, 1:], self.values[inside], self.dense_shape[1:])

    def __iter__(self) -> Iterator:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        return f"<SparseTensor indices={self.indices.tolist()} values={self.values.tolist()} shape={self.shape}>"


def join_rows(parts: list) -> Any:
    """Puts columns one behind the other: arrays, ragged or sparse tensors."""
    first = parts[0]
    if isinstance(first, RaggedTensor):
        splits, end = [first.row_splits[:1]], 0
        for part in parts:
            splits.append(part.row_splits[1:] + end)
            end += int(part.row_splits[-1])
        return RaggedTensor(join_rows([part.values for part in parts]), np.concatenate(splits))
    if isinstance(first, SparseTensor):
        return SparseTensor.stack([row for part in parts for row in part])
    return np.concatenate(parts)


def component_dtype(component: Any) -> str:
    """Returns the dtype name of any component."""
    return STRING if isinstance(component, (bytes, str)) else dtype_name(component.dtype)


def _depth(rows: Any) -> int:
    if not isinstance(rows, (list, tuple)):
        return np.ndim(rows)
    return 1 + max((_depth(row) for row in rows), default=0)
