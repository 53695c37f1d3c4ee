"""Functions that keep the numbers and texts they were given to a pipeline with.

A pipeline calls functions while it is iterated. A function made in a loop, ``lambda line: (line, i)``, would see the
loop's last ``i`` by then, and label every file with it. tf.data traces a function at once, so that each has its own
``i``; so here variables that hold numbers or texts are read at once, too.
"""

from __future__ import annotations

import dis
import types
from typing import Any

import numpy as np

_PLAIN = (bool, int, float, complex, str, bytes, np.generic)
_STORES = frozenset("STORE_GLOBAL DELETE_GLOBAL STORE_DEREF DELETE_DEREF".split())


class _Names(dict):
    """The globals of a function, some of them as they were; others are looked up where it was defined."""

    def __init__(self, kept: dict[str, Any], defined: dict[str, Any]) -> None:
        super().__init__(kept)
        self._defined = defined

    def __missing__(self, name: str) -> Any:
        return self._defined[name]


def bound_now(function: Any) -> Any:
    """Returns a function whose variables from outside have the numbers and texts they hold now.

    Variables that hold anything else, and those that the function itself assigns to, are left as they are.

    Args:
      function: a Python function; anything else callable comes back as it is.

    Example:
      >>> from kerax.data.binding import bound_now
      >>> functions = [bound_now(lambda: number) for number in range(3)]
      >>> [function() for function in functions]
      [0, 1, 2]
    """
    if type(function) is not types.FunctionType or hasattr(function, "__wrapped__"):
        return function
    loaded: set[str] = set()
    stored: set[str] = set()
    _names(function.__code__, loaded, stored)
    names = function.__globals__
    plain = {name for name in loaded - stored if isinstance(names.get(name), _PLAIN) and not name.startswith("__")}
    closure = tuple(
        types.CellType(cell.cell_contents) if name not in stored and _is_plain(cell) else cell
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ())
    )
    if not plain and all(new is old for new, old in zip(closure, function.__closure__ or ())):
        return function
    if plain and not stored & set(names):
        kept = {name: names[name] for name in loaded | {"__name__", "__builtins__"} if name in names}
        names = _Names(kept, names)
    made = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, closure or None)
    made.__kwdefaults__, made.__qualname__ = function.__kwdefaults__, function.__qualname__
    made.__module__, made.__doc__ = function.__module__, function.__doc__
    made.__dict__.update(function.__dict__)
    return made


def _is_plain(cell: Any) -> bool:
    try:
        return isinstance(cell.cell_contents, _PLAIN)
    except ValueError:  # not assigned yet
        return False


def _names(code: types.CodeType, loaded: set[str], stored: set[str]) -> None:
    for step in dis.get_instructions(code):
        if step.opname in _STORES:
            stored.add(step.argval)
        elif step.opname == "LOAD_GLOBAL":
            loaded.add(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            _names(constant, loaded, stored)
