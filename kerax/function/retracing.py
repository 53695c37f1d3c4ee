"""A warning for functions that are traced again and again, with the argument to blame."""

from __future__ import annotations

import types
import warnings
from collections import OrderedDict, deque
from typing import Any

from kerax.errors import user_stacklevel
from kerax.state import Variable

_LOOK_BACK = 8  # calls
_TOO_MANY = 5  # traces among them


_MADE_AT_ONCE = 1000  # definitions that are remembered
_ADVICE = (
    "Tracing is slow: pass numbers that change as arrays (jnp.asarray(value)), keep shapes the same (pad, or "
    "drop_remainder=True), and make the function once, outside of loops."
)
# How many functions of one definition were made and traced since one of them found its program.
_made: OrderedDict[types.CodeType, list[int]] = OrderedDict()


def forget_functions() -> None:
    """Forgets the functions that were made so far: what is traced from now on is not blamed on them."""
    _made.clear()


class RetraceWatch:
    """Notes which calls of a function had to trace, and warns once if too many did.

    Args:
      name: of the function.
      function: the Python function.
    """

    def __init__(self, name: str, function: Any = None):
        self.name = name
        self._calls: deque[bool] = deque(maxlen=_LOOK_BACK)
        self._last: tuple[list[str], tuple] | None = None
        self._changes = ""
        self._warned = False
        self._code = getattr(getattr(function, "__func__", function), "__code__", None)

    def hit(self) -> None:
        """A call found its program."""
        self._calls.append(False)
        if self._code in _made:
            del _made[self._code]

    def traced(self, names: list[str], key: tuple) -> None:
        """A call was traced.

        Args:
          names: of the arguments' leaves.
          key: ``(treedef, kinds)`` of the arguments.
        """
        if self._last is not None:
            self._changes = _difference(self._last, (names, key))
        elif self._code is not None:
            self._note_new(self._code)
        self._last = (names, key)
        self._calls.append(True)
        if not self._warned and sum(self._calls) >= _TOO_MANY:
            self._warned = True
            self._warn(
                f"{sum(self._calls)} of the last {len(self._calls)} calls of function {self.name}() were traced and "
                f"compiled anew. {self._changes} {_ADVICE}"
            )

    def _note_new(self, code: types.CodeType) -> None:
        """A function is traced for the first time; others may have been made of the same code."""
        count = _made.setdefault(code, [0])
        _made.move_to_end(code)
        while len(_made) > _MADE_AT_ONCE:
            _made.popitem(last=False)
        count[0] += 1
        if count[0] == _TOO_MANY:
            self._warned = True
            self._warn(
                f"{_TOO_MANY} of the last {_TOO_MANY} calls of function {self.name}() were traced and compiled anew: "
                f"each was of another function made of the same code ({code.co_filename}:{code.co_firstlineno}), such "
                f"as one that is defined or decorated in a loop. {_ADVICE}"
            )

    def _warn(self, text: str) -> None:
        warnings.warn(text, stacklevel=user_stacklevel())


def _difference(old: tuple[list[str], tuple], new: tuple[list[str], tuple]) -> str:
    (_, (old_tree, old_kinds)), (names, (tree, kinds)) = old, new
    if old_tree != tree or len(old_kinds) != len(kinds):
        return "The number or the structure of the arguments changed last."
    for name, before, after in zip(names, old_kinds, kinds, strict=True):
        if before != after:
            return f"Argument {name!r} changed last: {_shown(before)}, then {_shown(after)}."
    return "What is around the call changed (training mode, dtype policy)."


def _shown(kind: Any) -> str:
    if isinstance(kind[0], type):
        value = kind[1]
        if issubclass(kind[0], Variable):
            return "another Variable (each has a program of its own; its value, v.value, may be passed instead)"
        return f"{kind[0].__name__} {value}" if kind[0] in (bool, int, float, str) else f"another {kind[0].__name__}"
    return f"{kind[1]}{list(kind[0])}"
