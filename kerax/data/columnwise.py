"""Calling a map function with whole columns as they are, by NumPy's rules.

A function that treats every number by itself, such as ``image / 255.0``, gives the same whether it gets one element or
a column of them. To be sure, JAX traces it for the shapes of an element and for the shapes of a column: both programs
must
be the same sequence of elementwise operations with the same constants. Then nothing in it depends on shapes or mixes
elements. JAX only looks; NumPy computes, in NumPy's dtypes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.data.calls import call
from kerax.data.chunks import Columns
from kerax.data.convert import to_array
from kerax.data.structure import Structure

_ELEMENTWISE = frozenset(
    "abs add and cbrt ceil clamp convert_element_type copy cos cosh div eq erf exp exp2 expm1 floor ge gt integer_pow "
    "is_finite le log log1p logistic lt max min mul ne neg nextafter not or pow round rsqrt select_n sign sin "
    "sinh sqrt "
    "square sub tan tanh xor".split()
)
_CALLS = ("jit", "pjit", "closed_call", "core_call", "custom_jvp_call")
_ROWS = 5  # of the traced column; any number will do, since programs that know it are refused
_NARROW = {"int64": "int32", "uint64": "uint32", "float64": "float32", "complex128": "complex64"}


def elementwise_steps(function: Callable, sample: Columns) -> int | None:
    """Returns how many operations a function has that may be called with whole columns like ``sample``, ``None`` for
    one that may not.
    """
    texts = any(leaf.dtype == object for leaf in sample.leaves)
    if texts or not all(isinstance(leaf, np.ndarray) for leaf in sample.leaves):
        return None
    try:
        one = _program(function, sample, ())
        many = _program(function, sample, (_ROWS,))
    except Exception:  # whatever keeps it from being traced keeps it from being known
        return None
    return None if one is None or one != many else sum(isinstance(step, tuple) for step in one)


def _program(function: Callable, sample: Columns, rows: tuple[int, ...]) -> list | None:
    """The operations of a traced function, without shapes; ``None`` if one of them is not elementwise."""
    specs = [
        jax.ShapeDtypeStruct((*rows, *leaf.shape[1:]), _NARROW.get(leaf.dtype.name, leaf.dtype))
        for leaf in sample.leaves
    ]
    shapes = {spec.shape for spec in specs}
    mixed = len(shapes) > 1  # components of different shapes would broadcast in other ways as columns
    structures: list = []

    def traced(*values: Any) -> list:
        structure, leaves = Structure.flatten(call(function, sample.structure.unflatten(values)))
        structures.append(structure)
        if not all(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
            raise TypeError("constants stay as they are for each element")
        return leaves

    program = jax.make_jaxpr(traced)(*specs)
    if program.effects or any(np.ndim(const) for const in program.consts):
        return None
    steps: list = [structures[0], [str(const) for const in program.consts]]
    names: dict = {}
    if not _collect(program.jaxpr, steps, names, mixed):
        return None
    steps.append([_name(out, names) for out in program.jaxpr.outvars])
    return steps


def _collect(jaxpr: Any, steps: list, names: dict, mixed: bool) -> bool:
    for var in (*jaxpr.constvars, *jaxpr.invars):
        names.setdefault(id(var), len(names))
    for step in jaxpr.eqns:
        kind = step.primitive.name
        if kind in _CALLS:
            inner = step.params.get("jaxpr") or step.params.get("call_jaxpr")
            closed = getattr(inner, "jaxpr", inner)
            if any(np.ndim(const) for const in getattr(inner, "consts", ())):
                return False
            for inside, outside in zip(closed.invars, step.invars):
                names[id(inside)] = _name(outside, names)
            if not _collect(closed, steps, names, mixed):
                return False
            for outside, inside in zip(step.outvars, closed.outvars):
                names[id(outside)] = _name(inside, names)
            continue
        wide = {tuple(var.aval.shape) for var in step.invars} - {()}
        if kind not in _ELEMENTWISE or (kind in ("div", "rem") and np.dtype(step.outvars[0].aval.dtype).kind in "iu"):
            return False
        if len(wide) > 1 or (mixed and len({tuple(var.aval.shape) for var in step.invars if not _literal(var)}) > 1):
            return False
        parameters = {key: str(value) for key, value in step.params.items() if key not in ("sharding", "shape")}
        steps.append((kind, [_name(var, names) for var in step.invars], sorted(parameters.items())))
        for var in step.outvars:
            names[id(var)] = len(names)
    return True


def _literal(var: Any) -> bool:
    return hasattr(var, "val")


def _name(var: Any, names: dict) -> Any:
    return f"={var.val}" if _literal(var) else names[id(var)]


def call_on_columns(function: Callable, columns: Columns) -> Columns:
    """Calls a function with whole columns.

    Raises:
      ValueError: if it returns something else than columns.
    """
    result = call(function, columns.structure.unflatten(columns.leaves))
    structure, leaves = Structure.flatten(tuple(result) if isinstance(result, list) else result)
    if any(isinstance(leaf, jax.Array) for leaf in leaves):
        raise ValueError("the function computes with JAX")
    arrays = [to_array(leaf) for leaf in leaves]
    if not arrays or any(array.ndim == 0 or len(array) != len(columns) for array in arrays):
        raise ValueError("the function does not return columns")
    return Columns(structure, arrays)
