"""Ragged tensors: rows of different lengths, on the host; ``tf.RaggedTensor`` and ``tf.ragged``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import Composite
from kerax.compat.tensorflow._core import integer
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._edges import UNWRAPPERS, WRAPPERS
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.data.ragged import RaggedTensor as Plain


def _host(value: Any, dtype: Any = None) -> Any:
    """Values as kerax keeps them: NumPy's, or ragged ones."""
    if isinstance(value, RaggedTensor):
        return value._plain
    if isinstance(value, Plain):
        return value
    made = convert(value, dtype)
    return np.asarray(made._value if isinstance(made._value, np.ndarray) else made.numpy())


def _partitioned(values: Any, splits: Any) -> Plain:
    try:
        return Plain(values, splits)
    except ValueError as error:
        raise errors.InvalidArgumentError(None, None, f"Arguments do not form a valid RaggedTensor: {error}") from None


class RaggedTensor(Composite):
    """Rows of different lengths.

    Args:
      plain: one of kerax's; scripts call the ``from_...`` methods and ``tf.ragged.constant``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.ragged.constant([[1, 2], [], [3]]).to_tensor().numpy().tolist()
      [[1, 2], [0, 0], [3, 0]]
    """

    __slots__ = ("_plain",)

    def __init__(self, plain: Plain):
        if not isinstance(plain, Plain):
            raise TypeError("tf.RaggedTensor is made by tf.ragged.constant or a from_... method.")
        self._plain = plain

    # ---- making one -------------------------------------------------------------------------------------------------
    @classmethod
    def from_row_splits(cls, values: Any, row_splits: Any, name: Any = None, validate: bool = True) -> RaggedTensor:
        """Of values and where each row begins."""
        return cls(_partitioned(_host(values), known(row_splits)))

    @classmethod
    def from_row_lengths(cls, values: Any, row_lengths: Any, name: Any = None, validate: bool = True) -> RaggedTensor:
        """Of values and how long each row is."""
        lengths = known(row_lengths)
        kind = lengths.dtype if lengths.dtype in (np.int32, np.int64) else np.int64
        return cls(_partitioned(_host(values), np.concatenate([[0], np.cumsum(lengths)]).astype(kind)))

    @classmethod
    def from_row_starts(cls, values: Any, row_starts: Any, name: Any = None, validate: bool = True) -> RaggedTensor:
        """Of values and where each row begins, without the end."""
        inner = _host(values)
        return cls(Plain(inner, np.concatenate([known(row_starts), [len(inner)]]).astype(np.int64)))

    @classmethod
    def from_row_limits(cls, values: Any, row_limits: Any, name: Any = None, validate: bool = True) -> RaggedTensor:
        """Of values and where each row ends."""
        return cls(Plain(_host(values), np.concatenate([[0], known(row_limits)]).astype(np.int64)))

    @classmethod
    def from_value_rowids(
        cls, values: Any, value_rowids: Any, nrows: Any = None, name: Any = None, validate: bool = True
    ) -> RaggedTensor:
        """Of values and the number of the row of each."""
        rows = known(value_rowids)
        if (np.diff(rows) < 0).any():
            raise errors.InvalidArgumentError(None, None, "value_rowids must not fall.")
        count = integer(nrows) if nrows is not None else int(rows.max(initial=-1)) + 1
        if rows.size and rows[-1] >= count:
            raise ValueError(f"Expected nrows >= value_rowids[-1] + 1; got nrows={count}, value_rowids[-1]={rows[-1]}")
        return cls.from_row_lengths(values, np.bincount(rows, minlength=count).astype(np.int64))

    @classmethod
    def from_uniform_row_length(
        cls, values: Any, uniform_row_length: Any, nrows: Any = None, name: Any = None, validate: bool = True
    ) -> RaggedTensor:
        """Of values and the length of all rows."""
        inner, width = _host(values), integer(uniform_row_length)
        count = integer(nrows) if nrows is not None else len(inner) // max(width, 1)
        return cls(Plain(inner, np.arange(count + 1, dtype=np.int64) * width))

    @classmethod
    def from_nested_row_splits(
        cls, flat_values: Any, nested_row_splits: Any, name: Any = None, validate: bool = True
    ) -> Any:
        """Of the innermost values and the row splits of every ragged axis."""
        result: Any = flat_values
        for splits in reversed(list(nested_row_splits)):
            result = cls.from_row_splits(result, splits)
        return result

    @classmethod
    def from_nested_row_lengths(
        cls, flat_values: Any, nested_row_lengths: Any, name: Any = None, validate: bool = True
    ) -> Any:
        """Of the innermost values and the row lengths of every ragged axis."""
        result: Any = flat_values
        for lengths in reversed(list(nested_row_lengths)):
            result = cls.from_row_lengths(result, lengths)
        return result

    @classmethod
    def from_nested_value_rowids(
        cls,
        flat_values: Any,
        nested_value_rowids: Any,
        nested_nrows: Any = None,
        name: Any = None,
        validate: bool = True,
    ) -> Any:
        """Of the innermost values and the row numbers of every ragged axis."""
        result: Any = flat_values
        counts = list(nested_nrows) if nested_nrows is not None else [None] * len(nested_value_rowids)
        for rows, count in zip(reversed(list(nested_value_rowids)), reversed(counts)):
            result = cls.from_value_rowids(result, rows, count)
        return result

    @classmethod
    def from_tensor(
        cls,
        tensor: Any,
        lengths: Any = None,
        padding: Any = None,
        ragged_rank: int = 1,
        name: Any = None,
        row_splits_dtype: Any = None,
    ) -> RaggedTensor:
        """Of an ordinary tensor; rows are cut to lengths, or before the padding at their ends."""
        array = _host(tensor)
        if array.ndim < 2:
            raise ValueError(f"The rank of a RaggedTensor must be greater than 1, received shape {array.shape}.")
        if ragged_rank > 1:
            inner = cls.from_tensor(array.reshape(-1, *array.shape[2:]), None, padding, ragged_rank - 1)
            return cls.from_uniform_row_length(inner, array.shape[1])
        if lengths is not None:
            counts = np.clip(known(lengths), 0, array.shape[1])
        elif padding is not None:
            fill = _host(padding)
            real = (array != fill).reshape(*array.shape[:2], -1).any(-1)
            counts = np.where(real.any(1), array.shape[1] - np.argmax(real[:, ::-1], 1), 0)
        else:
            counts = np.full(len(array), array.shape[1])
        rows = [row[:count] for row, count in zip(array, counts)]
        return cls.from_row_lengths(
            np.concatenate(rows) if rows else array.reshape(0, *array.shape[2:]), counts.astype(np.int64)
        )

    @classmethod
    def from_sparse(cls, st_input: Any, name: Any = None, row_splits_dtype: Any = None) -> RaggedTensor:
        """Of a sparse tensor of two axes whose rows are filled from their beginnings."""
        sparse = st_input._plain
        made = cls.from_value_rowids(sparse.values, sparse.indices[:, 0], int(sparse.dense_shape[0]))
        if not np.array_equal(made.to_sparse()._plain.indices, sparse.indices):
            raise errors.InvalidArgumentError(None, None, "SparseTensor is not right-ragged")
        return made

    # ---- what it holds ----------------------------------------------------------------------------------------------
    @property
    def values(self) -> Any:
        """The values of all rows, one behind the other."""
        inner = self._plain.values
        return RaggedTensor(inner) if isinstance(inner, Plain) else Tensor(inner)

    @property
    def flat_values(self) -> Tensor:
        """The innermost values."""
        return Tensor(self._plain.flat_values)

    @property
    def row_splits(self) -> Tensor:
        """Where each row begins, and where the last ends."""
        return Tensor(self._plain.row_splits)

    @property
    def nested_row_splits(self) -> tuple:
        """The row splits of every ragged axis."""
        return tuple(Tensor(one) for one in self._plain.nested_row_splits)

    @property
    def dtype(self) -> DType:
        """The type of its elements."""
        return as_dtype(self._plain.flat_values.dtype)

    @property
    def shape(self) -> TensorShape:
        """Sizes, None for ragged axes."""
        return TensorShape(self._plain.shape)

    def get_shape(self) -> TensorShape:
        """Sizes, None for ragged axes."""
        return self.shape

    @property
    def ragged_rank(self) -> int:
        """How many axes are ragged."""
        return self._plain.ragged_rank

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._plain.ndim

    @property
    def uniform_row_length(self) -> Any:
        """None: rows may differ."""
        return None

    def row_lengths(self, axis: int = 1, name: Any = None) -> Any:
        """How long each row is."""
        if axis > 1:
            return RaggedTensor(Plain(_host(self.values.row_lengths(axis - 1)), self._plain.row_splits))
        return Tensor(self._plain.row_lengths())

    def nested_row_lengths(self, name: Any = None) -> tuple:
        """The row lengths of every ragged axis."""
        return tuple(Tensor(np.diff(one)) for one in self._plain.nested_row_splits)

    def row_starts(self, name: Any = None) -> Tensor:
        """Where each row begins."""
        return Tensor(self._plain.row_splits[:-1])

    def row_limits(self, name: Any = None) -> Tensor:
        """Where each row ends."""
        return Tensor(self._plain.row_splits[1:])

    def value_rowids(self, name: Any = None) -> Tensor:
        """The number of the row of each value."""
        return Tensor(np.repeat(np.arange(len(self._plain), dtype=np.int64), self._plain.row_lengths()))

    def nested_value_rowids(self, name: Any = None) -> tuple:
        """The row numbers of every ragged axis."""
        inner = self.values
        return (self.value_rowids(), *(inner.nested_value_rowids() if isinstance(inner, RaggedTensor) else ()))

    def nrows(self, out_type: Any = None, name: Any = None) -> Tensor:
        """How many rows there are."""
        return Tensor(np.asarray(len(self._plain), as_dtype(out_type or "int64").dtype))

    def bounding_shape(self, axis: Any = None, name: Any = None, out_type: Any = None) -> Tensor:
        """The shape of the smallest tensor that holds all rows."""
        sizes = np.asarray(self._plain.bounding_shape(), np.int64)
        kind = as_dtype(out_type or "int64").dtype
        return Tensor(np.asarray(sizes if axis is None else sizes[integer(axis)], kind))

    def tf_shape(self, out_type: Any = None) -> Any:
        """What ``tf.shape`` gives for it."""
        from kerax.compat.tensorflow._ragged_shape import DynamicRaggedShape

        return DynamicRaggedShape.from_tensor(self, dtype=out_type or "int32")

    # ---- to other forms ---------------------------------------------------------------------------------------------
    def to_list(self) -> list:
        """Nested lists."""
        return self._plain.to_list()

    def to_tensor(self, default_value: Any = None, name: Any = None, shape: Any = None) -> Tensor:
        """An ordinary tensor, short rows filled up at their ends."""
        fill = None
        if default_value is not None:
            given = convert(default_value, hint=self.dtype)
            if given.dtype != self.dtype:
                raise errors.WrongTypeError(
                    None, None, f"Cannot convert {default_value!r} to EagerTensor of dtype {self.dtype.name}"
                )
            fill = given.numpy()
        sizes = None if shape is None else tuple(TensorShape(shape))
        if sizes is not None and len(sizes) not in (0, self.ndim):
            raise errors.InvalidArgumentError(
                None, None, f"to_tensor(shape={shape!r}): a ragged tensor of {self.ndim} axes has as many sizes."
            )
        return Tensor(self._plain.to_tensor(fill, sizes))

    def to_sparse(self, name: Any = None) -> Any:
        """A sparse tensor."""
        from kerax.compat.tensorflow._sparse import SparseTensor

        lengths = self._plain.row_lengths()
        rows = np.repeat(np.arange(len(lengths)), lengths)
        columns = np.arange(len(rows)) - np.repeat(self._plain.row_splits[:-1], lengths)
        return SparseTensor(np.stack([rows, columns], 1), self._plain.flat_values, self._plain.bounding_shape())

    def numpy(self) -> np.ndarray:
        """An array, of arrays as objects where rows differ in length."""
        rows = [row.numpy() if isinstance(row, RaggedTensor) else row.numpy() for row in self]
        if len({row.shape for row in rows}) <= 1:
            return np.asarray(rows)
        out = np.empty(len(rows), object)
        for i, row in enumerate(rows):
            out[i] = row
        return out

    def with_values(self, new_values: Any) -> RaggedTensor:
        """The same rows with other values."""
        return RaggedTensor(Plain(_host(new_values), self._plain.row_splits))

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """The same rows with other innermost values."""
        inner = self.values
        return self.with_values(inner.with_flat_values(new_values) if isinstance(inner, RaggedTensor) else new_values)

    def merge_dims(self, outer_axis: int, inner_axis: int) -> Any:
        """Several axes as one."""
        result: Any = self
        outer_axis, inner_axis = outer_axis % self.ndim, inner_axis % self.ndim
        for _ in range(inner_axis - outer_axis):
            if outer_axis == 0:
                result = result.values
            else:
                inner = result._plain.values
                splits = (
                    inner.row_splits[result._plain.row_splits]
                    if isinstance(inner, Plain)
                    else result._plain.row_splits * inner.shape[1]
                )
                values = inner.values if isinstance(inner, Plain) else inner.reshape(-1, *inner.shape[2:])
                result = RaggedTensor(Plain(values, splits))
        return result

    def with_row_splits_dtype(self, dtype: Any) -> RaggedTensor:
        """The same rows; where they begin in another type.

        Raises:
          ValueError: for a type other than int32 and int64.
        """
        kind = as_dtype(dtype)
        if kind.name not in ("int32", "int64"):
            raise ValueError(f"Argument `row_splits` dtype must be int32 or int64, received {kind.name}.")
        inner = self.values
        values = inner.with_row_splits_dtype(kind)._plain if isinstance(inner, RaggedTensor) else self._plain.values
        return RaggedTensor(Plain(values, self._plain.row_splits.astype(kind.dtype)))

    def consumers(self) -> list:
        """Nothing: there is no graph."""
        return []

    # ---- rows -------------------------------------------------------------------------------------------------------
    def __len__(self) -> int:
        return len(self._plain)

    def __iter__(self) -> Iterator:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        first, *rest = key if isinstance(key, tuple) else (key,)
        if first is Ellipsis:
            first, rest = slice(None), [slice(None)] * (self.ndim - sum(one is not None for one in rest) - 1) + rest
        if first is None:
            from kerax.compat.tensorflow._creating import expand_dims

            return expand_dims(self, 0) if not rest else expand_dims(self[tuple(rest)], 0)
        if isinstance(first, Tensor):
            if first.ndim:
                raise TypeError("Only integers, slices, ellipsis, tf.newaxis and scalar tensors are valid indices")
            first = integer(first)
        if isinstance(first, slice):
            found: Any = RaggedTensor(self._plain[first])
            if not rest:
                return found
            if None in rest:
                place = rest.index(None)
                found = found[(slice(None), *rest[:place])] if place else found
                from kerax.compat.tensorflow._creating import expand_dims

                made = expand_dims(found, place + 1)
                return made[(slice(None),) * (place + 2) + tuple(rest[place + 1 :])] if rest[place + 1 :] else made
            if not isinstance(rest[0], slice):
                raise ValueError("Cannot index into an inner ragged dimension: take a slice, or the row first.")
            return _stacked([row[tuple(rest)] for row in found], found)
        part = self._plain[first]
        row: Any = RaggedTensor(part) if isinstance(part, Plain) else Tensor(np.asarray(part))
        return row[tuple(rest)] if rest else row

    def __repr__(self) -> str:
        with np.printoptions(formatter={"all": _shown}):  # rows inside of rows are shown the same way
            return f"<tf.RaggedTensor {_shown(self.numpy())}>"

    def __eq__(self, other: object) -> Any:
        from kerax.compat.tensorflow import _math

        return False if other is None else _math.equal(self, other)

    def __ne__(self, other: object) -> Any:
        from kerax.compat.tensorflow import _math

        return True if other is None else _math.not_equal(self, other)

    def __bool__(self) -> bool:
        raise TypeError("RaggedTensor may not be used as a boolean.")

    __hash__ = object.__hash__


