"""Descriptions of values that are made of several tensors: rows of a tensor, arrays of tensors, optional elements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import UNWRAPPERS
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._spec import TensorSpec, TypeSpec, type_spec_from_value


class PartsSpec(TypeSpec):
    """Base of descriptions that are compared by what their constructors were given."""

    def _serialize(self) -> tuple:
        """What the constructor was given."""
        raise NotImplementedError

    def _of_specs(self, parts: list) -> Any:
        """The description whose parts these are."""
        return self

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value or description can be described by this one."""
        other = spec_or_value if isinstance(spec_or_value, TypeSpec) else type_spec_from_value(spec_or_value)
        return type(other) is type(self) and _agree("is_compatible_with", self._serialize(), other._serialize())

    def is_subtype_of(self, other: Any) -> bool:
        """Whether all that this describes is described by the other as well."""
        return type(other) is type(self) and _agree("is_subtype_of", self._serialize(), other._serialize())

    def most_specific_common_supertype(self, others: Any) -> Any:
        """The narrowest description of all that these describe; None if there is none."""
        others = list(others)
        if any(type(one) is not type(self) for one in others):
            return None
        try:
            return type(self)(*_common(self._serialize(), [one._serialize() for one in others]))
        except _Apart:
            return None

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._serialize() == other._serialize()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self), repr(self)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self._serialize()!r}"


class _Apart(Exception):
    """Two descriptions have nothing in common."""


def _agree(how: str, one: Any, two: Any) -> bool:
    if isinstance(one, (TypeSpec, TensorShape)):
        return type(one) is type(two) and bool(getattr(one, how)(two))
    if isinstance(one, dict):
        return isinstance(two, dict) and one.keys() == two.keys() and all(_agree(how, one[k], two[k]) for k in one)
    if isinstance(one, (list, tuple)):
        return type(one) is type(two) and len(one) == len(two) and all(_agree(how, a, b) for a, b in zip(one, two))
    return one == two


def _common(one: Any, others: list) -> Any:
    if isinstance(one, (TypeSpec, TensorShape)):
        found = one.most_specific_common_supertype(others)
        if found is None:
            raise _Apart
        return found
    if any(type(other) is not type(one) for other in others):
        raise _Apart
    if isinstance(one, dict):
        if any(other.keys() != one.keys() for other in others):
            raise _Apart
        return {key: _common(one[key], [other[key] for other in others]) for key in one}
    if isinstance(one, (list, tuple)):
        if any(len(other) != len(one) for other in others):
            raise _Apart
        return type(one)([_common(part, [other[i] for other in others]) for i, part in enumerate(one)])
    if any(other != one for other in others):
        raise _Apart
    return one


class IndexedSlicesSpec(PartsSpec):
    """Describes some rows of a tensor.

    Args:
      shape: of the whole tensor.
      dtype: of the rows.
      indices_dtype: of their numbers.
      dense_shape_dtype: of the shape, if values have one.
      indices_shape: how many rows there are.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.IndexedSlicesSpec([3, 2])
      IndexedSlicesSpec(TensorShape([3, 2]), tf.float32, tf.int64, None, TensorShape([None]))
    """

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = "float32",
        indices_dtype: Any = "int64",
        dense_shape_dtype: Any = None,
        indices_shape: Any = None,
    ):
        self._shape, self.dtype, self._indices_dtype = TensorShape(shape), as_dtype(dtype), as_dtype(indices_dtype)
        self._dense_shape_dtype = None if dense_shape_dtype is None else as_dtype(dense_shape_dtype)
        self._indices_shape = TensorShape([None]) if indices_shape is None else TensorShape(indices_shape)
        self.shape = self._shape

    @property
    def value_type(self) -> type:
        """IndexedSlices."""
        from kerax.compat.tensorflow._sparse import IndexedSlices

        return IndexedSlices

    def _serialize(self) -> tuple:
        return (self._shape, self.dtype, self._indices_dtype, self._dense_shape_dtype, self._indices_shape)

    @property
    def _component_specs(self) -> tuple:
        whole = self._shape
        rows = TensorShape(None) if whole.rank is None else self._indices_shape.concatenate(tuple(whole)[1:])
        found = [TensorSpec(rows, self.dtype), TensorSpec(self._indices_shape, self._indices_dtype)]
        if self._dense_shape_dtype is not None:
            found.append(TensorSpec([whole.rank], self._dense_shape_dtype))
        return tuple(found)

    def _to_components(self, value: Any) -> tuple:
        parts = (value.values, value.indices)
        return parts if self._dense_shape_dtype is None else (*parts, value.dense_shape)

    def _from_components(self, components: Iterable) -> Any:
        return self.value_type(*components)

    def _of_specs(self, parts: list) -> Any:
        return IndexedSlicesSpec(self._shape, parts[0].dtype, parts[1].dtype, self._dense_shape_dtype, parts[1].shape)


