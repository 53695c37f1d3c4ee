"""Lists that exist in TensorFlow's graph of objects only."""

from __future__ import annotations

from typing import Any

from kerax.saving.leaves import NumberLeaf, VariableLeaf


class Group:
    """A list that the Python object does not have as such, known by its owner and name.

    Args:
      owner: the object it is shown in.
      name: under which name.
      items: what it holds.
    """

    def __init__(self, owner: Any, name: str, items: list[Any]):
        self.owner, self.name, self.items = owner, name, items


def identity(item: Any) -> Any:
    """What tells two objects of a graph apart; views of one object are the same.

    Example:
      >>> from kerax.saving.trackable_group import Group, identity
      >>> owner = object()
      >>> identity(Group(owner, "a", [])) == identity(Group(owner, "a", []))
      True
    """
    if isinstance(item, Group):
        return (id(item.owner), item.name)
    if isinstance(item, VariableLeaf):  # a leaf made for a variable is the variable
        return id(item.variable)
    if isinstance(item, NumberLeaf):
        return (id(item.owner), item.name)
    return id(item)
