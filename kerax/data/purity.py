"""Telling whether a user's function may be traced: whether calling it once for many elements could be seen from
outside.

A trace runs the function with stand-ins instead of values. A function that prints, appends to a list, counts its calls
or draws random numbers would do so once instead of once for each element, so such functions are left alone. The test
reads the function's bytecode and everything it refers to, and is strict: what it does not know, it takes for a side
effect.
"""

from __future__ import annotations

import builtins
import dis
import functools
import types
from typing import Any

import jax
import numpy as np

from kerax.data.records.features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)

_PURE_BUILTINS = frozenset(
    "abs bool complex dict divmod enumerate float int len list max min pow range reversed round slice str sum "
    "tuple zip".split()
)
_PURE_MODULES = (
    "jax",
    "math",
    "numpy",
    "operator",
    "functools",
    "kerax.ops",
    "kerax.activations",
    "kerax.functional",
    "kerax.compat.tensorflow",
    "kerax.data.records.features",
    "kerax.data.records.parse",
    "optax",
    "tensorflow",  # kerax's namespace of that name
    "tf",
)
# Modules of which only these parts are pure, as far as it is known.
_PARSING = frozenset("parse_example parse_single_example FixedLenFeature VarLenFeature RaggedFeature".split())
_PURE_PARTS = {"kerax": frozenset[str](), "kerax.data": _PARSING, "kerax.data.io": _PARSING}
_IMPURE_PARTS = frozenset(
    "random io_callback pure_callback callback debug print breakpoint time perf_counter save load savez loadtxt "
    "genfromtxt fromfile put place copyto fill at seterr setflags set_printoptions append extend insert pop popitem "
    "remove clear update add discard setdefault write writelines send throw close sort item tolist "
    "py_function numpy_function assign assign_add assign_sub shuffle dropout random_crop".split()
)
_IMPURE_BEGINNING = "random_"  # tf.image.random_brightness and its like
_IMPURE_OPERATIONS = frozenset(
    "STORE_GLOBAL DELETE_GLOBAL STORE_ATTR DELETE_ATTR STORE_SUBSCR DELETE_SUBSCR DELETE_DEREF IMPORT_NAME "
    "IMPORT_FROM YIELD_VALUE RETURN_GENERATOR RAISE_VARARGS PRINT_EXPR STORE_SLICE".split()
)
# `jnp_array.at[i].add(v)` is pure although its last name is that of a mutating method.
_CONSTANTS = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    type(None),
    type(Ellipsis),
    np.generic,
    np.ndarray,
    np.dtype,
    jax.Array,
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
    slice,
    range,
)


def side_effect(function: Any) -> str | None:
    """Returns why tracing this function might be seen from outside, or ``None`` if nothing speaks against it.

    Args:
      function: what a user passed to ``map``.

    Example:
      >>> from kerax.data.purity import side_effect
      >>> side_effect(lambda x: x * 2) is None
      True
      >>> seen = []
      >>> side_effect(lambda x: seen.append(x))
      'it calls append'
    """
    return _of_value(function, set())


