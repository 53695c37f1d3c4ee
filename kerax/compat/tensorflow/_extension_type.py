"""``tf.experimental.ExtensionType``: classes whose annotated fields hold tensors and what belongs to them."""

from __future__ import annotations

import abc
import sys
import typing
from collections.abc import Callable, Iterable
from typing import Any

import jax

from kerax.compat.tensorflow._composite import Composite
from kerax.compat.tensorflow._edges import ENCODERS, UNWRAPPERS
from kerax.compat.tensorflow._extension_fields import (
    NO_DEFAULT,
    Field,
    convert_fields,
    field,
    map_parts,
    plain_mappings,
)
from kerax.compat.tensorflow._extension_making import OPEN, build_constructor, build_spec, check_names
from kerax.compat.tensorflow._spec import TensorSpec, TypeSpec, type_spec_from_value
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state.symbolic import SymbolicTensor

_KERAS = ("_keras_mask", "_keras_history")  # what Keras may write on any value
_PART = "<tensor>"  # the place of a tensor in what remains of a value without its tensors


class _Meta(abc.ABCMeta):
    """Makes the constructor and the ``Spec`` of every class below ``ExtensionType``."""

    def __init__(cls, name: str, bases: tuple, namespace: dict, **options: Any):
        super().__init__(name, bases, namespace, **options)
        if namespace.get("_tf_extension_type_do_not_transform_this_class"):
            return
        check_names(cls, namespace)
        around = sys._getframe(1)  # where the class stands: annotations that are texts are looked up there as well
        cls._tf_extension_type_fields({**around.f_globals, **around.f_locals, name: cls})  # type: ignore[attr-defined]
        build_constructor(cls)
        batchable = issubclass(cls, BatchableExtensionType)
        build_spec(cls, BatchableExtensionTypeSpec if batchable else ExtensionTypeSpec, batchable)
        jax.tree_util.register_pytree_node(cls, _flatten, lambda skeleton, parts: _unflatten(cls, skeleton, parts))
        from kerax.compat.tensorflow import _extension_elements

        UNWRAPPERS[cls] = _extension_elements.components_of
        UNWRAPPERS[cls.Spec] = _extension_elements.element_of_spec
        ENCODERS[cls] = _extension_elements.encoded


class _Fields:
    """What values and their specifications share: fields that are written while they are made, and never after."""

    _tf_extension_type_do_not_transform_this_class = True

    @classmethod
    def _tf_extension_type_fields(cls) -> tuple[Field, ...]:
        raise NotImplementedError

    def __validate__(self) -> None:
        """Checks the fields; for subclasses to write."""

    def _change(self, name: str) -> None:
        if name in _KERAS:
            return
        names = [one.name for one in self._tf_extension_type_fields()]
        if OPEN not in self.__dict__ or name not in names:
            raise AttributeError(
                f"Attribute `{name}` of {self._KIND} is written in the constructor alone: values do not "
                "change, make another one."
            )

    _KIND = "ExtensionType"

    def __setattr__(self, name: str, value: Any) -> None:
        self._change(name)
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        self._change(name)
        del self.__dict__[name]

    def _finish(self, spec: bool) -> None:
        values = {k: v for k, v in self.__dict__.items() if k not in _KERAS and not k.startswith("_tf_extension_type")}
        self.__dict__.update(convert_fields(self._tf_extension_type_fields(), values, spec))
        self.__validate__()

    def _values(self) -> tuple:
        return tuple([self.__dict__[one.name] for one in self._tf_extension_type_fields()])


