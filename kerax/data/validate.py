"""Checks of the arguments of sources and transformations."""

from __future__ import annotations

import inspect
import operator
from typing import TYPE_CHECKING, Any

from kerax.data.binding import bound_now

if TYPE_CHECKING:
    from kerax.data.node import Node


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


def kept_function(value: Any, name: str, operation: str, plan: Node | None = None) -> Any:
    """Returns an argument that must be callable and is called later, with the numbers and texts it refers to now.

    Args:
      value: the argument.
      name: its name.
      operation: the method it was given to.
      plan: whose elements it is called on; what is known of them already is checked.

    Raises:
      ValueError: if it is not callable.
      TypeError: if it takes another number of arguments than elements have components.
    """
    kept = bound_now(function(value, name, operation))
    if plan is not None and plan.knows_spec:
        _takes(value, plan.spec, f"{operation}({name}=...)")
    return kept


def _takes(value: Any, spec: Any, where: str) -> None:
    components = spec if type(spec) is tuple else (spec,)
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):  # written in C: it says itself what is wrong, when it is called
        return
    try:
        signature.bind(*components)
    except TypeError as error:
        one = len(components) == 1
        raise TypeError(
            f"{where}: the function is called with {'one argument, the element' if one else 'the'} "
            f"{'' if one else f'{len(components)} components of an element as arguments '}{spec}, but {error}."
        ) from None


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
