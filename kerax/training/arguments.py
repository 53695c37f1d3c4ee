"""Checks of the plain arguments of compile, fit, evaluate and predict."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable
from typing import Any

from kerax import settings
from kerax.errors import unknown_name

_VERBOSE = ("auto", 0, 1, 2)


def check_count(value: Any, name: str, where: str, least: int = 1, optional: bool = True) -> int | None:
    """Checks a whole number; None passes where it is optional.

    Raises:
      TypeError: if it is no whole number.
      ValueError: if it is below ``least``.
    """
    if value is None and optional:
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(
            f"{where}: argument {name} must be a whole number, received {value!r} of type {type(value).__name__}."
        )
    if value < least:
        raise ValueError(f"{where}: argument {name} must be at least {least}, received {value}.")
    return int(value)


def check_verbose(verbose: Any, where: str) -> int:
    """Returns 0, 1 or 2; ``"auto"`` is 1, or 2 if interactive logging is disabled.

    Raises:
      ValueError: for anything else.
    """
    if isinstance(verbose, bool):
        return int(verbose)
    if verbose not in _VERBOSE:
        raise ValueError(f"{where}: argument verbose must be one of {list(_VERBOSE)}, received {verbose!r}.")
    if verbose == "auto":
        return 1 if settings.is_interactive_logging_enabled() else 2
    return verbose


def limited_epochs(epochs: int, initial_epoch: int) -> int:
    """``epochs``, cut to the limit of ``kerax.config.set_max_epochs``."""
    most = settings.max_epochs()
    return epochs if most is None else min(epochs, initial_epoch + most)


def limited_steps(steps: int | None, available: int | None) -> int | None:
    """``steps`` of a pass over ``available`` batches (None if not known), cut to the limit that
    ``kerax.config.set_max_steps_per_epoch`` sets.
    """
    most = settings.max_steps_per_epoch()
    wanted = available if steps is None else steps
    return most if most is not None and (wanted is None or wanted > most) else steps


def check_shuffle(shuffle: Any, where: str) -> None:
    """Checks how arrays are to be shuffled.

    Raises:
      ValueError: for a word other than ``"batch"``.
    """
    if isinstance(shuffle, str) and shuffle != "batch":
        raise ValueError(f"{where}: argument shuffle must be True, False or 'batch', received {shuffle!r}.")


def check_validation_split(value: Any, where: str) -> float:
    """Returns the share of rows held back, 0.0 for none.

    Raises:
      ValueError: if it does not lie between 0 and 1.
    """
    if value is None or value == 0:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 < value < 1:
        raise ValueError(
            f"{where}: argument validation_split must lie between 0 and 1 (it is a share of the samples), received "
            f"{value!r}."
        )
    return float(value)


def check_unknown(kwargs: dict[str, Any], known: tuple[str, ...] | Callable, where: str) -> None:
    """Refuses keyword arguments that are not among the known ones, or not among those of a function.

    Raises:
      TypeError: with the closest name that does.
    """
    for name in kwargs:
        if not isinstance(known, tuple):
            known = tuple(one for one in inspect.signature(known).parameters if one not in ("self", "kwargs"))
        raise TypeError(str(unknown_name(f"argument of {where}", name, known)))