def _shown(value: Any) -> str:
    return np.array2string(value, separator=", ") if isinstance(value, np.ndarray) else str(value)


def _stacked(rows: list, like: Any) -> Any:
    from kerax.compat.tensorflow._ragged_ops import stack_rows

    return stack_rows(rows, like)


def _operators() -> None:
    from kerax.compat.tensorflow import _math
    from kerax.compat.tensorflow._operators import BINARY, COMPARISONS, OTHERS, _invert

    for name, function in BINARY.items():
        if name != "matmul":
            setattr(RaggedTensor, f"__{name}__", lambda self, other, f=function: f(self, other))
            setattr(RaggedTensor, f"__r{name}__", lambda self, other, f=function: f(other, self))
    for name, function in COMPARISONS.items():
        setattr(RaggedTensor, f"__{name}__", lambda self, other, f=function: f(self, other))
    for name, unary in (("neg", _math.negative), ("abs", _math.abs), ("invert", _invert)):
        setattr(RaggedTensor, f"__{name}__", lambda self, f=unary: self.with_flat_values(f(self.flat_values)))
    OTHERS.append(RaggedTensor)


_operators()
UNWRAPPERS[RaggedTensor] = lambda ragged: ragged._plain
WRAPPERS[Plain] = RaggedTensor
