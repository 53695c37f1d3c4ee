"""Converting functions: diastatic-malt rewrites their source, kerax's operators give the rewritten code its meaning."""

from __future__ import annotations

import functools
import importlib.util
import inspect
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any

import jax

from kerax.function.autograph import control_flow, operators, returns
from kerax.function.autograph.in_memory import without_files
from kerax.tracebacks import SOURCE_MAPS

_LIBRARIES = ("jax", "jaxlib", "numpy", "kerax", "flax", "optax", "malt", "pandas", "rich")
_NOT_CONVERTED = {*_LIBRARIES, *sys.stdlib_module_names}
_converted: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()  # code object -> factory or None


def available() -> bool:
    """Whether diastatic-malt is installed.

    Example:
      >>> from kerax.function.autograph import available
      >>> available() in (True, False)
      True
    """
    return importlib.util.find_spec("malt") is not None


def convert(function: Callable) -> Callable:
    """Converts a function's control flow, and that of the user's functions it calls.

    Args:
      function: a function or method.

    Returns:
      The converted function; the function itself where diastatic-malt is not installed or its source cannot be read.
    """
    if not available():
        return function
    inner = getattr(function, "__func__", function)
    if not isinstance(inner, types.FunctionType):
        return function
    made = _convert_plain(inner)
    if made is None:
        return function
    if inner is not function:  # a method, perhaps of an object that must not be kept alive

        @functools.wraps(inner)
        def method(*args: Any, **kwargs: Any) -> Any:
            return made(function.__self__, *args, **kwargs)  # type: ignore[attr-defined]

        return method
    return made


def _convert_plain(function: types.FunctionType) -> Callable | None:
    known = _converted.get(function)
    if known is not None:
        return known[0]
    try:
        with without_files():
            made, _, source_map = _transpiler().transform(function, _context())
        SOURCE_MAPS[made.__code__.co_filename] = source_map
    except Exception:  # malt raises many kinds where source is missing or unusual: the function then runs as it is
        made = None
    _converted[function] = (made,)
    return made


@functools.cache
def _context() -> Any:
    from malt.core import converter

    wanted = (converter.Feature.ASSERT_STATEMENTS, converter.Feature.BUILTIN_FUNCTIONS)
    options = converter.ConversionOptions(recursive=True, user_requested=True, optional_features=wanted)
    return converter.ProgramContext(options=options)


@functools.cache
def _transpiler() -> Any:
    from malt.impl import api
    from malt.operators import function_wrappers

    table = {name: getattr(control_flow, name) for name in ("if_stmt", "while_stmt", "for_stmt")}
    table |= {name: getattr(operators, name) for name in ("and_", "or_", "not_", "if_exp", "assert_stmt")}
    table["converted_call"] = converted_call
    table["FunctionScope"] = returns.scope_of(function_wrappers.FunctionScope)

    class Transpiler(api.PyToPy):
        def get_extra_locals(self) -> Any:
            if self._extra_locals is None:
                super().get_extra_locals()
                for name, value in table.items():
                    setattr(self._extra_locals["ag__"], name, value)
            return self._extra_locals

    return Transpiler()


def converted_call(f: Any, args: Any, kwargs: Any, caller_fn_scope: Any = None, options: Any = None) -> Any:
    """What a call in converted code does: the user's own functions are converted as well."""
    kwargs = kwargs or {}
    if isinstance(f, (type, types.BuiltinFunctionType)) and f in _BUILTINS_IN_CONTEXT:
        from malt.operators import py_builtins

        if f is super and not args:
            return py_builtins.super_in_original_context(f, args, caller_fn_scope)
        if f is eval and len(args) == 1:
            return py_builtins.eval_in_original_context(f, args, caller_fn_scope)
        if f is locals:
            return py_builtins.locals_in_original_context(caller_fn_scope)
        if f is globals:
            return py_builtins.globals_in_original_context(caller_fn_scope)
        replaced = operators.BUILTINS.get(f)
        return (replaced or f)(*args, **kwargs)
    if isinstance(f, types.BuiltinMethodType) and isinstance(getattr(f, "__self__", None), list):
        control_flow.check_list(f.__self__, f.__name__)
        return f(*args, **kwargs)
    target = f.__func__ if inspect.ismethod(f) else f
    if isinstance(target, types.FunctionType) and _is_users(target):
        return convert(f)(*args, **kwargs)
    if not isinstance(f, type) and not isinstance(target, (types.FunctionType, types.BuiltinFunctionType)):
        call = inspect.getattr_static(type(f), "__call__", None)
        if isinstance(call, types.FunctionType) and _is_users(call) and not isinstance(f, jax.stages.Wrapped):
            return convert(types.MethodType(call, f))(*args, **kwargs)
    return f(*args, **kwargs)


_BUILTINS_IN_CONTEXT = {super, eval, locals, globals, *operators.BUILTINS}


def _is_users(function: types.FunctionType) -> bool:
    # Where its code is: a wrapper made by a library may bear the name of the module of what it wraps.
    module = str(function.__globals__.get("__name__", "")).partition(".")[0]
    generated = function.__name__.startswith("ag__") or function.__code__.co_filename in SOURCE_MAPS
    generator = inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function)
    return module not in _NOT_CONVERTED and not generated and not generator
