"""Checks of the arguments of sources and transformations."""

from __future__ import annotations

import inspect
import operator
from typing import TYPE_CHECKING, Any

from kerax.data.binding import bound_now
from kerax.data.trial import Anything, answer, trial_element

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


def kept_function(value: Any, name: str, operation: str, plan: Node | None = None, makes_datasets: bool = False) -> Any:
    """Returns an argument that must be callable and is called later, with the numbers and texts it refers to now.

    Args:
      value: the argument.
      name: its name.
      operation: the method it was given to.
      plan: whose elements it is called on; what is known of them already is checked.
      makes_datasets: whether it has to return datasets.

    Raises:
      ValueError: if it is not callable.
      TypeError: if it takes another number of arguments than elements have components, or returns no datasets.
      UnknownComponentError: if it asks for a component that elements do not have.
    """
    kept = bound_now(function(value, name, operation))
    element = None if plan is None else trial_element(plan)
    if element is not None:
        shown = f" {plan.spec}" if plan.knows_spec else ""  # type: ignore[union-attr]
        _takes(value, element, shown, f"{operation}({name}=...)")
        made = answer(kept, element)
        if makes_datasets and isinstance(made, (Anything, tuple, dict)):
            raise TypeError(f"{operation}({name}=...): the function must return a Dataset, it returns something else.")
    return kept


def _takes(value: Any, element: Any, shown: str, where: str) -> None:
    components = element if type(element) is tuple else (element,)
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):  # written in C: it says itself what is wrong, when it is called
        return
    try:
        signature.bind(*components)
    except TypeError as error:
        one = len(components) == 1
        raise TypeError(
            f"{where}: the function is called with "
            f"{'one argument, the element' if one else f'the {len(components)} components of an element as arguments'}"
            f"{shown}, but {error}."
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
