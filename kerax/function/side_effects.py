"""Side effects of tracing the same code again, which TensorFlow traces once: they are undone.

XLA compiles for known sizes, and a program holds its variables, so one trace of TensorFlow's is several here. Those
after the first run the same Python code, of which nobody expects to see anything a second time.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import types
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from kerax.state import Module

_NUMBERS = (bool, int, float, complex, str, bytes, type(None))
_CONTAINERS = (list, dict, set)
_DEEP = 3  # how far functions that call functions are looked into


class _Quiet:
    """A stream that drops what silenced threads write.

    Args:
      stream: the stream.
    """

    silenced: ClassVar[Counter[int]] = Counter()  # threads, and how many traces each is silenced for
    changing = threading.Lock()

    def __init__(self, stream: Any):
        self.stream = stream

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() in self.silenced else self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Drops what this thread prints; other threads may be silenced at the same time, and end in any order."""
    here = threading.get_ident()
    with _Quiet.changing:
        _Quiet.silenced[here] += 1
        if not isinstance(sys.stdout, _Quiet):
            sys.stdout = _Quiet(sys.stdout)  # type: ignore[assignment]
    try:
        yield
    finally:
        with _Quiet.changing:
            _Quiet.silenced[here] -= 1
            _Quiet.silenced += Counter()  # without those that are at zero
            if not _Quiet.silenced and isinstance(sys.stdout, _Quiet):
                sys.stdout = sys.stdout.stream


@contextlib.contextmanager
def without_side_effects(function: Callable) -> Iterator[None]:
    """What a function prints is not shown, and plain values that it changes outside are put back afterwards.

    These are numbers, texts, lists, dicts and sets in the variables that it captures, in the globals that it names, and
    in the attributes of its object.

    Args:
      function: the function that runs inside.

    Example:
      >>> from kerax.function.side_effects import without_side_effects
      >>> seen = []
      >>> def note(x):
      ...     print("noted")
      ...     seen.append(x)
      >>> with without_side_effects(note):
      ...     note(1)
      >>> seen
      []
    """
    puts = list(_undone_by(function, _DEEP, set()))
    try:
        with _silence():
            yield
    finally:
        for put in puts:
            put()


def _undone_by(function: Any, deep: int, seen: set[int]) -> Iterator[Callable[[], None]]:
    owner = getattr(function, "__self__", None)
    if hasattr(owner, "__dict__") and id(owner) not in seen:
        seen.add(id(owner))
        own = isinstance(owner, Module)  # what it keeps for itself is no side effect
        yield from _values(vars(owner), [name for name in vars(owner) if not (own and name.startswith("_"))], seen)
    inner = getattr(function, "__func__", function)
    code, names = getattr(inner, "__code__", None), getattr(inner, "__globals__", {})
    if code is None or id(code) in seen:
        return
    seen.add(id(code))
    called = []
    for cell in inner.__closure__ or ():
        try:
            value = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        if isinstance(value, _NUMBERS):
            yield lambda cell=cell, value=value: setattr(cell, "cell_contents", value)
        else:
            yield from _content(value, seen)
            called.append(value)
    used = [name for name in _names_in(code) if name in names]
    yield from _values(names, used, seen)
    called += [names[name] for name in used]
    for one in called if deep else ():
        if isinstance(one, (types.FunctionType, types.MethodType)):
            yield from _undone_by(one, deep - 1, seen)


def _names_in(code: types.CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _names_in(constant)
    return found


def _values(table: dict, names: list[str], seen: set[int]) -> Iterator[Callable[[], None]]:
    numbers = {name: table[name] for name in names if isinstance(table[name], _NUMBERS)}
    if numbers:
        yield lambda: table.update(
            {name: old for name, old in numbers.items() if isinstance(table.get(name), _NUMBERS)}
        )
    for name in names:
        yield from _content(table[name], seen)


def _content(value: Any, seen: set[int]) -> Iterator[Callable[[], None]]:
    if type(value) not in _CONTAINERS or id(value) in seen:
        return
    seen.add(id(value))
    old = value.copy()

    def put() -> None:
        if type(value) is list:
            value[:] = old
        else:
            value.clear()
            value.update(old)

    yield put
