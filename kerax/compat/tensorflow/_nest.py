"""``tf.nest``: nested structures of lists, tuples, dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kerax.compat.tensorflow._composite import is_operator


def is_nested(seq: Any) -> bool:
    """Whether a value is a list, tuple or dictionary."""
    return isinstance(seq, (list, tuple, dict, Mapping)) and not _is_shape(seq)


def _is_shape(value: Any) -> bool:
    from kerax.compat.tensorflow._shape import TensorShape

    return isinstance(value, TensorShape)


def flatten(structure: Any, expand_composites: bool = False) -> list:
    """The leaves of a structure, those of dictionaries in the order of their keys."""
    if not is_nested(structure):
        return _parts(structure) if expand_composites else [structure]
    parts = [structure[key] for key in sorted(structure)] if isinstance(structure, Mapping) else structure
    return [leaf for part in parts for leaf in flatten(part, expand_composites)]


def _parts(value: Any) -> list:
    """The tensors that a ragged or sparse one, or one of an extension type is made of, or their descriptions."""
    if hasattr(value, "nested_row_splits"):
        return [value.flat_values, *value.nested_row_splits]
    if _has_parts(value):
        return flatten(_components(value), expand_composites=True)
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        return [value.indices, value.values, value.dense_shape]
    if is_operator(value):
        return flatten([one for one in value._components() if one is not None], expand_composites=True)
    return [value]


def _has_parts(value: Any) -> bool:
    """Whether a value, or a description, says itself what it is made of."""
    kind = type(value)
    return hasattr(kind, "_component_specs") or (
        hasattr(kind, "_type_spec") and hasattr(value._type_spec, "_to_components")
    )


def _components(value: Any) -> tuple:
    return value._type_spec._to_components(value) if hasattr(value, "_type_spec") else value._component_specs


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """Leaves put into a structure.

    Raises:
      ValueError: if there are not as many as places.
    """
    leaves, places = list(flat_sequence), flatten(structure, expand_composites)
    if len(leaves) != len(places):
        raise ValueError(
            f"Could not pack sequence. Structure had {len(places)} atoms, but flat_sequence had {len(leaves)} items."
        )
    return _filled(structure, iter(leaves), expand_composites)


def _filled(part: Any, rest: Iterator, expand_composites: bool) -> Any:
    if not is_nested(part):
        return _composite(part, rest) if expand_composites else next(rest)
    if isinstance(part, Mapping):
        filled = {key: _filled(part[key], rest, expand_composites) for key in sorted(part)}
        kind: Any = type(part)
        return kind((key, filled[key]) for key in part)
    made = [_filled(one, rest, expand_composites) for one in part]
    return type(part)(*made) if hasattr(part, "_fields") else type(part)(made)


def _composite(value: Any, rest: Iterator) -> Any:
    """A value like another one, of other tensors."""
    if hasattr(value, "nested_row_splits"):
        flat = next(rest)
        return type(value).from_nested_row_splits(flat, [next(rest) for _ in value.nested_row_splits])
    if _has_parts(value):
        parts = [_filled(one, rest, True) for one in _components(value)]
        return (value._type_spec if hasattr(value, "_type_spec") else value)._from_components(parts)
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        return type(value)(next(rest), next(rest), next(rest))
    if is_operator(value):
        return value._of_components([one if one is None else _filled(one, rest, True) for one in value._components()])
    return next(rest)


def map_structure(func: Callable, *structure: Any, **kwargs: Any) -> Any:
    """A function of the leaves, in the structure of the first argument."""
    expand = kwargs.pop("expand_composites", False)
    check_types = kwargs.pop("check_types", True)
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func!r}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types, expand)
    leaves = zip(*[flatten(one, expand) for one in structure])
    return pack_sequence_as(structure[0], [func(*some) for some in leaves], expand)


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Raises unless two structures are built alike.

    Raises:
      ValueError, TypeError: saying where they differ.
    """
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(f"The two structures don't have the same nested structure: {nest1!r} and {nest2!r}.")
    if not is_nested(nest1):
        if expand_composites and len(_parts(nest1)) != len(_parts(nest2)):
            raise ValueError(f"The two structures don't have the same nested structure: {nest1!r} and {nest2!r}.")
        return
    if check_types and type(nest1) is not type(nest2):
        raise TypeError(f"The two structures don't have the same sequence type: {type(nest1)} and {type(nest2)}.")
    if len(nest1) != len(nest2) or (isinstance(nest1, Mapping) and set(nest1) != set(nest2)):
        raise ValueError(f"The two structures don't have the same number of elements: {nest1!r} and {nest2!r}.")
    pairs = [(nest1[key], nest2[key]) for key in nest1] if isinstance(nest1, Mapping) else zip(nest1, nest2)
    for one, two in pairs:
        assert_same_structure(one, two, check_types, expand_composites)