class TensorArraySpec(PartsSpec):
    """Describes an array of tensors.

    Args:
      element_shape: of the pieces.
      dtype: of the pieces.
      dynamic_size: whether it grows.
      infer_shape: whether all pieces have one shape.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.TensorArraySpec([2], tf.int32)
      TensorArraySpec(TensorShape([2]), tf.int32, False, True)
    """

    def __init__(
        self, element_shape: Any = None, dtype: Any = "float32", dynamic_size: bool = False, infer_shape: bool = True
    ):
        self._element_shape, self.dtype = TensorShape(element_shape), as_dtype(dtype)
        self._dynamic_size, self._infer_shape = dynamic_size, infer_shape

    @property
    def value_type(self) -> type:
        """TensorArray."""
        from kerax.compat.tensorflow._tracing import TensorArray

        return TensorArray

    def _serialize(self) -> tuple:
        return (self._element_shape, self.dtype, self._dynamic_size, self._infer_shape)

    @property
    def _component_specs(self) -> tuple:
        return (TensorSpec(TensorShape([None]).concatenate(self._element_shape), self.dtype),)

    def _to_components(self, value: Any) -> tuple:
        return (value.stack(),)

    def _from_components(self, components: Iterable) -> Any:
        (pieces,) = components
        count = pieces.shape[0]
        made: Any = self.value_type
        return made(self.dtype, count or 0, self._dynamic_size).unstack(pieces)

    def _of_specs(self, parts: list) -> Any:
        shape = parts[0].shape
        inner = None if shape.rank is None else tuple(shape)[1:]
        return TensorArraySpec(inner, self.dtype, self._dynamic_size, self._infer_shape)


class OptionalSpec(PartsSpec):
    """Describes an element that may not exist.

    Args:
      element_spec: of the element.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.OptionalSpec(tf.TensorSpec([]))
      OptionalSpec(TensorSpec(shape=(), dtype=tf.float32, name=None),)
    """

    def __init__(self, element_spec: Any):
        self._element_spec = element_spec

    @classmethod
    def from_value(cls, value: Any) -> OptionalSpec:
        """The description of an optional element."""
        return cls(value.element_spec)

    @property
    def value_type(self) -> type:
        """Optional."""
        from kerax.compat.tensorflow._optional import Optional

        return Optional

    def _serialize(self) -> tuple:
        return (self._element_spec,)

    @property
    def _component_specs(self) -> tuple:
        from kerax.compat.tensorflow._nest import flatten

        return (*flatten(self._element_spec), TensorSpec([], "bool"))

    def _to_components(self, value: Any) -> tuple:
        return value.parts()

    def _from_components(self, components: Iterable) -> Any:
        from kerax.compat.tensorflow._nest import pack_sequence_as

        *parts, exists = components
        kind: Any = self.value_type
        return kind.of(pack_sequence_as(self._element_spec, parts), exists, self._element_spec)

    def _of_specs(self, parts: list) -> Any:
        from kerax.compat.tensorflow._nest import pack_sequence_as

        return OptionalSpec(pack_sequence_as(self._element_spec, parts[:-1]))

    def __repr__(self) -> str:
        return f"OptionalSpec({self._element_spec!r},)"


class IteratorSpec(PartsSpec):
    """Describes an iterator over a dataset.

    Args:
      element_spec: of its elements.
    """

    def __init__(self, element_spec: Any):
        self._element_spec = element_spec

    @classmethod
    def from_value(cls, value: Any) -> IteratorSpec:
        """The description of an iterator."""
        return cls(value.element_spec)

    @property
    def value_type(self) -> type:
        """The class of iterators."""
        from kerax.compat.tensorflow._dataset import DatasetIterator

        return DatasetIterator

    def _serialize(self) -> tuple:
        return (self._element_spec,)

    def __repr__(self) -> str:
        return f"IteratorSpec({self._element_spec!r},)"


class VariableSpec(PartsSpec):
    """Describes a variable.

    Args:
      shape: sizes.
      dtype: of its value.
      trainable: whether training changes it.
      alias_id: None, as there are no aliases.
    """

    def __init__(self, shape: Any, dtype: Any = "float32", trainable: bool = True, alias_id: int | None = None):
        self.shape, self.dtype, self.trainable, self.alias_id = TensorShape(shape), as_dtype(dtype), trainable, alias_id

    @classmethod
    def from_value(cls, value: Any) -> VariableSpec:
        """The description of a variable."""
        return cls(tuple(value.shape), value.dtype, value.trainable)

    @property
    def value_type(self) -> type:
        """Variable."""
        from kerax.compat.tensorflow._variable import Variable

        return Variable

    def _serialize(self) -> tuple:
        return (self.shape, self.dtype, self.trainable, self.alias_id)

    def __repr__(self) -> str:
        return (
            f"VariableSpec(shape={self.shape}, dtype={self.dtype!r}, trainable={self.trainable!r}, "
            f"alias_id={self.alias_id!r})"
        )


class NoneTensorSpec(PartsSpec):
    """Describes None."""

    shape = TensorShape([])
    dtype: Any = None

    @property
    def value_type(self) -> type:
        """The class of None."""
        return type(None)

    def _serialize(self) -> tuple:
        return ()


def _element(spec: Any) -> Any:
    from kerax.compat.tensorflow._extension_elements import element_of_spec

    return element_of_spec(spec)


for _kind in (IndexedSlicesSpec, TensorArraySpec, OptionalSpec):
    UNWRAPPERS[_kind] = _element
