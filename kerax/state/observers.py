"""Observers: who wants to know that variables are read or made (gradient tapes, functions being traced)."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kerax.state.variable import Variable

Reader = Callable[["Variable", Any], Any]
Maker = Callable[["Variable"], None]

# How many observers there are in all threads: reading a variable must cost nothing while there are none.
active = [0]
_readers: contextvars.ContextVar[tuple[Reader, ...]] = contextvars.ContextVar("kerax_readers", default=())
_makers: contextvars.ContextVar[tuple[Maker, ...]] = contextvars.ContextVar("kerax_makers", default=())


class observing:
    """While it is open, every read of a variable, or every variable made, is reported.

    Args:
      read: called with a variable and the array that its reader gets; returns the array to give instead.
      made: called with every new variable.

    Example:
      >>> import kerax
      >>> from kerax.state.observers import observing
      >>> made = []
      >>> with observing(made=made.append):
      ...     variable = kerax.Variable(1.0)
      >>> made == [variable]
      True
    """

    def __init__(self, read: Reader | None = None, made: Maker | None = None):
        self.read, self.made = read, made

    def __enter__(self) -> observing:
        active[0] += 1
        if self.read is not None:
            _readers.set((*_readers.get(), self.read))
        if self.made is not None:
            _makers.set((*_makers.get(), self.made))
        return self

    def __exit__(self, *exc_info: object) -> None:
        active[0] -= 1
        if self.read is not None:
            _readers.set(_without(_readers.get(), self.read))
        if self.made is not None:
            _makers.set(_without(_makers.get(), self.made))


@contextlib.contextmanager
def unobserved() -> Iterator[None]:
    """While it is open, nobody is told of variables that are made.

    Example:
      >>> import kerax
      >>> from kerax.state.observers import observing, unobserved
      >>> made = []
      >>> with observing(made=made.append), unobserved():
      ...     variable = kerax.Variable(1.0)
      >>> made
      []
    """
    token = _makers.set(())
    try:
        yield
    finally:
        _makers.reset(token)


def _without(observers: tuple, one: Any) -> tuple:
    last = max(i for i, other in enumerate(observers) if other == one)
    return observers[:last] + observers[last + 1 :]


def note_read(variable: Variable, array: Any) -> Any:
    """Reports a read; returns the array that the reader is to get."""
    for reader in _readers.get():
        array = reader(variable, array)
    return array


def note_reads(variables: Iterable[Variable], arrays: list) -> list:
    """Reports reads of many variables; returns the arrays that the reader is to get."""
    for reader in _readers.get() if active[0] else ():
        arrays = [reader(variable, array) for variable, array in zip(variables, arrays, strict=True)]
    return arrays


def note_made(variable: Variable) -> None:
    """Reports a new variable."""
    for maker in _makers.get():
        maker(variable)
