"""``tf.nest``: nested structures of lists, tuples, dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def is_nested(structure: Any) -> bool:
    """Whether a value is a list, tuple or dictionary."""
    return isinstance(structure, (list, tuple, dict)) and not _is_shape(structure)


def _is_shape(value: Any) -> bool:
    from kerax.compat.tensorflow._shape import TensorShape

    return isinstance(value, TensorShape)


def flatten(structure: Any, expand_composites: bool = False) -> list:
    """The leaves of a structure, those of dictionaries in the order of their keys."""
    if not is_nested(structure):
        return _parts(structure) if expand_composites else [structure]
    parts = [structure[key] for key in sorted(structure)] if isinstance(structure, dict) else structure
    return [leaf for part in parts for leaf in flatten(part, expand_composites)]


def _parts(value: Any) -> list:
    """The tensors that a ragged or sparse one is made of."""
    if hasattr(value, "nested_row_splits"):
        return [value.flat_values, *value.nested_row_splits]
    if hasattr(value, "dense_shape") and hasattr(value, "indices"):
        return [value.indices, value.values, value.dense_shape]
    return [value]


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """Leaves put into a structure.

    Raises:
      ValueError: if there are not as many as places.
    """
    leaves = list(flat_sequence)
    if len(leaves) != len(flatten(structure)):
        raise ValueError(
            f"Could not pack sequence. Structure had {len(flatten(structure))} atoms, but flat_sequence had "
            f"{len(leaves)} items."
        )
    rest = iter(leaves)

    def fill(part: Any) -> Any:
        if not is_nested(part):
            return next(rest)
        if isinstance(part, dict):
            filled = {key: fill(part[key]) for key in sorted(part)}
            return type(part)((key, filled[key]) for key in part)
        made = [fill(one) for one in part]
        return type(part)(*made) if hasattr(part, "_fields") else type(part)(made)

    return fill(structure)


def map_structure(func: Callable, *structure: Any, **kwargs: Any) -> Any:
    """A function of the leaves, in the structure of the first argument."""
    kwargs.pop("expand_composites", None)
    check_types = kwargs.pop("check_types", True)
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func!r}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types)
    return pack_sequence_as(structure[0], [func(*leaves) for leaves in zip(*[flatten(one) for one in structure])])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """Raises unless two structures are built alike.

    Raises:
      ValueError, TypeError: saying where they differ.
    """
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(f"The two structures don't have the same nested structure: {nest1!r} and {nest2!r}.")
    if not is_nested(nest1):
        return
    if check_types and type(nest1) is not type(nest2):
        raise TypeError(f"The two structures don't have the same sequence type: {type(nest1)} and {type(nest2)}.")
    if len(nest1) != len(nest2) or (isinstance(nest1, dict) and set(nest1) != set(nest2)):
        raise ValueError(f"The two structures don't have the same number of elements: {nest1!r} and {nest2!r}.")
    pairs = [(nest1[key], nest2[key]) for key in nest1] if isinstance(nest1, dict) else zip(nest1, nest2)
    for one, two in pairs:
        assert_same_structure(one, two, check_types)
