"""What TensorFlow's graphs call the variables of a model: by names of layers, which nested models do not prefix."""

from __future__ import annotations

from typing import Any

from kerax.layers import Layer, Wrapper
from kerax.models import Functional, Sequential
from kerax.state import Module, children


def graph_names(model: Any) -> dict[str, str]:
    """The path of every variable of a model, and what TensorFlow's graph calls it.

    The two differ in three ways. The layers of functional and sequential models make their variables before the model
    is called, so models around them leave no mark ("a/kernel", not "inner/a/kernel"); a second layer of the name is
    counted up ("a_1/kernel"). The layers of other models stand under the model's name, and are called by their names,
    not by the attributes that hold them. Layers within wrappers such as `TimeDistributed` have the wrapper's name.

    Args:
      model: the model, built.

    Returns:
      Path as in `kerax.state.walk` -> name.

    Example:
      >>> import kerax
      >>> from kerax.estimators.graph_names import graph_names
      >>> inner = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1, name="d")], name="inner")
      >>> graph_names(kerax.Sequential([inner]))
      {'inner/d/kernel': 'd/kernel', 'inner/d/bias': 'd/bias'}
    """
    found: dict[str, str] = {}
    seen: set[int] = {id(model)}
    scopes: set[str] = set()

    def scope(name: str) -> str:
        number, free = 0, name
        while free in scopes:
            number += 1
            free = f"{name}_{number}"
        scopes.add(free)
        return f"{free}/"

    def visit(module: Module, path: str, prefix: str) -> None:
        variables, modules = children(module)
        for name, variable in variables:
            if id(variable) not in seen:
                seen.add(id(variable))
                found[path + name] = prefix + name
        for name, sub in modules:
            if id(sub) in seen:
                continue
            seen.add(id(sub))
            called = sub.name if isinstance(sub, Layer) and not _is_graph(module) else name
            if _is_graph(sub):
                inner = ""
            elif isinstance(module, Wrapper):
                inner = prefix
            else:
                inner = f"{prefix}{called}/" if prefix else scope(called)
            visit(sub, f"{path}{name}/", inner)

    visit(model, "", "" if _is_graph(model) else scope(model.name))
    return found


def _is_graph(module: Any) -> bool:
    return isinstance(module, (Functional, Sequential))
