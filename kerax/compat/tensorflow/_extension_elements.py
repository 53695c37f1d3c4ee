"""Values of extension types where kerax's own code has them: named tuples of arrays, which know what they are."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable
from typing import Any

from kerax.compat.tensorflow import _nest
from kerax.compat.tensorflow._edges import DICTS, unwrap
from kerax.compat.tensorflow._extension_type import BatchableExtensionTypeSpec, ExtensionType, ExtensionTypeSpec
from kerax.compat.tensorflow._spec import RaggedTensorSpec, TensorSpec, TypeSpec
from kerax.compat.tensorflow._spec_parts import OptionalSpec, PartsSpec


def components_of(value: Any) -> Any:
    """The parts of a value as arrays."""
    spec = value._type_spec
    return _element(spec, spec._to_components(value), False, unwrap)


def encoded(value: Any, convert: Callable[[Any], Any]) -> Any:
    """The tensors of a value that can be put together with those of others.

    Args:
      value: of an extension type.
      convert: what is made of each tensor.
    """
    spec = value._type_spec
    batchable = isinstance(spec, BatchableExtensionTypeSpec)
    parts = spec.__batch_encoder__.encode(spec, value) if batchable else spec._to_components(value)
    return _element(spec, parts, batchable, convert)


def parts_of(value: Any, convert: Callable[[Any], Any] = unwrap) -> Any:
    """The tensors of a value of TensorFlow's own that is made of several."""
    spec = value._type_spec
    return _element(spec, spec._to_components(value), False, convert)


def _element(spec: Any, parts: Any, batchable: bool, convert: Callable[[Any], Any]) -> Any:
    flat = [convert(one) for one in _nest.flatten(parts)]
    return _kind(_of_any_size(spec), len(flat), batchable)(*flat)


@functools.lru_cache(maxsize=4096)
def _kind(spec: Any, count: int, batchable: bool) -> Any:
    """The named tuple for values of one description."""
    kind = collections.namedtuple(spec.value_type.__name__, [f"part_{i}" for i in range(count)])  # type: ignore[misc]

    def decode(self: Any, parts: list) -> Any:
        return _decoded(spec, parts, batchable)

    kind._kerax_decode = decode  # type: ignore[attr-defined]
    return kind


def element_of_spec(spec: Any, convert: Callable[[Any], Any] = unwrap) -> Any:
    """A description as the named tuple of descriptions that elements of it have."""
    batchable = isinstance(spec, BatchableExtensionTypeSpec)
    parts = spec.__batch_encoder__.encoding_specs(spec) if batchable else spec._component_specs
    return _element(spec, parts, batchable, convert)


def packed(tree: Any, sliced: bool = False) -> Any:
    """The structure with the tensors of each value in its place.

    Args:
      tree: of lists, tuples and dictionaries.
      sliced: whether each value is to be taken apart into those that it is a batch of.

    Raises:
      TypeError: if one is to be taken apart that cannot be.
    """
    if isinstance(tree, ExtensionType):
        made = encoded(tree, packed)
        spec = tree._type_spec
        if not sliced:
            return made
        if not isinstance(spec, BatchableExtensionTypeSpec):
            raise TypeError(_single(spec))
        return _kind(_of_any_size(spec._unbatch()), len(made), True)(*made)
    if tree.__class__ in (list, tuple):
        return tree.__class__([packed(one, sliced) for one in tree])
    if tree.__class__ in DICTS:
        return tree.__class__({key: packed(one, sliced) for key, one in tree.items()})
    return tree


def unpacked(tree: Any) -> Any:
    """What ``packed`` was given."""
    if tree.__class__ in (list, tuple):
        return tree.__class__([unpacked(one) for one in tree])
    if tree.__class__ in DICTS:
        return tree.__class__({key: unpacked(one) for key, one in tree.items()})
    return tree._kerax_decode([unpacked(one) for one in tree]) if hasattr(tree, "_kerax_decode") else tree


def _single(spec: Any) -> str:
    return (
        f"Values of {spec.value_type.__qualname__} cannot be put together or taken apart: derive it from "
        "tf.experimental.BatchableExtensionType."
    )


def _of_any_size(spec: Any) -> Any:
    if isinstance(spec, ExtensionTypeSpec):
        return spec._with(_of_any_size)
    if isinstance(spec, OptionalSpec):
        return OptionalSpec(_nest.map_structure(_of_any_size, spec._element_spec))
    if isinstance(spec, TensorSpec) and spec.rank is not None:
        return TensorSpec([None] * spec.rank, spec.dtype)
    if isinstance(spec, RaggedTensorSpec) and spec.shape.rank is not None:  # type: ignore[union-attr]
        return RaggedTensorSpec(
            [None] * spec.shape.rank,  # type: ignore[union-attr]
            spec.dtype,
            spec.ragged_rank,
            spec.row_splits_dtype,
        )
    return spec


def _decoded(spec: Any, parts: list, batchable: bool) -> Any:
    """The value of tensors, or the description of descriptions; more or fewer axes stand for other batches."""
    wanted = spec.__batch_encoder__.encoding_specs(spec) if batchable else spec._component_specs
    flat = _nest.flatten(wanted)
    if flat and _rank(flat[0]) is not None and _rank(parts[0]) is not None:
        more = _rank(parts[0]) - _rank(flat[0])  # type: ignore[operator]
        if more and not batchable:
            raise TypeError(_single(spec))
        for axis in reversed(range(more)):
            spec = spec._batch(tuple(parts[0].shape)[axis])
        for _ in range(-more):
            spec = spec._unbatch()
    if isinstance(spec, PartsSpec):
        specs = any(isinstance(one, TypeSpec) for one in parts)
        return spec._of_specs(parts) if specs else spec._from_components(parts)
    if any(isinstance(one, TypeSpec) for one in parts):
        if not batchable or flat == list(spec._component_specs) or _plain_encoder(spec):
            rest = iter(parts)
            return spec._with(lambda one: next(rest) if isinstance(one, TypeSpec) else one)
        return spec
    if not batchable:
        return spec._from_components(parts)
    return spec.__batch_encoder__.decode(spec, _nest.pack_sequence_as(wanted, parts))


def _plain_encoder(spec: Any) -> bool:
    from kerax.compat.tensorflow._extension_type import ExtensionTypeBatchEncoder

    return type(spec.__batch_encoder__).encoding_specs is ExtensionTypeBatchEncoder.encoding_specs


def _rank(value: Any) -> int | None:
    shape = getattr(value, "shape", None)
    if shape is None:
        parts = getattr(value, "_component_specs", None)
        return _rank(parts[0]) if parts else None
    return shape.rank if hasattr(shape, "rank") else len(shape)
