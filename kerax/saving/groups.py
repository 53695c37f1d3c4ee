"""Where Keras 3's files keep the state of every layer inside a model.

A group is named by its place: the attribute that holds the layer (``encoder/cell``); in lists, and in models made of a
list or graph of layers, the layer's class in snake case, numbered (``layers/dense_1``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kerax.layers.layer_weights import LayerWeights
from kerax.registry import to_snake_case
from kerax.state import Module, Variable, children, own_variables

_LAYER_LIST = "layers"
_NESTED = "container"


@dataclass(frozen=True)
class Group:
    """The state of one module.

    Args:
      place: path of the group, empty for the model itself.
      module: the module.
      variables: its own variables, the trained ones first.
    """

    place: str
    module: Any
    variables: list[Variable]

    @property
    def name(self) -> str:
        """The module's name."""
        return str(getattr(self.module, "name", ""))

    @property
    def path(self) -> str:
        """The path of the group's arrays."""
        return f"{self.place}/vars" if self.place else "vars"


def own_method(module: Any, name: str) -> Any:
    """A module's ``save_own_variables`` or ``load_own_variables``; None if that is a layer's plain one or missing."""
    if getattr(type(module), name, None) is getattr(LayerWeights, name):
        return None
    return getattr(module, name, None)


def groups_of(root: Module) -> list[Group]:
    """Lists the modules under a root with their places, the root first; a shared module stands at its first place.

    Args:
      root: a model or layer.

    Example:
      >>> import kerax
      >>> from kerax.saving.groups import groups_of
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(3), kerax.layers.Dense(1)])
      >>> [group.place for group in groups_of(model)]
      ['', 'layers/dense', 'layers/dense_1']
    """
    found: list[Group] = []
    seen: set[int] = {id(root)}

    def visit(module: Module, place: str) -> None:
        _, modules = children(module)
        found.append(Group(place, module, own_variables(module)))
        for name, sub in _named(module, modules):
            if id(sub) not in seen and sub._kind == root._kind:
                seen.add(id(sub))
                visit(sub, f"{place}/{name}" if place else name)

    visit(root, "")
    return found


def without_second_names(names: list[str]) -> list[str]:
    """The names in a group but for those under which tf.keras looks for what has a public name: ``_query_dense``.

    Example:
      >>> from kerax.saving.groups import without_second_names
      >>> without_second_names(["_key_dense", "_other", "key_dense"])
      ['_other', 'key_dense']
    """
    return [name for name in names if not (name.startswith("_") and name[1:] in names)]


def _named(module: Module, modules: list[tuple[str, Module]]) -> list[tuple[str, Module]]:
    """The sub-modules with the names of their places; Keras visits public attributes in alphabetical order first."""
    stacked = [layer for layer in module.layers] if getattr(module, "_graph", None) is not None else []  # type: ignore
    taken: dict[str, int] = {}
    listed = [(f"{_LAYER_LIST}/{_numbered(taken, layer)}", layer) for layer in stacked]
    in_stack = {id(layer) for layer in stacked}
    given = {id(sub): name for name, sub in modules}
    attributes: list[tuple[str, Any]] = []
    for name, value in vars(module).items():
        if isinstance(value, Module) and id(value) in given:
            attributes.append((_public(module, name), value))
        elif isinstance(value, (list, tuple, dict)) and name not in module._untracked and name != "_variables":
            attributes.append((_public(module, name), value))
    others: list[tuple[str, Module]] = []
    for name, value in sorted(attributes, key=lambda pair: f"~{pair[0]}" if pair[0].startswith("_") else pair[0]):
        if isinstance(value, Module):
            others.append((name, value))
        else:
            others += _in_container(name, value, {})
    known = {id(sub) for _, sub in others}
    others += [(name, sub) for name, sub in modules if id(sub) not in known]  # reached in a way of its own
    return listed + [(name, sub) for name, sub in others if id(sub) in given and id(sub) not in in_stack]


def _public(module: Module, name: str) -> str:
    """The attribute's public name, if the class gives it one: ``query_dense`` for ``_query_dense``."""
    public = name.lstrip("_")
    return public if public != name and isinstance(getattr(type(module), public, None), property) else name


def _in_container(place: str, container: Any, taken: dict[str, int], depth: int = 0) -> list[tuple[str, Module]]:
    found: list[tuple[str, Module]] = []
    for item in container.values() if isinstance(container, dict) else container:
        if isinstance(item, Module):
            found.append((f"{place}/{_numbered(taken, item)}", item))
        elif isinstance(item, (list, tuple, dict)) and item and depth < 20:
            found += _in_container(f"{place}/{_count(taken, _NESTED)}", item, {}, depth + 1)
    return found


def _numbered(taken: dict[str, int], module: Module) -> str:
    return _count(taken, to_snake_case(type(module).__name__))


def _count(taken: dict[str, int], name: str) -> str:
    count = taken[name] = taken.get(name, -1) + 1
    return f"{name}_{count}" if count else name
