"""Calling users' functions on single elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_INTEGER_DIVISIONS = ("floor_divide", "remainder", "divmod", "fmod")


class _DivisionLog:
    """Receives NumPy's reports of divisions by zero: an integer has no infinity to answer with, so that one is an
    error.
    """

    def write(self, message: str) -> None:
        if any(name in message for name in _INTEGER_DIVISIONS):
            raise ZeroDivisionError("integer division or remainder by zero")


_LOG = _DivisionLog()


def quiet() -> np.errstate:
    """Returns the floating point mode users' functions run in: integers wrap, floats become infinite, both without a
    warning.
    """
    return np.errstate(over="ignore", under="ignore", invalid="ignore", divide="log", call=_LOG)


def call(function: Callable, element: Any) -> Any:
    """Calls a function on an element; the parts of a tuple are its arguments, everything else is one argument."""
    return function(*element) if type(element) is tuple else function(element)
