"""``tf.TensorSpec`` and its kin: kerax's specs with TensorFlow's shapes and dtypes."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._dtypes import QUANTIZED, as_dtype
from kerax.compat.tensorflow._edges import UNWRAPPERS, WRAPPERS
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.data.spec import DatasetSpec as PlainDatasetSpec
from kerax.data.spec import RaggedTensorSpec as PlainRaggedTensorSpec
from kerax.data.spec import SparseTensorSpec as PlainSparseTensorSpec
from kerax.data.spec import TensorSpec as PlainTensorSpec
from kerax.state import Variable


class TypeSpec:
    """Base of the descriptions of values."""

    shape: Any
    dtype: Any

    @classmethod
    def from_value(cls, value: Any) -> Any:
        """The description of a value."""
        return type_spec_from_value(value)

    @property
    def value_type(self) -> type:
        """The class of the values that it describes."""
        from kerax.compat.tensorflow import _ragged, _sparse

        kinds = {TensorSpec: Tensor, RaggedTensorSpec: _ragged.RaggedTensor, SparseTensorSpec: _sparse.SparseTensor}
        return next(found for kind, found in kinds.items() if isinstance(self, kind))

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value or description can be described by this one."""
        other = spec_or_value if isinstance(spec_or_value, TypeSpec) else type_spec_from_value(spec_or_value)
        return type(other) is type(self) and self.dtype == other.dtype and self.shape.is_compatible_with(other.shape)

    def _batch(self, batch_size: int | None) -> Any:
        """The description of so many values together."""
        kind: Any = type(self)
        return kind(TensorShape([batch_size]).concatenate(self.shape), self.dtype)

    def _unbatch(self) -> Any:
        """The description of one of several values."""
        kind: Any = type(self)
        return kind(None if self.shape.rank is None else tuple(self.shape)[1:], self.dtype)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether all that this describes is described by the other as well."""
        return type(other) is type(self) and self.dtype == other.dtype and self.shape.is_subtype_of(other.shape)

    def most_specific_common_supertype(self, others: Any) -> Any:
        """The narrowest description of all that these describe; None if there is none."""
        others = list(others)
        if any(type(one) is not type(self) or one.dtype != self.dtype for one in others):
            return None
        kind: Any = type(self)
        return kind(self.shape.most_specific_common_supertype([one.shape for one in others]), self.dtype)

    def most_specific_compatible_type(self, other: Any) -> Any:
        """As ``most_specific_common_supertype`` with one other.

        Raises:
          ValueError: if there is none.
        """
        found = self.most_specific_common_supertype([other])
        if found is None:
            raise ValueError(f"No TypeSpec is compatible with both {self!r} and {other!r}")
        return found


class TensorSpec(TypeSpec, PlainTensorSpec):
    """Describes a tensor.

    Args:
      shape: sizes, None where unknown.
      dtype: of its elements.
      name: for messages.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.TensorSpec([None, 3], tf.int32)
      TensorSpec(shape=(None, 3), dtype=tf.int32, name=None)
    """

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None):
        sizes = TensorShape(shape)
        kind = as_dtype(dtype).name
        super().__init__(None if sizes.rank is None else tuple(sizes), QUANTIZED.get(kind, kind), name)
        object.__setattr__(self, "shape", sizes)
        object.__setattr__(self, "dtype", as_dtype(dtype))

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """The description of a tensor."""
        made = convert(tensor)
        return cls(made.shape, made.dtype, name)

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """The same description under another name."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @property
    def rank(self) -> int | None:
        """Number of axes."""
        return self.shape.rank  # type: ignore[union-attr]

    def is_compatible_with(self, spec_or_tensor: Any) -> bool:
        """Whether a tensor or description can be described by this one."""
        other = spec_or_tensor
        if not hasattr(other, "shape") or not hasattr(other, "dtype"):
            return False
        return self.dtype == other.dtype and self.shape.is_compatible_with(tuple(other.shape))  # type: ignore[union-attr]

    def __repr__(self) -> str:
        shape = "<unknown>" if self.shape.rank is None else str(self.shape)  # type: ignore[union-attr]
        return f"TensorSpec(shape={shape}, dtype={self.dtype!r}, name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorSpec) and (self.shape, self.dtype, self.name) == (
            other.shape,
            other.dtype,
            other.name,
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))


class RaggedTensorSpec(TypeSpec, PlainRaggedTensorSpec):
    """Describes a ragged tensor."""

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = "float32",
        ragged_rank: int | None = None,
        row_splits_dtype: Any = "int64",
        flat_values_spec: Any = None,
    ):
        if flat_values_spec is not None:
            dtype = flat_values_spec.dtype
        sizes = TensorShape(shape)
        super().__init__(
            None if sizes.rank is None else tuple(sizes),
            as_dtype(dtype).name,
            ragged_rank,
            as_dtype(row_splits_dtype).name,
        )
        object.__setattr__(self, "row_splits_dtype", as_dtype(row_splits_dtype))
        object.__setattr__(self, "flat_values_spec", flat_values_spec)
        object.__setattr__(self, "shape", sizes)
        object.__setattr__(self, "dtype", as_dtype(dtype))

    def _batch(self, batch_size: int | None) -> Any:
        shape = TensorShape([batch_size]).concatenate(self.shape)
        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank + 1, self.row_splits_dtype)

    def _unbatch(self) -> Any:
        shape = None if self.shape.rank is None else tuple(self.shape)[1:]  # type: ignore[union-attr]
        return RaggedTensorSpec(shape, self.dtype, self.ragged_rank - 1, self.row_splits_dtype)

    def __repr__(self) -> str:
        return f"RaggedTensorSpec({self.shape!r}, {self.dtype!r}, {self.ragged_rank}, {self.row_splits_dtype!r})"


