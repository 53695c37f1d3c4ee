"""Nested structures of components: tuples, named tuples and dictionaries around arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class Structure:
    """The shape of a nested value without its leaves.

    Tuples, named tuples and dictionaries (in the order they were written) are structure, ``None`` is an empty
    structure, everything else is a leaf. Lists are not structure: a list is an array in the making.

    Attributes:
      kind: ``"leaf"``, ``"none"``, ``"tuple"``, ``"namedtuple"`` or ``"dict"``.
      type: the container's class, to build the same one again.
      keys: the keys of a dictionary, the field names of a named tuple, otherwise empty.
      children: the structures inside.
      size: how many leaves there are.

    Example:
      >>> from kerax.data.structure import Structure
      >>> structure, leaves = Structure.flatten({"b": 1, "a": (2, 3)})
      >>> leaves, structure.unflatten("xyz")
      ([1, 2, 3], {'b': 'x', 'a': ('y', 'z')})
    """

    __slots__ = ("children", "keys", "kind", "size", "type", "unflatten")

    def __init__(
        self, kind: str, type_: type | None = None, keys: tuple = (), children: tuple[Structure, ...] = ()
    ) -> None:
        self.kind, self.type, self.keys, self.children = kind, type_, keys, children
        self.size: int = 1 if kind == "leaf" else sum(child.size for child in children)
        self.unflatten: Callable[[Any], Any] = self._make_unflatten()

    @staticmethod
    def of(value: Any) -> Structure:
        """Returns the structure of a nested value."""
        if value is None:
            return NONE
        if isinstance(value, dict):
            return Structure("dict", type(value), tuple(value), tuple(Structure.of(child) for child in value.values()))
        if isinstance(value, tuple):
            children = tuple(Structure.of(child) for child in value)
            if hasattr(value, "_fields"):
                return Structure("namedtuple", type(value), tuple(value._fields), children)
            return Structure("tuple", tuple, (), children)
        return LEAF

    @staticmethod
    def flatten(value: Any) -> tuple[Structure, list]:
        """Returns the structure of a nested value and its leaves."""
        structure = Structure.of(value)
        return structure, structure.leaves(value)

    def leaves(self, value: Any) -> list:
        """Returns the leaves of a value that has this structure.

        Raises:
          ValueError: if the value is built otherwise; dictionaries may list their keys in another order.
        """
        out: list = []
        self._collect(value, out)
        return out

    def _collect(self, value: Any, out: list) -> None:
        if self.kind == "leaf":
            if value is None or isinstance(value, (tuple, dict)):
                raise ValueError(f"expected a single component, received {value!r}")
            out.append(value)
        elif self.kind == "none":
            if value is not None:
                raise ValueError(f"expected None, received {value!r}")
        elif self.kind == "dict":
            if not isinstance(value, dict) or set(value) != set(self.keys):
                raise ValueError(f"expected a dictionary with keys {list(self.keys)}, received {value!r}")
            for key, child in zip(self.keys, self.children):
                child._collect(value[key], out)
        else:
            if not isinstance(value, tuple) or len(value) != len(self.children):
                raise ValueError(f"expected a tuple of {len(self.children)} components, received {value!r}")
            for part, child in zip(value, self.children):
                child._collect(part, out)

    def _build(self, leaves: Any) -> Any:
        if self.kind == "leaf":
            return next(leaves)
        if self.kind == "none":
            return None
        parts = [child._build(leaves) for child in self.children]
        if self.kind == "dict":
            return dict(zip(self.keys, parts)) if self.type is dict else self._of_dict_type(parts)
        return tuple(parts) if self.kind == "tuple" else self.type(*parts)  # type: ignore[misc]

    def _of_dict_type(self, parts: list) -> Any:
        try:
            return self.type(zip(self.keys, parts))  # type: ignore[misc]
        except (
            TypeError
        ):  # a dictionary class with a constructor of its own (defaultdict): the plain one holds the same items
            return dict(zip(self.keys, parts))

    def _make_unflatten(self) -> Callable[[Any], Any]:
        # The common shapes get a direct builder: this runs once for every element of a pipeline.
        if self.kind == "leaf":
            return _only
        if all(child.kind == "leaf" for child in self.children):
            if self.kind == "tuple":
                return tuple
            if self.kind == "dict" and self.type is dict:
                keys = self.keys
                return lambda leaves: dict(zip(keys, leaves))
        return lambda leaves: self._build(iter(leaves))

    def paths(self, prefix: str = "") -> list[str]:
        """Names the leaves as a user would write them: ``['x']``, ``[0]['mask']``; a lone leaf is the empty string."""
        if self.kind == "leaf":
            return [prefix]
        keys: Iterable = self.keys if self.kind == "dict" else range(len(self.children))
        return [path for key, child in zip(keys, self.children) for path in child.paths(f"{prefix}[{key!r}]")]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Structure) or self.kind != other.kind or len(self.children) != len(other.children):
            return False
        if self.kind == "dict":  # the order of keys is how a dictionary prints, not what it is
            mine, theirs = dict(zip(self.keys, self.children)), dict(zip(other.keys, other.children))
            return mine == theirs
        return self.keys == other.keys and self.children == other.children

    def __hash__(self) -> int:
        return hash((self.kind, frozenset(self.keys) if self.kind == "dict" else self.keys, self.size))

    def __reduce__(self) -> tuple:
        return Structure, (self.kind, self.type, self.keys, self.children)

    def __repr__(self) -> str:
        return f"Structure({self.unflatten(['*'] * self.size)!r})"


def _only(leaves: Any) -> Any:
    return next(iter(leaves))


LEAF = Structure("leaf")
NONE = Structure("none")
