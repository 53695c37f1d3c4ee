"""Nested structures: ``keras.tree`` over JAX's pytrees, with None as a leaf.

Lists, tuples, named tuples, dicts (by sorted key) and ordered dicts (in their own order) are structures; everything
else is a leaf.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax

from kerax.state.operation import is_shape


class _MapToNone:
    """What a function given to `traverse` returns in place of None, which means "go on inside"."""

    def __repr__(self) -> str:
        return "MAP_TO_NONE"


MAP_TO_NONE = _MapToNone()
__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


def _is_none(value: Any) -> bool:
    return value is None


def is_nested(structure: Any) -> bool:
    """Whether a value is a structure and not a leaf.

    Example:
        >>> import kerax
        >>> kerax.tree.is_nested([1]), kerax.tree.is_nested(1)
        (True, False)
    """
    return not jax.tree_util.all_leaves([structure], is_leaf=_is_none)


def flatten(structure: Any) -> list[Any]:
    """Lists the leaves of a structure; those of a dict by sorted key.

    Example:
        >>> import kerax
        >>> kerax.tree.flatten({"b": [2, None], "a": 1})
        [1, 2, None]
    """
    return jax.tree.leaves(structure, is_leaf=_is_none)


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Lists pairs of path (keys and indices from the outside in) and leaf.

    Example:
        >>> import kerax
        >>> kerax.tree.flatten_with_path({"a": [1, 2]})
        [(('a', 0), 1), (('a', 1), 2)]
    """
    if not is_nested(structure):
        return [((), structure)]
    keys: Iterable[Any] = itertools.count()
    if isinstance(structure, dict):
        keys = structure if isinstance(structure, collections.OrderedDict) else sorted(structure)
    return [
        ((key, *path), leaf)
        for key, part in zip(keys, _parts(structure), strict=False)
        for path, leaf in flatten_with_path(part)
    ]


def _parts(structure: Any) -> list[Any]:
    """What is directly inside of a structure."""
    return jax.tree.leaves(structure, is_leaf=lambda part: part is not structure)


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """Applies a function to corresponding leaves; the results have the first structure.

    Args:
        func: takes one leaf of each structure.
        *structures: of the same kind.
        none_is_leaf: whether the function is called for None as well; without it None stays None.

    Raises:
        ValueError: if the structures differ.

    Example:
        >>> import kerax
        >>> kerax.tree.map_structure(lambda a, b: a + b, {"x": 1}, {"x": 2})
        {'x': 3}
    """
    _need_callable(func)
    if not structures:
        raise ValueError("map_structure() needs at least one structure.")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return jax.tree.map(func, *structures, is_leaf=_is_none if none_is_leaf else None)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """Applies a function to the parts of structures where a shallower one has its leaves.

    Args:
        shallow_structure: says how deep to go.
        func: takes one part of each structure.
        *structures: at least as deep.

    Raises:
        ValueError: if a structure differs before that depth.

    Example:
        >>> import kerax
        >>> kerax.tree.map_structure_up_to([0, 0], len, [[1, 2], [3]])
        [2, 1]
    """
    _need_callable(func)
    if not structures:
        raise ValueError("map_structure_up_to() needs at least one structure.")
    shape = jax.tree.structure(shallow_structure, is_leaf=_is_none)
    parts = []
    for structure in structures:
        try:
            parts.append(shape.flatten_up_to(structure))
        except ValueError as error:
            raise ValueError(f"The structures differ: {shallow_structure!r} and {structure!r}. {error}") from None
    return shape.unflatten([func(*part) for part in zip(*parts, strict=True)])


def assert_same_structure(a: Any, b: Any, check_types: Any = None) -> None:
    """Checks that two structures are alike.

    Args:
        a: a structure.
        b: another.
        check_types: not used; there for older scripts.

    Raises:
        ValueError: if they are not.

    Example:
        >>> import kerax
        >>> kerax.tree.assert_same_structure([1, (2,)], [3, (4,)])
    """
    if jax.tree.structure(a, is_leaf=_is_none) != jax.tree.structure(b, is_leaf=_is_none):
        raise ValueError(f"The structures differ: {a!r} and {b!r}.")


def assert_same_paths(a: Any, b: Any) -> None:
    """Checks that two structures have leaves under the same paths; a list may stand for a tuple.

    Raises:
        ValueError: naming the paths that only one of them has.

    Example:
        >>> import kerax
        >>> kerax.tree.assert_same_paths([1, 2], (3, 4))
    """
    ours, theirs = ({path for path, _ in flatten_with_path(structure)} for structure in (a, b))
    if ours != theirs:
        raise ValueError(
            f"The structures have different paths: {a!r} and {b!r}. Only in the first: "
            f"{sorted(map(str, ours - theirs))}; only in the second: {sorted(map(str, theirs - ours))}."
        )


