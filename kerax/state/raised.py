"""Errors that Python code raises while a compiled program calls it; XLA would tell of them in its own words."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable
from typing import Any

import jax

_KEPT = 16
_raised: deque[BaseException] = deque(maxlen=_KEPT)


def call_later(check: Callable, *arrays: Any) -> None:
    """Has a compiled program call ``check`` with the numbers of traced arrays whenever it runs.

    What it raises is kept, so that the function whose program it is raises the same; see ``original_of``.

    Args:
      check: Python code; returns nothing.
      *arrays: traced arrays.
    """
    jax.debug.callback(remembering(check), *arrays)


def remembering(function: Callable) -> Callable:
    """The function for a compiled program to call; what it raises is kept for ``original_of``."""

    @functools.wraps(function)
    def run(*numbers: Any) -> Any:
        try:
            return function(*numbers)
        except Exception as error:
            _raised.append(error)
            raise

    return run


def original_of(error: BaseException) -> BaseException:
    """The error that made a program fail, if Python code that it called raised it; else the error itself.

    Args:
      error: what JAX raised.

    Example:
      >>> from kerax.state.raised import original_of
      >>> error = RuntimeError("out of memory")
      >>> original_of(error) is error
      True
    """
    text = str(error)
    for one in reversed(_raised):
        if type(one).__name__ in text and str(one).split("\n", 1)[0] in text:
            _raised.clear()
            return one
    return error
