"""What a traced program's outputs depend on."""

from __future__ import annotations

import functools
import operator
from typing import Any

from kerax.jax_compat import Literal, is_jit, sub_jaxprs
from kerax.tape.values import is_differentiable

_LOOPS = ("scan", "while")


def _differentiable(var: Any) -> bool:
    dtype = getattr(var.aval, "dtype", None)
    return dtype is not None and is_differentiable(dtype)


def links_of(jaxpr: Any) -> list[int]:
    """For every output of a jaxpr, a bit mask of the inputs (constants first) that its derivative may depend on.

    Integers and ``stop_gradient`` break dependence. Calls of compiled functions are looked into, other operations are
    taken to mix all they are given.

    Args:
      jaxpr: an open jaxpr.
    """
    masks: dict[Any, int] = {}
    for place, var in enumerate([*jaxpr.constvars, *jaxpr.invars]):
        masks[var] = 1 << place if _differentiable(var) else 0

    def mask_of(atom: Any) -> int:
        return 0 if isinstance(atom, Literal) else masks.get(atom, 0)

    for eqn in jaxpr.eqns:
        inputs = [mask_of(atom) for atom in eqn.invars]
        if eqn.primitive.name == "stop_gradient" or not any(inputs):
            found = [0] * len(eqn.outvars)
        elif is_jit(eqn.primitive):
            inner = eqn.params["jaxpr"].jaxpr
            shift = len(inner.constvars)
            found = [
                functools.reduce(operator.or_, (m for i, m in enumerate(inputs) if link >> (i + shift) & 1), 0)
                for link in links_of(inner)
            ]
        else:
            found = [functools.reduce(operator.or_, inputs)] * len(eqn.outvars)
        for var, mask in zip(eqn.outvars, found, strict=True):
            masks[var] = mask if _differentiable(var) else 0
    return [mask_of(atom) for atom in jaxpr.outvars]


def has_loop(closed: Any, primitive: Any = None, params: dict | None = None) -> bool:
    """Whether a traced program, or one operation, contains a loop."""
    if primitive is not None:
        return primitive.name in _LOOPS or any(has_loop(inner) for inner in sub_jaxprs(params or {}))
    body = getattr(closed, "jaxpr", closed)
    return any(has_loop(None, eqn.primitive, eqn.params) for eqn in body.eqns)