def pack_sequence_as(structure: Any, flat_sequence: Sequence[Any]) -> Any:
    """Builds a structure like another from a flat sequence of leaves.

    Raises:
        TypeError: if ``flat_sequence`` is no sequence.
        ValueError: if the number of leaves differs.

    Example:
        >>> import kerax
        >>> kerax.tree.pack_sequence_as({"a": 0, "b": (0,)}, [1, 2])
        {'a': 1, 'b': (2,)}
    """
    if isinstance(flat_sequence, (str, bytes)) or not hasattr(flat_sequence, "__len__"):
        raise TypeError(f"pack_sequence_as() needs a flat sequence, received {type(flat_sequence).__name__}.")
    shape = jax.tree.structure(structure, is_leaf=_is_none)
    if shape.num_leaves != len(flat_sequence):
        raise ValueError(f"{structure!r} has {shape.num_leaves} leaves; flat_sequence has {len(flat_sequence)}.")
    return shape.unflatten(flat_sequence)


def order_of(structure: Any) -> Any:
    """The containers of a structure, for ``in_order``; None if all its dicts are sorted already.

    JAX gives every dict back with its keys sorted, where Python's own keep theirs.

    Example:
        >>> from kerax.tree import order_of
        >>> order_of([{"b": 1, "a": 2}]), order_of([{"a": 1, "b": 2}])
        ([{'b': None, 'a': None}], None)
    """
    kind = type(structure)
    if kind is dict:
        inner = {key: order_of(value) for key, value in structure.items()}
        keys = list(structure)
        try:
            in_place = keys == sorted(keys)
        except TypeError:  # JAX refuses these itself
            in_place = True
        return None if in_place and all(one is None for one in inner.values()) else inner
    if isinstance(structure, (list, tuple)):
        parts = [order_of(value) for value in structure]
        return None if all(one is None for one in parts) else parts
    return None


def in_order(structure: Any, order: Any) -> Any:
    """A structure with the entries of its dicts in the order that ``order_of`` found.

    Example:
        >>> from kerax.tree import in_order
        >>> in_order([{"a": 2, "b": 1}], [{"b": None, "a": None}])
        [{'b': 1, 'a': 2}]
    """
    if order is None:
        return structure
    if isinstance(order, dict):
        return {key: in_order(structure[key], inner) for key, inner in order.items()}
    parts = [in_order(value, inner) for value, inner in zip(structure, order, strict=True)]
    if isinstance(structure, tuple):
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    return parts


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Applies a function to every structure inside, the outermost and the leaves included.

    Args:
        func: returns what takes the place of its argument; None keeps it, `MAP_TO_NONE` puts None there.
        structure: the structure.
        top_down: whether structures come before what is in them; then nothing inside a replaced one is visited.

    Example:
        >>> import kerax
        >>> kerax.tree.traverse(lambda x: tuple(x) if isinstance(x, list) else None, [1, [2]], top_down=False)
        (1, (2,))
    """
    if top_down:
        replaced = func(structure)
        if replaced is not None:
            return None if replaced is MAP_TO_NONE else replaced
    result = structure
    if is_nested(structure):
        shape = jax.tree.structure(structure, is_leaf=lambda part: part is not structure)
        result = shape.unflatten([traverse(func, part, top_down) for part in _parts(structure)])
    if top_down:
        return result
    replaced = func(result)
    return result if replaced is None else None if replaced is MAP_TO_NONE else replaced


def lists_to_tuples(structure: Any) -> Any:
    """Turns every list inside a structure into a tuple.

    Example:
        >>> import kerax
        >>> kerax.tree.lists_to_tuples([1, {"a": [2]}])
        (1, {'a': (2,)})
    """
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """Applies a function to every shape, a list or tuple of whole numbers and None, in a structure.

    Raises:
        ValueError: if a leaf is no shape.

    Example:
        >>> import kerax
        >>> kerax.tree.map_shape_structure(len, {"a": (None, 3), "b": [2]})
        {'a': 2, 'b': 1}
    """
    _need_callable(func)

    def apply(part: Any) -> Any:
        if not is_shape(part):
            raise ValueError(f"map_shape_structure() found {part!r}, which is no shape, in {structure!r}.")
        return func(tuple(part))

    return jax.tree.map(apply, structure, is_leaf=lambda part: part is None or is_shape(part))


def _need_callable(func: Any) -> None:
    if not callable(func):
        raise TypeError(f"func must be callable, received {func!r}.")
