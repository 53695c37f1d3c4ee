"""Fields of extension types: which annotations there may be, and values made what an annotation says."""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ForwardRef, NamedTuple

from kerax.compat.tensorflow._composite import Composite
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._spec import TypeSpec
from kerax.compat.tensorflow._tensor import Tensor, convert

NO_DEFAULT = object()
RESERVED = frozenset(
    "self Spec _type_spec _shape_invariant_to_type_spec _consumers value_type is_compatible_with "
    "most_specific_compatible_type _with_tensor_ranks_only _to_components _from_components _component_specs "
    "_to_tensor_list _from_tensor_list _from_compatible_tensor_list _flat_tensor_specs _serialize _deserialize "
    "_to_legacy_output_types _to_legacy_output_shapes _to_legacy_output_classes _keras_mask".split()
)
_PLAIN = (int, float, bool, str, bytes, type(None))


class ImmutableDict(Mapping):
    """A dictionary that does not change: what a field of type ``Mapping`` holds."""

    def __init__(self, *args: Any, **kwargs: Any):
        self._dict = dict(*args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._dict[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._dict

    def __iter__(self) -> Iterator:
        return iter(self._dict)

    def __len__(self) -> int:
        return len(self._dict)

    def __repr__(self) -> str:
        return f"ImmutableDict({self._dict!r})"

    def __eq__(self, other: object) -> bool:
        return dict(self) == dict(other) if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._dict))


class Field(NamedTuple):
    """One field of an extension type.

    Attributes:
      name: what it is called.
      kind: its annotation.
      default: its value where none is given, or ``NO_DEFAULT``.
    """

    name: str
    kind: Any
    default: Any


def is_reserved(name: str) -> bool:
    """Whether no field may have this name."""
    return name in RESERVED or name.lower().startswith("_tf_extension_type")


def field(name: str, kind: Any, default: Any = NO_DEFAULT) -> Field:
    """A field, its annotation and default checked.

    Raises:
      TypeError: for an annotation that extension types cannot have, or a default of another type.
    """
    try:
        check_annotation(kind)
    except TypeError as error:
        raise TypeError(f"In field {name!r}: {error}") from error
    if default is not NO_DEFAULT and not _holds_tensors(kind):
        default = converted(default, kind, f"default value for {name}")
    return Field(name, kind, default)


def _holds_tensors(kind: Any) -> bool:
    return kind is Tensor or any(_holds_tensors(one) for one in typing.get_args(kind))


def is_composite_class(kind: Any) -> bool:
    """Whether a class is of ragged tensors, sparse ones, extension types or their like."""
    return isinstance(kind, type) and (issubclass(kind, Composite) or hasattr(kind, "_tf_extension_type_fields"))


def _is_union(kind: Any) -> bool:
    return typing.get_origin(kind) in (typing.Union, types.UnionType)


def _is_tuple(kind: Any) -> bool:
    return typing.get_origin(kind) is tuple


def _is_mapping(kind: Any) -> bool:
    return typing.get_origin(kind) is collections.abc.Mapping


def check_annotation(kind: Any, key: bool = False) -> None:
    """Checks the annotation of a field; names of classes that are yet to come are let pass.

    Raises:
      TypeError: for one that extension types cannot have.
    """
    if isinstance(kind, (str, ForwardRef)) or kind in _PLAIN or kind is None or kind is DType:
        return
    if kind in (Tensor, TensorShape) or is_composite_class(kind):
        if key:
            raise TypeError(f"Mapping had a key {kind.__name__!r} with type {type(kind).__name__!r}")
    elif _is_tuple(kind) or _is_union(kind):
        for one in typing.get_args(kind):
            if one is not Ellipsis:
                check_annotation(one, key)
    elif _is_mapping(kind):
        key_kind, value_kind = typing.get_args(kind)
        check_annotation(key_kind, True)
        check_annotation(value_kind, key)
    else:
        raise TypeError(f"Unsupported type annotation {kind.__name__ if isinstance(kind, type) else kind!r}")


