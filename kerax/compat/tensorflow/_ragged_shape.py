"""``tf.experimental.DynamicRaggedShape``: sizes of tensors whose rows may differ in length."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._row_partition import RowPartition
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert


class DynamicRaggedShape:
    """The sizes of a tensor: rows of different lengths first, then ordinary axes.

    Args:
      row_partitions: the rows of each axis that may be ragged, from the second axis on.
      inner_shape: the sizes of the flat values.
      dtype: int32 or int64; that of the rows, or of ``inner_shape``, without it.
      validate: whether rows and sizes are checked to fit.
      static_inner_shape: what is known of ``inner_shape``, with which it is compared.

    Raises:
      TypeError: if a row partition is something else.
      ValueError: for another dtype, unknown sizes, or sizes that are not ``static_inner_shape``.
      InvalidArgumentError: with ``validate``, if rows and sizes do not fit.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.experimental.DynamicRaggedShape.from_lengths([3, (2, 0, 1), 4])
      <DynamicRaggedShape lengths=[3, (2, 0, 1), 4] num_row_partitions=1>
    """

    def __init__(
        self,
        row_partitions: Any,
        inner_shape: Any,
        dtype: Any = None,
        validate: bool = False,
        static_inner_shape: Any = None,
    ):
        rows = tuple(row_partitions)
        for one in rows:
            if not isinstance(one, RowPartition):
                raise TypeError(f"row_partitions contains {one!r} which is not a RowPartition.")
        if inner_shape is None or None in (inner_shape if isinstance(inner_shape, (list, tuple)) else ()):
            raise ValueError(f"DynamicRaggedShape(inner_shape={inner_shape!r}): all sizes have to be known numbers.")
        if dtype is None:
            given = getattr(inner_shape, "dtype", None)
            dtype = rows[0].dtype if rows else ("int32" if given is not None and as_dtype(given).size == 4 else "int64")
        self._dtype = as_dtype(dtype)
        if self._dtype.name not in ("int32", "int64"):
            raise ValueError(f"Illegal dtype: {self._dtype!r}. The sizes are int32 or int64.")
        self._rows = tuple(one.with_dtype(self._dtype) for one in rows)
        self._inner = np.asarray(known(inner_shape)).astype(self._dtype.dtype).reshape(-1)
        if static_inner_shape is not None:
            TensorShape(self._inner.tolist()).assert_is_compatible_with(TensorShape(static_inner_shape))
        if validate:
            self._check()

    def _check(self) -> None:
        counts = [one.static_nrows for one in self._rows[1:]] + [int(size) for size in self._inner[:1]]
        for one, count in zip(self._rows, counts):
            values = int(one.nvals().numpy())
            if values != count:
                raise errors.InvalidArgumentError(
                    None, None, f"The rows do not fit what is inside them: {values} values in rows, {count} there."
                )

    # ---- making one -------------------------------------------------------------------------------------------------
    @classmethod
    def from_tensor(cls, t: Any, dtype: Any = None) -> DynamicRaggedShape:
        """The shape of a tensor or ragged tensor."""
        if hasattr(t, "nested_row_splits"):
            rows = [RowPartition.from_row_splits(one) for one in t.nested_row_splits]
            return cls(rows, t.flat_values.shape.as_list(), dtype=dtype)
        return cls([], list(convert(t).shape), dtype=dtype or "int32")

    @classmethod
    def from_row_partitions(cls, row_partitions: Any, dtype: Any = None) -> DynamicRaggedShape:
        """Of rows alone: the flat values are a vector.

        Raises:
          ValueError: without rows.
        """
        if not row_partitions:
            raise ValueError("row_partitions cannot be empty.")
        return cls(row_partitions, [int(row_partitions[-1].nvals().numpy())], dtype=dtype)

    @classmethod
    def from_lengths(cls, lengths: Any, num_row_partitions: int | None = None, dtype: Any = "int64") -> Any:
        """Of a number for an axis of equal lengths, and one number a row for a ragged axis.

        Args:
          lengths: from the first axis, which is a number.
          num_row_partitions: how many axes are rows; up to the last ragged one without it.
          dtype: int32 or int64.

        Raises:
          ValueError: if the lengths of a ragged axis are not as many as the rows.
        """
        ragged = max((axis for axis, one in enumerate(lengths) if not isinstance(one, int)), default=0)
        count = ragged if num_row_partitions is None else num_row_partitions
        if (lengths and not isinstance(lengths[0], int)) or not ragged <= count <= max(len(lengths) - 1, 0):
            raise ValueError(
                f"from_lengths({lengths!r}, num_row_partitions={num_row_partitions}): the first length is a number, "
                "and the row partitions reach to the last ragged axis."
            )
        if not count:
            return cls([], list(lengths), dtype=dtype)
        rows, values = [], lengths[0]
        for one in lengths[1 : count + 1]:
            if isinstance(one, int):
                made = RowPartition.from_uniform_row_length(one, nrows=values, dtype=dtype)
            else:
                made = RowPartition.from_row_lengths(list(one), dtype=dtype)
            if made.static_nrows != values:
                raise ValueError(f"Shape not consistent: {one!r} are lengths of {values} rows in {lengths!r}.")
            rows.append(made)
            values = int(made.nvals().numpy())
        return cls(rows, [values, *lengths[count + 1 :]], dtype=dtype)

    # ---- what it says -----------------------------------------------------------------------------------------------
    row_partitions = property(lambda self: self._rows, doc="The rows of each axis that may be ragged.")
    num_row_partitions = property(lambda self: len(self._rows), doc="How many axes may be ragged.")
    inner_rank = property(lambda self: len(self._inner), doc="The number of axes of the flat values.")
    rank = property(lambda self: len(self._rows) + len(self._inner), doc="The number of axes.")
    dtype: DType = property(lambda self: self._dtype, doc="int32 or int64.")  # type: ignore[assignment]

    @property
    def inner_shape(self) -> Tensor:
        """The sizes of the flat values."""
        return Tensor(self._inner)

    def with_dtype(self, dtype: Any) -> DynamicRaggedShape:
        """The same sizes in whole numbers of another type."""
        return DynamicRaggedShape(self._rows, self._inner, dtype=dtype)

    def is_uniform(self, axis: int) -> bool:
        """Whether all rows of an axis have one length.

        Raises:
          IndexError: for an axis that is not there.
        """
        if not 0 <= axis < self.rank:
            raise IndexError(f"is_uniform(axis={axis}): expected 0 <= axis < {self.rank}; negative ones do not count.")
        return not 1 <= axis <= len(self._rows) or self._rows[axis - 1].is_uniform()

    def static_lengths(self, ragged_lengths: bool = True) -> list:
        """The length of each axis, a tuple of lengths for a ragged one.

        Args:
          ragged_lengths: whether lengths of rows are listed; None stands for them otherwise.
        """
        if not self._rows:
            return self._inner.tolist()
        found: list[Any] = [self._rows[0].static_nrows]
        for one in self._rows:
            if one.is_uniform():
                found.append(one.static_uniform_row_length)
            else:
                found.append(tuple(one.row_lengths().numpy().tolist()) if ragged_lengths else None)
        return found + self._inner[1:].tolist()

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            if index.step not in (None, 1):
                raise IndexError("Cannot stride through a shape.")
            return self._between(*index.indices(self.rank)[:2])
        if not isinstance(index, int):
            raise TypeError(f"Argument is not an int or a slice: {index!r}.")
        axis = index + self.rank if index < 0 else index
        if not 0 <= axis < self.rank:
            raise IndexError(f"Index is too big or too small: {index}, the shape has {self.rank} axes.")
        size = self.static_lengths(ragged_lengths=False)[axis]
        if size is None:
            raise ValueError(f"Index {axis} is not uniform: the rows of this axis have lengths of their own.")
        return Tensor(np.asarray(size, self._dtype.dtype))

    def _between(self, start: int, stop: int) -> DynamicRaggedShape:
        """The shape of some axes beside each other."""
        count = len(self._rows)
        if stop <= start:
            return DynamicRaggedShape([], [], dtype=self._dtype)
        if start:
            sizes = self.static_lengths(ragged_lengths=False)[:stop]
            if None in sizes:
                raise ValueError("All relevant dimensions must be uniform.")
            return DynamicRaggedShape([], sizes[start:], dtype=self._dtype)
        if stop > count:
            return DynamicRaggedShape(self._rows, self._inner[: stop - count], dtype=self._dtype)
        if stop == 1:
            return DynamicRaggedShape([], [self._rows[0].static_nrows], dtype=self._dtype)
        return DynamicRaggedShape.from_row_partitions(self._rows[: stop - 1], dtype=self._dtype)

    def of_values(self, flat_values: Any) -> Any:
        """The tensor, or ragged tensor, with this shape and these flat values.

        Args:
          flat_values: a tensor of shape ``inner_shape``.
        """
        if not self._rows:
            return flat_values
        from kerax.compat.tensorflow._ragged import RaggedTensor

        return RaggedTensor.from_nested_row_splits(flat_values, [one.row_splits() for one in self._rows])

    def __eq__(self, other: object) -> Any:
        if not isinstance(other, DynamicRaggedShape):
            return False
        if (self.rank, self.num_row_partitions) != (other.rank, other.num_row_partitions):
            return False
        return Tensor(np.asarray(self.static_lengths() == other.static_lengths()))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lengths = ", ".join(map(str, self.static_lengths()))
        return f"<DynamicRaggedShape lengths=[{lengths}] num_row_partitions={len(self._rows)}>"