class ExtensionType(_Fields, metaclass=_Meta):
    """Base of classes that a script makes of tensors: annotated fields, which do not change.

    Fields may be tensors, ragged and sparse ones, other extension types, shapes, dtypes, Python's numbers, texts and
    truth values, tuples, mappings and unions of these. The constructor takes them in order or by name, converts
    them and calls ``__validate__``. Values go into and out of ``tf.function``, loops, datasets and Keras's models.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Masked(tf.experimental.ExtensionType):
      ...     values: tf.Tensor
      ...     mask: tf.Tensor
      >>> Masked([1, 2], [True, False]).values.numpy().tolist()
      [1, 2]
    """

    _tf_extension_type_do_not_transform_this_class = True
    _tf_extension_type_cached_type_spec: Any = None
    Spec: Any

    def __init__(self, *args: Any, **kwargs: Any):
        raise AssertionError("ExtensionType is the base of other classes: there is no value of itself.")

    @classmethod
    def _tf_extension_type_fields(cls, scope: Any = None) -> tuple[Field, ...]:
        """The fields in order.

        Args:
          scope: names that annotations may use, besides those of the module.
        """
        if "_tf_extension_type_cached_fields" in cls.__dict__:
            return cls.__dict__["_tf_extension_type_cached_fields"]
        known = True
        try:
            kinds = typing.get_type_hints(cls, None, scope)
        except (NameError, AttributeError):  # names of classes that are yet to come
            known, kinds = False, {}
            for base in reversed(cls.__mro__):
                kinds.update(base.__dict__.get("__annotations__", {}))
        kinds = {name: kind for name, kind in kinds.items() if name not in _OWN}
        fields = tuple([field(name, kind, getattr(cls, name, NO_DEFAULT)) for name, kind in kinds.items()])
        if known:
            cls._tf_extension_type_cached_fields = fields  # type: ignore[attr-defined]
        return fields

    @property
    def _type_spec(self) -> Any:
        """The description of the value."""
        if self._tf_extension_type_cached_type_spec is None:
            self.__dict__["_tf_extension_type_cached_type_spec"] = self.Spec.from_value(self)
        return self._tf_extension_type_cached_type_spec

    def __repr__(self) -> str:
        shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in self._tf_extension_type_fields())
        return f"{type(self).__qualname__}({shown})"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __eq__(self, other: object) -> Any:
        if type(self) is not type(other):
            return False
        if self._type_spec != other._type_spec:  # type: ignore[attr-defined]
            return False
        from kerax.compat.tensorflow import _math, _nest, _reducing
        from kerax.compat.tensorflow._creating import constant
        from kerax.compat.tensorflow._joining import stack

        pairs = zip(_nest.flatten(self, expand_composites=True), _nest.flatten(other, expand_composites=True))
        same: Iterable = [_reducing.reduce_all(_math.equal(one, two)) for one, two in pairs]
        return _reducing.reduce_all(stack(list(same))) if same else constant(True)

    def __ne__(self, other: object) -> Any:
        from kerax.compat.tensorflow._math import logical_not

        same = self == other
        return logical_not(same) if isinstance(same, (Tensor, SymbolicTensor)) else not same

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _made_again, (
            type(self),
            {one.name: getattr(self, one.name) for one in self._tf_extension_type_fields()},
        )


_OWN = frozenset(ExtensionType.__annotations__)


