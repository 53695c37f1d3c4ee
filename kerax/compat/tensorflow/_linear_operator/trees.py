"""Operators as trees of JAX: functions that are compiled take and return them."""

from __future__ import annotations

from typing import Any

import jax


class _Rest:
    """Everything of an operator that is no array: two programs are the same if it is equal."""

    __slots__ = ("kind", "parameters", "values")

    def __init__(self, kind: type, values: dict, parameters: dict):
        self.kind, self.values, self.parameters = kind, values, parameters

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rest) and (self.kind, self.values) == (other.kind, other.values)

    def __hash__(self) -> int:
        return hash((self.kind, tuple(self.values)))


def _fields(operator: Any) -> list[str]:
    return [f"_{name}" for name in sorted((*operator._EVENT_AXES, *operator._OPERATORS))]


def _flatten(operator: Any) -> tuple[list, Any]:
    fields = _fields(operator)
    left_out = {*fields, "_parameters", "_graph_parents"}
    values = {name: value for name, value in vars(operator).items() if name not in left_out}
    values["fields"] = tuple(fields)
    parameters = {name: value for name, value in operator._parameters.items() if f"_{name}" not in fields}
    return [getattr(operator, name) for name in fields], _Rest(type(operator), values, parameters)


def _unflatten(rest: _Rest, children: Any) -> Any:
    made: Any = object.__new__(rest.kind)
    values = dict(rest.values)
    fields = dict(zip(values.pop("fields"), children))
    given = {name[1:]: value for name, value in fields.items()}
    made.__dict__.update(values, **fields, _graph_parents=[], _parameters={**rest.parameters, **given})
    return made


class Parts:
    """Part of ``LinearOperator``: the tensors and operators that it is made of, and one like it of others."""

    def _components(self: Any) -> list:
        return _flatten(self)[0]

    def _of_components(self: Any, components: list) -> Any:
        return _unflatten(_flatten(self)[1], components)


def register(*kinds: type) -> None:
    """Lets JAX take apart and put together operators of some classes."""
    for kind in kinds:
        jax.tree_util.register_pytree_node(kind, _flatten, _unflatten)