class SparseTensorSpec(TypeSpec, PlainSparseTensorSpec):
    """Describes a sparse tensor."""

    def __init__(self, shape: Any = None, dtype: Any = "float32"):
        sizes = TensorShape(shape)
        super().__init__(None if sizes.rank is None else tuple(sizes), as_dtype(dtype).name)
        object.__setattr__(self, "shape", sizes)
        object.__setattr__(self, "dtype", as_dtype(dtype))

    def __repr__(self) -> str:
        return f"SparseTensorSpec({self.shape!r}, {self.dtype!r})"


class DatasetSpec(TypeSpec):
    """Describes a dataset: among the components of an element, or an argument.

    Args:
      element_spec: of its elements.
      dataset_shape: of a batch of datasets; a single one has none.
    """

    def __init__(self, element_spec: Any, dataset_shape: Any = ()):
        self.element_spec, self._dataset_shape = element_spec, TensorShape(dataset_shape)

    @property
    def value_type(self) -> type:
        """Dataset."""
        from kerax.compat.tensorflow._dataset import Dataset

        return Dataset

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a dataset or description can be described by this one."""
        from kerax.compat.tensorflow import _nest

        other = spec_or_value if isinstance(spec_or_value, TypeSpec) else type_spec_from_value(spec_or_value)
        if type(other) is not type(self):
            return False
        mine, theirs = _nest.flatten(self.element_spec), _nest.flatten(other.element_spec)
        return len(mine) == len(theirs) and all(one.is_compatible_with(two) for one, two in zip(mine, theirs))

    def __eq__(self, other: object) -> bool:
        return type(other) is DatasetSpec and other.element_spec == self.element_spec

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r}, {self._dataset_shape!r})"


def _plain(kind: type) -> Any:
    def take(spec: Any) -> Any:
        shape = None if spec.shape.rank is None else tuple(spec.shape)
        if kind is PlainRaggedTensorSpec:
            return PlainRaggedTensorSpec(shape, spec.dtype.name, spec.ragged_rank, spec.row_splits_dtype.name)
        return kind(shape, spec.dtype.name)

    return take


UNWRAPPERS[TensorSpec] = lambda spec: PlainTensorSpec(
    None if spec.rank is None else tuple(spec.shape), spec.dtype.name, spec.name
)
UNWRAPPERS[RaggedTensorSpec] = _plain(PlainRaggedTensorSpec)
UNWRAPPERS[SparseTensorSpec] = _plain(PlainSparseTensorSpec)
WRAPPERS[PlainTensorSpec] = lambda spec: TensorSpec(spec.shape, spec.dtype, spec.name)
WRAPPERS[PlainRaggedTensorSpec] = lambda spec: RaggedTensorSpec(
    spec.shape, spec.dtype, spec.ragged_rank, spec.row_splits_dtype
)
WRAPPERS[PlainSparseTensorSpec] = lambda spec: SparseTensorSpec(spec.shape, spec.dtype)
WRAPPERS[PlainDatasetSpec] = lambda spec: DatasetSpec(_wrapped_specs(spec.element_spec))


def _wrapped_specs(tree: Any) -> Any:
    from kerax.compat.tensorflow._edges import wrap

    return wrap(tree)


def type_spec_from_value(value: Any) -> Any:
    """The description of a value."""
    from kerax.compat.tensorflow._edges import UNWRAPPERS, wrap

    if value.__class__ is not Tensor and hasattr(value, "_type_spec"):
        return value._type_spec
    if isinstance(value, Tensor):
        return TensorSpec.from_tensor(value)
    if hasattr(value, "element_spec"):
        return DatasetSpec(value.element_spec)
    if value is None:
        from kerax.compat.tensorflow._spec_parts import NoneTensorSpec

        return NoneTensorSpec()
    if isinstance(value, Variable):
        from kerax.compat.tensorflow._spec_parts import VariableSpec

        return VariableSpec.from_value(value)
    plain = UNWRAPPERS.get(type(value))
    try:
        if isinstance(value, (dict, set, TypeSpec)):
            raise ValueError("no tensor")
        return wrap(PlainTensorSpec.of(plain(value))) if plain is not None else TensorSpec.from_tensor(value)
    except ValueError:
        raise TypeError(f"Could not build a TypeSpec for {value!r} of unsupported type {type(value)}.") from None