class ExtensionTypeSpec(_Fields, TypeSpec):
    """Base of the ``Spec`` that every extension type has: its fields, with descriptions for tensors."""

    _KIND = "ExtensionTypeSpec"
    value_type: Any = None

    @classmethod
    def _tf_extension_type_fields(cls) -> tuple[Field, ...]:
        return cls.value_type._tf_extension_type_fields()

    @classmethod
    def from_value(cls, value: Any) -> Any:
        """The description of a value."""
        known = value.__dict__.get("_tf_extension_type_cached_type_spec")
        return known if known is not None else _made(cls, map_parts(_spec_of, value._values()))

    def _serialize(self) -> tuple:
        names = [one.name for one in self._tf_extension_type_fields()]
        return tuple([(name, plain_mappings(self.__dict__[name])) for name in names])

    @property
    def _component_specs(self) -> tuple:
        return tuple(_collected(lambda one: isinstance(one, TypeSpec), self._values()))

    def _to_components(self, value: Any) -> tuple:
        return tuple(_collected(is_part, value._values()))

    def _from_components(self, components: Iterable) -> Any:
        """The value of its parts."""
        rest = iter(components)
        fields = map_parts(lambda one: next(rest) if isinstance(one, TypeSpec) else one, self._values())
        if list(rest):
            raise ValueError(
                f"{type(self).__qualname__}: more components than its {len(self._component_specs)} are given."
            )
        return _made(self.value_type, fields)

    def _with(self, function: Callable[[Any], Any]) -> Any:
        """The description with others in the places of its parts."""
        return _made(type(self), map_parts(function, self._values()))

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value or description can be described by this one."""
        other = spec_or_value if isinstance(spec_or_value, TypeSpec) else type_spec_from_value(spec_or_value)
        return self._agrees(other, lambda one, two: one.is_compatible_with(two))

    def is_subtype_of(self, other: Any) -> bool:
        """Whether all that this describes is described by the other as well."""
        return self._agrees(other, lambda one, two: one.is_subtype_of(two))

    def _agrees(self, other: Any, parts_agree: Callable[[Any, Any], bool]) -> bool:
        if type(other) is not type(self) or _skeleton(self) != _skeleton(other):
            return False
        return all(parts_agree(one, two) for one, two in zip(self._component_specs, other._component_specs))

    def most_specific_common_supertype(self, others: Any) -> Any:
        """The narrowest description of all that these describe; None if there is none."""
        others = list(others)
        if any(type(one) is not type(self) or _skeleton(one) != _skeleton(self) for one in others):
            return None
        columns = zip(self._component_specs, *[one._component_specs for one in others])
        found = [first.most_specific_common_supertype(rest) for first, *rest in columns]
        if any(one is None for one in found):
            return None
        rest = iter(found)
        return self._with(lambda one: next(rest) if isinstance(one, TypeSpec) else one)

    def _to_legacy_output_shapes(self) -> Any:
        return self.shape

    def _to_legacy_output_types(self) -> Any:
        return self.dtype

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in self._serialize())})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._values() == other._values()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __reduce__(self) -> Any:
        return _spec_again, (self.value_type, self._values())


class ExtensionTypeBatchEncoder:
    """How values of an extension type become tensors that can be stacked, and values of these again.

    This one takes the tensors as they are. Subclasses write ``batch``, ``unbatch``, ``encode``, ``decode`` and
    ``encoding_specs``.
    """

    def batch(self, spec: Any, batch_size: int | None) -> Any:
        """The description of so many values together."""
        return spec._with(lambda one: batched(one, batch_size))

    def unbatch(self, spec: Any) -> Any:
        """The description of one of several values."""
        return spec._with(unbatched)

    def encode(self, spec: Any, value: Any, minimum_rank: int = 0) -> Any:
        """The tensors of a value."""
        return spec._to_components(value)

    def decode(self, spec: Any, encoded_value: Any) -> Any:
        """The value of its tensors."""
        return spec._from_components(encoded_value)

    def encoding_specs(self, spec: Any) -> Any:
        """The descriptions of the tensors of a value."""
        return spec._component_specs


class BatchableExtensionTypeSpec(ExtensionTypeSpec):
    """The ``Spec`` of extension types of which several can be put together."""

    __batch_encoder__: Any = ExtensionTypeBatchEncoder()

    def _batch(self, batch_size: int | None) -> Any:
        return self.__batch_encoder__.batch(self, batch_size)

    def _unbatch(self) -> Any:
        return self.__batch_encoder__.unbatch(self)


class BatchableExtensionType(ExtensionType):
    """An extension type of whose values several can be put together, by ``Dataset.batch``, ``tf.map_fn`` and Keras.

    Tensors of the fields are stacked; for other ways set ``__batch_encoder__`` to an ``ExtensionTypeBatchEncoder``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Pair(tf.experimental.BatchableExtensionType):
      ...     a: tf.Tensor
      ...     b: tf.Tensor
      >>> data = tf.data.Dataset.from_tensor_slices(Pair([1, 2], [3, 4]))
      >>> [int(one.a * one.b) for one in data]
      [3, 8]
    """

    _tf_extension_type_do_not_transform_this_class = True


def as_dict(value: Any) -> dict[str, Any]:
    """The fields of an extension type by name; those of extension types among them stay together.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Named(tf.experimental.ExtensionType):
      ...     name: str
      >>> tf.experimental.extension_type.as_dict(Named("a"))
      {'name': 'a'}
    """
    return {one.name: getattr(value, one.name) for one in value._tf_extension_type_fields()}


def is_part(value: Any) -> bool:
    """Whether something in a field is a tensor of some kind."""
    return isinstance(value, (Tensor, Composite, ExtensionType, SymbolicTensor))


def batched(part: Any, size: int | None) -> Any:
    """The description of so many values together; shapes are made longer, anything else stays as it is."""
    from kerax.compat.tensorflow._shape import TensorShape

    if isinstance(part, TensorShape):
        return TensorShape([size, *part])
    return part._batch(size) if hasattr(part, "_batch") else part


def unbatched(part: Any) -> Any:
    """The description of one of several values."""
    from kerax.compat.tensorflow._shape import TensorShape

    if isinstance(part, TensorShape):
        return TensorShape(tuple(part)[1:])
    return part._unbatch() if hasattr(part, "_unbatch") else part


# ---- values without their constructors ------------------------------------------------------------------------------
def _made(cls: Any, values: tuple) -> Any:
    made = object.__new__(cls)
    made.__dict__.update(zip([one.name for one in cls._tf_extension_type_fields()], values))
    return made


def _made_again(cls: Any, values: dict) -> Any:
    return _made(cls, tuple(values.values()))


def _spec_again(cls: Any, values: tuple) -> Any:
    return _made(cls.Spec, values)


def _spec_of(part: Any) -> Any:
    if isinstance(part, SymbolicTensor):
        return TensorSpec(part.shape, part.dtype)
    if isinstance(part, ExtensionType):
        return part._type_spec
    return type_spec_from_value(part) if is_part(part) else part


def _collected(wanted: Callable[[Any], bool], values: Any) -> list:
    found: list = []
    map_parts(lambda one: found.append(one) if wanted(one) else None, values)
    return found


def _skeleton(one: Any) -> tuple:
    """What remains of a value or description without its tensors."""
    return map_parts(lambda part: _PART if is_part(part) or isinstance(part, TypeSpec) else part, one._values())


def _flatten(value: Any) -> tuple[list, tuple]:
    return _collected(is_part, value._values()), _skeleton(value)


def _unflatten(cls: Any, skeleton: tuple, parts: Iterable) -> Any:
    rest = iter(parts)
    return _made(cls, map_parts(lambda one: next(rest) if one is _PART else one, skeleton))
