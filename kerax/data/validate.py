"""Checks of the arguments of sources and transformations."""

from __future__ import annotations

import operator
from typing import Any

from kerax.data.binding import bound_now


def integer(value: Any, name: str, operation: str) -> int:
    """Returns an integer argument as ``int``.

    Raises:
      TypeError: for anything else, booleans and fractions included.
    """
    if isinstance(value, bool):
        raise TypeError(f"{operation}({name}=...) expects an integer, received {value!r}.")
    try:
        return operator.index(value if not hasattr(value, "ndim") or value.ndim else value[()])
    except TypeError:
        raise TypeError(
            f"{operation}({name}=...) expects an integer, received {value!r} of type {type(value).__name__}."
        ) from None


def positive(value: Any, name: str, operation: str, also: tuple[int, ...] = ()) -> int:
    """Returns an integer argument that must be at least 1, or one of ``also``.

    Raises:
      TypeError: for what is not an integer.
      ValueError: for one that is too small.
    """
    number = integer(value, name, operation)
    if number < 1 and number not in also:
        raise ValueError(f"{operation}({name}=...) must be greater than zero, received {number}.")
    return number


def kept_function(value: Any, name: str, operation: str) -> Any:
    """Returns an argument that must be callable and is called later, with the numbers and texts it refers to now.

    Raises:
      ValueError: if it is not.
    """
    return bound_now(function(value, name, operation))


def function(value: Any, name: str, operation: str) -> Any:
    """Returns an argument that must be callable.

    Raises:
      ValueError: if it is not.
    """
    if not callable(value):
        raise ValueError(
            f"{operation}({name}=...) expects a function, received {value!r} of type {type(value).__name__}."
        )
    return value