def convert_fields(fields: Sequence[Field], values: dict[str, Any], spec: bool = False) -> dict[str, Any]:
    """Values of all fields, in their order.

    Args:
      fields: of the class.
      values: name -> value.
      spec: whether the values are those of a specification.

    Raises:
      ValueError: if a field has no value, or a value no field.
      TypeError: for a value of another type than its annotation.
    """
    names = {one.name for one in fields}
    if extra := set(values) - names:
        raise ValueError(f"Got unexpected fields: {extra}")
    if missing := names - set(values):
        raise ValueError(f"Missing required fields: {missing}")
    return {one.name: converted(values[one.name], one.kind, one.name, spec) for one in fields}


def converted(value: Any, kind: Any, path: str, spec: bool = False) -> Any:
    """A value, or the specification of one, made what an annotation says.

    Raises:
      TypeError: if it cannot be.
    """
    kind = type(None) if kind is None else kind
    if kind is Tensor:
        return _tensor(value, path, spec)
    if is_composite_class(kind):
        if spec:
            if isinstance(value, TypeSpec) and issubclass(value.value_type, kind):
                return value
            raise _wrong(path, f"a TypeSpec for {kind.__name__!r}", value)
        if isinstance(value, kind):
            return value
        raise _wrong(path, repr(kind.__name__), value)
    if kind is TensorShape:
        return _made(TensorShape, value, "'tf.TensorShape'", path)
    if kind is DType:
        return _made(as_dtype, value, "'tf.DType'", path)
    if kind in _PLAIN:
        if not isinstance(value, kind):
            raise _wrong(path, repr(kind.__name__), value)
        return value
    if _is_tuple(kind):
        return _tuple(value, typing.get_args(kind), path, spec)
    if _is_mapping(kind):
        if not isinstance(value, Mapping):
            raise _wrong(path, "mapping", value)
        key_kind, value_kind = typing.get_args(kind)
        return ImmutableDict(
            (converted(k, key_kind, f"{path}[<key>]", spec), converted(v, value_kind, f"{path}[{k!r}]", spec))
            for k, v in value.items()
        )
    if _is_union(kind):
        for one in typing.get_args(kind):
            try:
                return converted(value, one, path, spec)
            except TypeError:
                continue
        raise _wrong(path, f"{kind!r}", value)
    raise TypeError(f"{path}: Unsupported type annotation {kind!r}")


def _wrong(path: str, expected: str, value: Any) -> TypeError:
    return TypeError(f"{path}: expected {expected}, got {type(value).__name__!r}")


def _tensor(value: Any, path: str, spec: bool) -> Any:
    if spec:
        if isinstance(value, TypeSpec) and value.value_type is Tensor:
            return value
        raise _wrong(path, "a TensorSpec", value)
    if isinstance(value, Tensor):
        return value
    try:
        return convert(value)
    except (TypeError, ValueError) as error:
        raise _wrong(path, "a Tensor", value) from error


def _made(make: Callable, value: Any, expected: str, path: str) -> Any:
    try:
        return make(value)
    except (TypeError, ValueError) as error:
        raise _wrong(path, expected, value) from error


def _tuple(value: Any, kinds: tuple, path: str, spec: bool) -> tuple:
    if not isinstance(value, Sequence):
        raise _wrong(path, "tuple", value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(value) != len(kinds):
        raise TypeError(
            f"{path}: expected tuple with length {len(kinds)}, got {type(value).__name__!r} of {len(value)}"
        )
    return tuple(converted(v, kind, f"{path}[{i}]", spec) for i, (v, kind) in enumerate(zip(value, kinds)))


def map_parts(function: Callable[[Any], Any], value: Any) -> Any:
    """A function of everything in the value of a field that is no tuple or mapping, in the order of ``tf.nest``."""
    if isinstance(value, (ImmutableDict, dict)):
        made = {key: map_parts(function, value[key]) for key in sorted(value)}
        return ImmutableDict((key, made[key]) for key in value)
    if isinstance(value, tuple) and not isinstance(value, TensorShape):
        return tuple([map_parts(function, one) for one in value])
    return function(value)


def plain_mappings(value: Any) -> Any:
    """The value with ordinary dictionaries in the places of those that do not change."""
    if isinstance(value, ImmutableDict):
        return {key: plain_mappings(one) for key, one in value.items()}
    if isinstance(value, tuple) and not isinstance(value, TensorShape):
        return tuple([plain_mappings(one) for one in value])
    return value
