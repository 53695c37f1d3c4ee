"""``tf.experimental.RowPartition``: which values of a sequence belong to which row."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import Composite
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._spec import TensorSpec
from kerax.compat.tensorflow._spec_parts import PartsSpec
from kerax.compat.tensorflow._tensor import Tensor


def _whole(value: Any, what: str, dtype: Any) -> np.ndarray:
    """Known whole numbers of 32 or 64 bits; 64 for Python's.

    Raises:
      ValueError: for others.
    """
    found = np.asarray(known(value))
    given = isinstance(value, (Tensor, np.ndarray)) and found.dtype in (np.int32, np.int64)
    if found.size and found.dtype.kind not in "iu":
        raise ValueError(f"{what} must have dtype int32 or int64")
    return found.astype(as_dtype(dtype).dtype if dtype is not None else found.dtype if given else np.int64)


def _invalid(maker: str, why: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, f"RowPartition.{maker}: the arguments form no rows: {why}")


class RowPartition(Composite):
    """Rows of different lengths in one sequence of values; the ``from_...`` methods make it.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> rows = tf.experimental.RowPartition.from_row_lengths([3, 0, 2])
      >>> rows.value_rowids().numpy().tolist()
      [0, 0, 0, 2, 2]
    """

    __slots__ = ("_nvals", "_splits", "_uniform")
    _splits: np.ndarray
    _uniform: int | None
    _nvals: int | None

    def __init__(
        self,
        row_splits: Any,
        row_lengths: Any = None,
        value_rowids: Any = None,
        nrows: Any = None,
        uniform_row_length: Any = None,
        nvals: Any = None,
        internal: Any = False,
    ):
        raise ValueError("RowPartition is made by its from_... methods.")

    @classmethod
    def _of(cls, splits: np.ndarray, uniform: int | None = None, nvals: int | None = None) -> RowPartition:
        made = object.__new__(cls)
        made._splits, made._uniform, made._nvals = splits, uniform, nvals
        return made

    @classmethod
    def _of_lengths(cls, lengths: np.ndarray, dtype: Any, nvals: int | None = None) -> RowPartition:
        return cls._of(np.concatenate([[0], np.cumsum(lengths)]).astype(dtype), None, nvals)

    @classmethod
    def from_row_splits(
        cls, row_splits: Any, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Of where each row begins, and where the last ends."""
        splits = _whole(row_splits, "row_splits", dtype)
        if not splits.size:
            raise ValueError("row_splits tensor may not be empty.")
        if validate and (splits[0] != 0 or (np.diff(splits) < 0).any()):
            raise _invalid("from_row_splits", f"row_splits begin with 0 and do not fall, received {splits.tolist()}.")
        return cls._of(splits)

    @classmethod
    def from_row_lengths(
        cls, row_lengths: Any, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Of how long each row is."""
        lengths = _whole(row_lengths, "row_lengths", dtype)
        if validate and (lengths < 0).any():
            raise _invalid("from_row_lengths", f"lengths are not negative, received {lengths.tolist()}.")
        return cls._of_lengths(lengths, lengths.dtype)

    @classmethod
    def from_row_starts(
        cls, row_starts: Any, nvals: Any, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Of where each row begins, and how many values there are."""
        starts = _whole(row_starts, "row_starts", dtype)
        return cls.from_row_splits(np.append(starts, known(nvals)).astype(starts.dtype), validate)

    @classmethod
    def from_row_limits(
        cls, row_limits: Any, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Of where each row ends."""
        limits = _whole(row_limits, "row_limits", dtype)
        return cls.from_row_splits(np.append(0, limits).astype(limits.dtype), validate)

    @classmethod
    def from_value_rowids(
        cls, value_rowids: Any, nrows: Any = None, validate: bool = True, dtype: Any = None, dtype_hint: Any = None
    ) -> RowPartition:
        """Of the number of the row of each value."""
        rows = _whole(value_rowids, "value_rowids", dtype)
        if validate and ((np.diff(rows) < 0).any() or (rows < 0).any()):
            raise _invalid("from_value_rowids", f"numbers of rows do not fall, received {rows.tolist()}.")
        needed = int(rows[-1]) + 1 if rows.size else 0
        count = needed if nrows is None else int(known(nrows))
        if count < needed:
            raise ValueError(
                f"Expected nrows >= value_rowids[-1] + 1; got nrows={count}, value_rowids[-1]={needed - 1}"
            )
        return cls._of_lengths(np.bincount(rows, minlength=count), rows.dtype, rows.size)

    @classmethod
    def from_uniform_row_length(
        cls,
        uniform_row_length: Any,
        nvals: Any = None,
        nrows: Any = None,
        validate: bool = True,
        dtype: Any = None,
        dtype_hint: Any = None,
    ) -> RowPartition:
        """Of the length of all rows, and how many values or rows there are."""
        if nvals is None and nrows is None:
            raise ValueError("Either (or both) of nvals and nrows must be specified")
        length = int(_whole(uniform_row_length, "uniform_row_length", dtype))
        rows = int(known(nrows)) if nrows is not None else int(known(nvals)) // max(length, 1)
        values = int(known(nvals)) if nvals is not None else rows * length
        if rows * length != values:
            raise ValueError(f"uniform_row_length={length} times nrows={rows} must equal nvals={values}")
        kind = as_dtype(dtype or "int64").dtype
        return cls._of((np.arange(rows + 1) * length).astype(kind), length, values)

    # ---- what it holds ----------------------------------------------------------------------------------------------
    dtype: DType = property(lambda self: as_dtype(self._splits.dtype), doc="int32 or int64.")  # type: ignore[assignment]
    static_nrows = property(lambda self: len(self._splits) - 1, doc="How many rows there are.")
    static_nvals = property(lambda self: self._nvals, doc="How many values, if that was said when it was made.")
    static_uniform_row_length = property(lambda self: self._uniform, doc="The length of all rows, if that was said.")

    def _tensor(self, value: Any) -> Tensor:
        return Tensor(np.asarray(value, self._splits.dtype))

    def row_splits(self) -> Tensor:
        """Where each row begins, and where the last ends."""
        return self._tensor(self._splits)

    def row_lengths(self) -> Tensor:
        """How long each row is."""
        return self._tensor(np.diff(self._splits))

    def row_starts(self) -> Tensor:
        """Where each row begins."""
        return self._tensor(self._splits[:-1])

    def row_limits(self) -> Tensor:
        """Where each row ends."""
        return self._tensor(self._splits[1:])

    def value_rowids(self) -> Tensor:
        """The number of the row of each value."""
        return self._tensor(np.repeat(np.arange(len(self._splits) - 1), np.diff(self._splits)))

    def offsets_in_rows(self) -> Tensor:
        """The place of each value in its row."""
        starts = np.repeat(self._splits[:-1], np.diff(self._splits))
        return self._tensor(np.arange(len(starts)) - starts)

    def nrows(self) -> Tensor:
        """How many rows there are."""
        return self._tensor(len(self._splits) - 1)

    def nvals(self) -> Tensor:
        """How many values there are."""
        return self._tensor(self._splits[-1])

    def uniform_row_length(self) -> Tensor | None:
        """The length of all rows, if that was said when it was made."""
        return None if self._uniform is None else self._tensor(self._uniform)

    def is_uniform(self) -> bool:
        """Whether it was made of one length for all rows."""
        return self._uniform is not None

    def with_dtype(self, dtype: Any) -> RowPartition:
        """The same rows, in whole numbers of another type.

        Raises:
          ValueError: for a type other than int32 and int64.
        """
        kind = as_dtype(dtype)
        if kind.name not in ("int32", "int64"):
            raise ValueError(f"dtype must be int32 or int64, received {kind.name}.")
        return RowPartition._of(self._splits.astype(kind.dtype), self._uniform, self._nvals)

    @property
    def _type_spec(self) -> RowPartitionSpec:
        return RowPartitionSpec(self.static_nrows, self._nvals, self._uniform, self.dtype)

    def __repr__(self) -> str:
        if self._uniform is not None:
            return f"tf.RowPartition(nrows={self.static_nrows}, uniform_row_length={self._uniform})"
        return f"tf.RowPartition(row_splits={self._splits})"


class RowPartitionSpec(PartsSpec):
    """Describes rows in a sequence.

    Args:
      nrows, nvals, uniform_row_length: as far as they are known.
      dtype: int32 or int64.
    """

    def __init__(self, nrows: Any = None, nvals: Any = None, uniform_row_length: Any = None, dtype: Any = "int64"):
        self.nrows, self.nvals, self.uniform_row_length, self.dtype = nrows, nvals, uniform_row_length, as_dtype(dtype)

    value_type = property(lambda self: RowPartition, doc="RowPartition.")  # type: ignore[assignment]

    def _serialize(self) -> tuple:
        sizes = [TensorShape([size]) for size in (self.nrows, self.nvals, self.uniform_row_length)]
        return (*sizes, self.dtype)

    @property
    def _component_specs(self) -> tuple:
        return (TensorSpec([None if self.nrows is None else self.nrows + 1], self.dtype),)

    def _to_components(self, value: Any) -> tuple:
        return (value.row_splits(),)

    def _from_components(self, components: Any) -> RowPartition:
        (splits,) = components
        return RowPartition._of(np.asarray(splits.numpy()), self.uniform_row_length, self.nvals)

    def __repr__(self) -> str:
        return (
            f"RowPartitionSpec(nrows={self.nrows}, nvals={self.nvals}, uniform_row_length={self.uniform_row_length}, "
            f"dtype={self.dtype!r})"
        )
