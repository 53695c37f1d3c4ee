"""Descriptions of what a dataset yields: one `TensorSpec` for every component of an element."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerax.data.convert import STRING, dtype_name
from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.data.structure import Structure

INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


@dataclass(frozen=True, init=False, repr=False)
class TensorSpec:
    """Shape and dtype of one component.

    Args:
      shape: sizes, ``None`` where a size is not known; ``None`` for a rank that is not known.
      dtype: anything that names a dtype; ``str``, ``bytes`` and ``"string"`` mean text, held as bytes.
      name: a label, kept for reading only.

    Raises:
      TypeError: for a dtype that does not exist.
      ValueError: for a negative size.

    Example:
      >>> import kerax
      >>> kerax.data.TensorSpec((None, 3), "float32")
      TensorSpec(shape=(None, 3), dtype=float32, name=None)
    """

    shape: tuple[int | None, ...] | None
    dtype: str
    name: str | None

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None) -> None:
        if shape is not None:
            shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
            shape = tuple(None if size is None else int(size) for size in shape)
            if any(size is not None and size < 0 for size in shape):
                raise ValueError(
                    f"TensorSpec(shape=...) has a negative size: {shape}. Write None for a size that is not known."
                )
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "dtype", dtype_name(dtype))
        object.__setattr__(self, "name", name)

    @property
    def rank(self) -> int | None:
        """The number of dimensions, ``None`` when it is not known."""
        return None if self.shape is None else len(self.shape)

    def is_compatible_with(self, other: Any) -> bool:
        """Says whether a spec or an array can be described by this spec.

        Example:
          >>> import numpy as np, kerax
          >>> kerax.data.TensorSpec((None,), "int32").is_compatible_with(np.zeros(3, "int32"))
          True
        """
        other = other if isinstance(other, TensorSpec) else TensorSpec.of(other)
        if self.dtype != other.dtype or self.shape is None or other.shape is None:
            return self.dtype == other.dtype
        same_rank = len(self.shape) == len(other.shape)
        return same_rank and all(a is None or b is None or a == b for a, b in zip(self.shape, other.shape))

    def most_specific_common(self, other: TensorSpec) -> TensorSpec | None:
        """Returns the narrowest spec that describes both, or ``None`` where dtypes differ."""
        if self.dtype != other.dtype:
            return None
        if self.shape is None or other.shape is None or len(self.shape) != len(other.shape):
            return TensorSpec(None, self.dtype)
        return TensorSpec([a if a == b else None for a, b in zip(self.shape, other.shape)], self.dtype)

    @staticmethod
    def of(component: Any) -> Any:
        """Describes an array, NumPy scalar, ``bytes``, or a ragged or sparse tensor by a spec of its kind."""
        if isinstance(component, (bytes, str)):
            return TensorSpec((), STRING)
        if isinstance(component, RaggedTensor):
            return RaggedTensorSpec(
                component.shape, component.dtype, component.ragged_rank, component.row_splits.dtype.name
            )
        if isinstance(component, SparseTensor):
            return SparseTensorSpec(component.shape, component.dtype)
        if hasattr(component, "element_spec"):
            return DatasetSpec(component.element_spec, component._dataset)
        return TensorSpec(np.shape(component), component.dtype)

    def row(self) -> TensorSpec:
        """Returns the spec of one row: this spec without its first dimension."""
        return TensorSpec(None if self.shape is None else self.shape[1:], self.dtype)

    def with_leading(self, size: int | None) -> TensorSpec:
        """Returns this spec with one more leading dimension."""
        return TensorSpec(None if self.shape is None else (size, *self.shape), self.dtype)

    def __repr__(self) -> str:
        shape = "<unknown>" if self.shape is None else self.shape
        return f"TensorSpec(shape={shape}, dtype={self.dtype}, name={self.name!r})"


class _SpecialSpec(TensorSpec):
    """What specs of ragged and sparse tensors share."""

    def _fields_after_dtype(self) -> tuple:
        return ()

    def _like(self, shape: Any) -> _SpecialSpec:
        return type(self)(shape, self.dtype, *self._fields_after_dtype())

    def is_compatible_with(self, other: Any) -> bool:
        """Says whether a spec or a tensor of this kind can be described by this spec."""
        other = other if isinstance(other, TensorSpec) else TensorSpec.of(other)
        same_kind = type(other) is type(self) and self._fields_after_dtype() == other._fields_after_dtype()
        return same_kind and super().is_compatible_with(other)

    def most_specific_common(self, other: TensorSpec) -> TensorSpec | None:
        """Returns the narrowest spec that describes both, or ``None`` where kinds or dtypes differ."""
        if type(other) is not type(self) or self._fields_after_dtype() != other._fields_after_dtype():  # type: ignore[attr-defined]
            return None
        common = super().most_specific_common(other)
        return None if common is None else self._like(common.shape)

    def with_leading(self, size: int | None) -> TensorSpec:
        """Returns this spec with one more leading dimension."""
        return self._like(None if self.shape is None else (size, *self.shape))

    def row(self) -> TensorSpec:
        """Returns the spec of one row."""
        return self._like(None if self.shape is None else self.shape[1:])

    def __repr__(self) -> str:
        rest = "".join(f", {value!r}" for value in self._fields_after_dtype())
        return f"{type(self).__name__}({self.shape}, {self.dtype}{rest})"


@dataclass(frozen=True, init=False, repr=False)
class RaggedTensorSpec(_SpecialSpec):
    """Shape and dtype of a component that is a ``RaggedTensor``, or a row of one.

    Args:
      shape: sizes, ``None`` for ragged dimensions and sizes that are not known.
      dtype: anything that names a dtype.
      ragged_rank: how many dimensions are ragged. A row of a tensor of ragged rank 1 has 0 and is an ordinary array.
      row_splits_dtype: the dtype of the row splits.

    Example:
      >>> import kerax
      >>> kerax.data.RaggedTensorSpec((2, None), "int32")
      RaggedTensorSpec((2, None), int32, 1, 'int64')
    """

    ragged_rank: int
    row_splits_dtype: str

    def __init__(
        self, shape: Any = None, dtype: Any = "float32", ragged_rank: int | None = None, row_splits_dtype: Any = "int64"
    ) -> None:
        super().__init__(shape, dtype)
        object.__setattr__(self, "ragged_rank", len(self.shape or ()) - 1 if ragged_rank is None else ragged_rank)
        object.__setattr__(self, "row_splits_dtype", dtype_name(row_splits_dtype))

    def _fields_after_dtype(self) -> tuple:
        return (self.ragged_rank, self.row_splits_dtype)

    def with_leading(self, size: int | None) -> TensorSpec:
        """Returns the spec of a batch of such components, one more dimension ragged."""
        shape = None if self.shape is None else (size, *self.shape)
        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank + 1, self.row_splits_dtype)

    def row(self) -> TensorSpec:
        """Returns the spec of one row, one dimension less ragged."""
        shape = None if self.shape is None else self.shape[1:]
        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank - 1, self.row_splits_dtype)


@dataclass(frozen=True, init=False, repr=False)
class SparseTensorSpec(_SpecialSpec):
    """Shape and dtype of a component that is a ``SparseTensor``.

    Args:
      shape: the dense shape, ``None`` for sizes that are not known.
      dtype: anything that names a dtype.

    Example:
      >>> import kerax
      >>> kerax.data.SparseTensorSpec((None, 5), "int64")
      SparseTensorSpec((None, 5), int64)
    """

    def __init__(self, shape: Any = None, dtype: Any = "float32") -> None:
        super().__init__(shape, dtype)


@dataclass(frozen=True)
class DatasetSpec:
    """Describes a component that is a dataset itself.

    Attributes:
      element_spec: the nested specs of its elements.

    Example:
      >>> import kerax.data
      >>> kerax.data.Dataset.range(4).window(2).element_spec
      DatasetSpec(element_spec=TensorSpec(shape=(), dtype=int64, name=None))
    """

    element_spec: Any
    dataset: Any = field(default=None, compare=False, repr=False)  # the class, to make one for a trial

    def most_specific_common(self, other: Any) -> DatasetSpec | None:
        """Returns this spec if the other one equals it."""
        return self if self == other else None


def spec_of(element: Any) -> Any:
    """Returns the nested specs of one element."""
    structure, leaves = Structure.flatten(element)
    return structure.unflatten([TensorSpec.of(leaf) for leaf in leaves])


def map_spec(function: Any, spec: Any) -> Any:
    """Applies ``function`` to every TensorSpec of a nested spec."""
    structure, leaves = Structure.flatten(spec)
    return structure.unflatten([function(leaf) for leaf in leaves])


def common_spec(first: Any, second: Any) -> Any:
    """Returns the narrowest nested spec that describes both, or ``None`` if structures or dtypes differ."""
    structure, leaves = Structure.flatten(first)
    other_structure, _ = Structure.flatten(second)
    if structure != other_structure:
        return None
    merged = [a.most_specific_common(b) for a, b in zip(leaves, structure.leaves(second))]
    return None if any(spec is None for spec in merged) else structure.unflatten(merged)
