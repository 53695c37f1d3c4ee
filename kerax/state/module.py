"""Module: an object whose variables and sub-modules are found by walking its attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerax.state.variable import Variable

_CONTAINERS = (list, tuple, dict)
_SEEDS = "seed_generator"  # the kind of module whose variables belong to whatever holds it
_structure_version = [0]


def structure_version() -> int:
    """Grows whenever any module gets a variable, is frozen or thawed, or a model gets or loses a layer.

    While it stands still, a walk over a model made of kerax's own layers gives the same variables again.
    """
    return _structure_version[0]


def structure_changed() -> None:
    """Notes a change of structure."""
    _structure_version[0] += 1


class Module:
    """Base of layers, metrics and optimizers: finds what it holds by looking at ``vars(self)``.

    There is no attribute hook: plain lists, tuples and dicts of layers and variables work, attributes may be set before
    ``super().__init__()``, and an object reached twice counts once, under its first path. Class attribute ``_kind``
    says what
    a module is ("layer", "metric", "optimizer"); a walk enters modules of its root's kind only, so that a model's
    metrics are
    no weights. Attributes named in ``_untracked`` are never looked at.

    Example:
      >>> import kerax
      >>> class Scale(kerax.layers.Layer):
      ...     def __init__(self):
      ...         super().__init__()
      ...         self.factors = [kerax.Variable(2.0, name="a"), kerax.Variable(3.0, name="b")]
      >>> [path for path, _, _ in kerax.state.walk(Scale())]
      ['factors/0', 'factors/1']
    """

    _kind = "module"
    _untracked: frozenset[str] = frozenset()

    def add_variable(
        self,
        shape: tuple[int, ...] = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
        trainable: bool = True,
        **options: Any,
    ) -> Variable:
        """Creates a variable that this module owns.

        Args:
          shape: sizes.
          initializer: callable ``(shape, dtype) -> array``, its name, or an array.
          dtype: dtype name; ``floatx()`` by default.
          name: last part of the path; made unique within the module.
          trainable: whether gradients change it.
          **options: further arguments of ``Variable``.

        Returns:
          The variable.
        """
        if isinstance(initializer, str):
            from kerax import initializers  # made with this module

            initializer = initializers.get(initializer)
        own = self.__dict__.setdefault("_variables", {})
        base = name or "variable"
        key, count = base, 0
        while key in own:
            count += 1
            key = f"{base}_{count}"
        variable = Variable(initializer, shape=tuple(shape), dtype=dtype, trainable=trainable, name=base, **options)
        own[key] = variable
        structure_changed()
        return variable

    def _named_children(self) -> Iterator[tuple[str, Any]]:
        """Pairs of path part and attribute value to walk; own variables come first."""
        attributes = vars(self)
        own = attributes.get("_variables")
        if own:
            yield from own.items()
        untracked = self._untracked
        for name, value in attributes.items():
            if name != "_variables" and name not in untracked and isinstance(value, (Module, Variable, *_CONTAINERS)):
                yield name, value


def _flatten(name: str, value: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """Variables and modules inside nested containers, with their paths."""
    if isinstance(value, (Module, Variable)):
        yield name, value
    elif isinstance(value, _CONTAINERS) and value and id(value) not in seen:
        seen.add(id(value))
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            if isinstance(item, (Module, Variable, *_CONTAINERS)):
                yield from _flatten(f"{name}/{key}", item, seen)


def children(module: Module) -> tuple[list[tuple[str, Variable]], list[tuple[str, Module]]]:
    """Returns the variables and the modules that a module holds directly or in containers, with their path parts.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, name="d")])
      >>> variables, modules = kerax.state.children(model)
      >>> [name for name, _ in modules]
      ['d']
    """
    variables: list[tuple[str, Variable]] = []
    modules: list[tuple[str, Module]] = []
    seen: set[int] = set()
    for name, value in module._named_children():
        for path, item in _flatten(name, value, seen):
            if id(item) in seen:
                continue
            seen.add(id(item))
            (variables if isinstance(item, Variable) else modules).append((path, item))  # type: ignore[arg-type]
    return variables, modules


def own_variables(module: Module) -> list[Variable]:
    """The variables that a module holds itself, not in sub-modules: the trained ones first, as in Keras's files.

    Example:
      >>> import kerax
      >>> layer = kerax.layers.Dense(1)
      >>> layer.build((None, 2))
      >>> [variable.name for variable in kerax.state.own_variables(layer)]
      ['kernel', 'bias']
    """
    own = [variable for _, variable in children(module)[0]]
    if getattr(module, "stored_as_made", False):  # a frozen or quantized kernel stays the first in Keras's files
        return own
    return [v for v in own if v.trainable] + [v for v in own if not v.trainable]


def walk(root: Module, prefix: str = "") -> list[tuple[str, Variable, bool]]:
    """Lists all variables under a module: ``(path, variable, trainable)``.

    Args:
      root: where to start.
      prefix: put before every path.

    Returns:
      In Keras's order: a module's own variables, then those of its sub-modules in attribute order. ``trainable`` is
      False as
      well when the variable's module, or one around it, is frozen.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, name="d")])
      >>> [(path, trainable) for path, _, trainable in kerax.state.walk(model)]
      [('d/kernel', True), ('d/bias', True)]
    """
    found: list[tuple[str, Variable, bool]] = []
    seen: set[int] = set()

    def visit(module: Module, path: str, trainable: bool) -> None:
        trainable = trainable and bool(getattr(module, "trainable", True))
        variables, modules = children(module)
        last = getattr(module, "listed_last", None)
        if last:
            variables.sort(key=lambda item: item[1].name in last)
        for name, variable in variables:
            if id(variable) not in seen:
                seen.add(id(variable))
                found.append((path + name, variable, trainable and variable.trainable))
        for name, sub in modules:
            if sub._kind in (root._kind, _SEEDS) and id(sub) not in seen:
                seen.add(id(sub))
                visit(sub, f"{path}{name}/", trainable)

    seen.add(id(root))
    visit(root, f"{prefix}/" if prefix else "", True)
    return found


def walk_modules(root: Module, kind: str | None = None) -> list[tuple[str, Module]]:
    """Lists ``(path, module)`` for the modules under a root, the root itself first with an empty path.

    Args:
      root: where to start.
      kind: what to list; the root's own kind by default. Only modules of the root's kind are entered.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, name="d")])
      >>> [path for path, _ in kerax.state.walk_modules(model)]
      ['', 'd']
    """
    kind = root._kind if kind is None else kind
    found: list[tuple[str, Module]] = [("", root)] if root._kind == kind else []
    seen: set[int] = {id(root)}

    def visit(module: Module, path: str) -> None:
        for name, sub in children(module)[1]:
            if id(sub) in seen:
                continue
            seen.add(id(sub))
            if sub._kind == kind:
                found.append((path + name, sub))
            if sub._kind == root._kind:
                visit(sub, f"{path}{name}/")

    visit(root, "")
    return found
