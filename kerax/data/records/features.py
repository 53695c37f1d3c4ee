"""What parse_example is told to look for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kerax.data.convert import dtype_name

_STORED = ("float32", "int64", "string")


def _store(feature: Any, **values: Any) -> None:
    for name, value in values.items():
        object.__setattr__(feature, name, value)


def _stored_dtype(dtype: Any, kind: str) -> str:
    name = dtype_name(dtype)
    if name not in _STORED:
        raise ValueError(
            f"{kind}(dtype=...) must be one of {', '.join(_STORED)}: an Example stores nothing else; received {name}."
        )
    return name


def _shape(shape: Any) -> tuple[int, ...]:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if any(size is None or int(size) < 0 for size in sizes):
        raise ValueError(f"The shape of a feature of fixed length must be known, received {shape}.")
    return tuple(int(size) for size in sizes)


@dataclass(frozen=True, init=False)
class FixedLenFeature:
    """A feature that has the same number of values in every Example; it becomes an array.

    Args:
      shape: the shape of the values of one Example.
      dtype: float32, int64 or string.
      default_value: what an Example without this feature gets; without it that is an error.

    Raises:
      ValueError: for another dtype or an unknown size.

    Example:
      >>> import kerax.data
      >>> kerax.data.FixedLenFeature([2], "float32").shape
      (2,)
    """

    shape: tuple[int, ...]
    dtype: str
    default_value: Any

    def __init__(self, shape: Any, dtype: Any, default_value: Any = None) -> None:
        _store(self, shape=_shape(shape), dtype=_stored_dtype(dtype, "FixedLenFeature"), default_value=default_value)


@dataclass(frozen=True, init=False)
class VarLenFeature:
    """A feature with any number of values; it becomes a ``SparseTensor``.

    Args:
      dtype: float32, int64 or string.

    Raises:
      ValueError: for another dtype.

    Example:
      >>> import kerax.data
      >>> kerax.data.VarLenFeature("string").dtype
      'string'
    """

    dtype: str

    def __init__(self, dtype: Any) -> None:
        _store(self, dtype=_stored_dtype(dtype, "VarLenFeature"))


@dataclass(frozen=True, init=False)
class FixedLenSequenceFeature:
    """A sequence of values of one shape; it becomes an array, filled up to the longest sequence of the batch.

    Args:
      shape: the shape of one step.
      dtype: float32, int64 or string.
      allow_missing: whether Examples may lack the feature. For ``parse_example`` it must be True.
      default_value: what shorter sequences are filled up with; 0 or empty text by default.

    Raises:
      ValueError: for another dtype or an unknown size.

    Example:
      >>> import kerax.data
      >>> kerax.data.FixedLenSequenceFeature([], "int64", allow_missing=True).allow_missing
      True
    """

    shape: tuple[int, ...]
    dtype: str
    allow_missing: bool
    default_value: Any

    def __init__(self, shape: Any, dtype: Any, allow_missing: bool = False, default_value: Any = None) -> None:
        name = _stored_dtype(dtype, "FixedLenSequenceFeature")
        _store(self, shape=_shape(shape), dtype=name, allow_missing=bool(allow_missing), default_value=default_value)


@dataclass(frozen=True, init=False)
class SparseFeature:
    """Two or more features that together are a sparse tensor: values, and their places.

    Args:
      index_key: the key of the places, a list of keys for several dimensions.
      value_key: the key of the values.
      dtype: float32, int64 or string.
      size: the size of the dimension, a list for several.
      already_sorted: kept for compatibility: places are put in order in any case where they are not.

    Raises:
      ValueError: for another dtype, or if keys and sizes differ in number.

    Example:
      >>> import kerax.data
      >>> kerax.data.SparseFeature("place", "value", "float32", 10).size
      (10,)
    """

    index_key: tuple[str, ...]
    value_key: str
    dtype: str
    size: tuple[int, ...]
    already_sorted: bool

    def __init__(self, index_key: Any, value_key: str, dtype: Any, size: Any, already_sorted: bool = False) -> None:
        keys = (index_key,) if isinstance(index_key, str) else tuple(index_key)
        sizes = (size,) if isinstance(size, int) else tuple(int(part) for part in size)
        if len(keys) != len(sizes):
            raise ValueError(f"SparseFeature() needs one size for each index key, received {len(sizes)} for {keys}.")
        name = _stored_dtype(dtype, "SparseFeature")
        _store(self, index_key=keys, value_key=value_key, dtype=name, size=sizes, already_sorted=bool(already_sorted))


@dataclass(frozen=True)
class Partition:
    """How the values of a ``RaggedFeature`` are divided into rows: by another feature, or into rows of one length.

    Attributes:
      kind: what the feature ``key`` holds: ``row_splits``, ``row_lengths``, ``row_starts``, ``row_limits`` or
        ``value_rowids``; or ``uniform_row_length``.
      key: that feature's key.
      length: the length of each row, for ``uniform_row_length``.
    """

    kind: str
    key: str | None = None
    length: int | None = None


@dataclass(frozen=True, init=False)
class RaggedFeature:
    """A feature with any number of values; it becomes a ``RaggedTensor``.

    Args:
      dtype: float32, int64 or string.
      value_key: the key of the values; the name under which the feature stands by default.
      partitions: how the values of one Example are divided further, from the outermost:
        ``RaggedFeature.RowSplits(key)`` and its like.
      row_splits_dtype: the dtype of the row splits.
      validate: kept for compatibility; row splits are always checked.

    Raises:
      ValueError: for another dtype.

    Example:
      >>> import kerax.data
      >>> kerax.data.RaggedFeature("int64").row_splits_dtype
      'int32'
    """

    dtype: str
    value_key: str | None
    partitions: tuple[Partition, ...]
    row_splits_dtype: str
    validate: bool

    def __init__(
        self,
        dtype: Any,
        value_key: str | None = None,
        partitions: Any = (),
        row_splits_dtype: Any = "int32",
        validate: bool = False,
    ) -> None:
        _store(
            self,
            dtype=_stored_dtype(dtype, "RaggedFeature"),
            value_key=value_key,
            partitions=tuple(Partition("uniform_row_length", None, p) if isinstance(p, int) else p for p in partitions),
            row_splits_dtype=dtype_name(row_splits_dtype),
            validate=bool(validate),
        )

    @staticmethod
    def RowSplits(key: str) -> Partition:
        """Rows given by where they begin and end."""
        return Partition("row_splits", key)

    @staticmethod
    def RowLengths(key: str) -> Partition:
        """Rows given by their lengths."""
        return Partition("row_lengths", key)

    @staticmethod
    def RowStarts(key: str) -> Partition:
        """Rows given by where they begin."""
        return Partition("row_starts", key)

    @staticmethod
    def RowLimits(key: str) -> Partition:
        """Rows given by where they end."""
        return Partition("row_limits", key)

    @staticmethod
    def ValueRowIds(key: str) -> Partition:
        """Rows given by the number of the row of each value."""
        return Partition("value_rowids", key)

    @staticmethod
    def UniformRowLength(length: int) -> Partition:
        """Rows of one length."""
        return Partition("uniform_row_length", None, length)


def in_order(features: dict) -> list[tuple[str, Any]]:
    """Returns names and features in the order in which TensorFlow's result has them: those that become sparse, arrays
    and ragged ones, each by name, then those that are put together from other keys.
    """

    def place(item: tuple[str, Any]) -> tuple[int, str]:
        name, feature = item
        if isinstance(feature, SparseFeature):
            return 3, name
        if isinstance(feature, RaggedFeature):
            return 2 if feature.value_key in (None, name) else 3, name
        return 0 if isinstance(feature, VarLenFeature) else 1, name

    return sorted(features.items(), key=place)