def _of_value(value: Any, known: set[int]) -> str | None:
    if id(value) in known:
        return None
    known.add(id(value))
    if isinstance(value, _CONSTANTS):
        return None
    if isinstance(value, (tuple, frozenset, list, set)):
        return _first(_of_value(item, known) for item in value)
    if isinstance(value, dict):
        return _first(_of_value(item, known) for item in value.values())
    if isinstance(value, types.ModuleType):
        return None if _is_pure_module(value.__name__) else f"it uses the module {value.__name__}"
    if isinstance(value, functools.partial):
        return _first(_of_value(part, known) for part in (value.func, *value.args, *value.keywords.values()))
    wrapped = getattr(value, "__wrapped__", None)
    if isinstance(value, types.FunctionType):
        if wrapped is not None and getattr(value, "_kerax_pure_wrapper", False):
            return _of_value(wrapped, known)
        if _is_pure_module(value.__module__ or ""):
            impure = value.__name__ in _IMPURE_PARTS or value.__name__.startswith(_IMPURE_BEGINNING)
            return f"it calls {value.__name__}" if impure else None
        return _of_function(value, known) or (None if wrapped is None else _of_value(wrapped, known))
    module = getattr(value, "__module__", None) or ""
    if isinstance(value, np.ufunc) or (_is_pure_module(module) and wrapped is None and callable(value)):
        name = getattr(value, "__name__", "")
        return f"it calls {name}" if name in _IMPURE_PARTS else None
    if wrapped is not None:  # jax.jit and its kin around a user's function
        return _of_value(wrapped, known)
    if isinstance(value, type):
        return None if issubclass(value, tuple) else f"it uses the class {value.__name__}"
    if isinstance(value, types.BuiltinFunctionType) and module == "builtins":
        return None if value.__name__ in _PURE_BUILTINS else f"it calls {value.__name__}"
    return f"it uses an object of type {type(value).__name__}"


def _first(reasons: Any) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)


def _is_pure_module(name: str) -> bool:
    return any(name == module or name.startswith(module + ".") for module in _PURE_MODULES)


def _only_pure_parts(value: Any, code: types.CodeType) -> bool:
    """Whether a value is a module of which code with these names can use nothing but what is pure."""
    if not isinstance(value, types.ModuleType) or value.__name__ not in _PURE_PARTS:
        return False
    used = (set(code.co_names) & set(dir(value))) - _PURE_PARTS[value.__name__]
    inner = [getattr(value, name) for name in used]
    return all(
        isinstance(part, types.ModuleType) and (_is_pure_module(part.__name__) or _only_pure_parts(part, code))
        for part in inner
    )


def _of_function(function: types.FunctionType, known: set[int]) -> str | None:
    reason = _of_code(function.__code__, function.__globals__, known)
    if reason is not None:
        return reason
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            pure = _only_pure_parts(cell.cell_contents, function.__code__)
            reason = None if pure else _of_value(cell.cell_contents, known)
        except ValueError:
            return f"its variable {name} has no value yet"
        if reason is not None:
            return reason
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    return _first(_of_value(value, known) for value in defaults)


def _of_code(code: types.CodeType, namespace: dict, known: set[int]) -> str | None:
    pure_at = False
    for step in dis.get_instructions(code):
        name = step.argval
        if step.opname in _IMPURE_OPERATIONS:
            return f"it contains {step.opname.lower().replace('_', ' ')}"
        if step.opname == "STORE_DEREF" and name in code.co_freevars:
            return f"it assigns to {name}, a variable of the surrounding function"
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            reason = _of_global(name, namespace, known, code)
            if reason is not None:
                return reason
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            # x.at[i].add(v) of a JAX array is pure; the names between `at` and the call are on one line of attribute
            # loads
            if name == "at":
                pure_at = True
            elif (
                (name in _IMPURE_PARTS or name.startswith(_IMPURE_BEGINNING))
                and not (pure_at and name == "add")
                and not (name == "random" and _uses_jax(code, namespace))
            ):
                return f"it calls {name}"
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return _first(_of_code(constant, namespace, known) for constant in inner)


def _uses_jax(code: types.CodeType, namespace: dict) -> bool:
    """``jax.random`` draws from explicit keys and is pure, ``numpy.random`` is not."""
    modules = [namespace.get(name) for name in code.co_names]
    names = [module.__name__ for module in modules if isinstance(module, types.ModuleType)]
    return "jax" in names and "numpy" not in names


def _of_global(name: str, namespace: dict, known: set[int], code: types.CodeType) -> str | None:
    if name in namespace:
        return None if _only_pure_parts(namespace[name], code) else _of_value(namespace[name], known)
    if hasattr(builtins, name):
        return None if name in _PURE_BUILTINS else f"it calls {name}"
    return f"it uses the unknown name {name}"
