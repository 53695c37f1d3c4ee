"""A warning for functions that are traced again and again, with the argument to blame."""

from __future__ import annotations

import warnings
from collections import deque
from typing import Any

from kerax.errors import user_stacklevel

_LOOK_BACK = 8  # calls
_TOO_MANY = 5  # traces among them


class RetraceWatch:
    """Notes which calls of a function had to trace, and warns once if too many did.

    Args:
      name: of the function.
    """

    def __init__(self, name: str):
        self.name = name
        self._calls: deque[bool] = deque(maxlen=_LOOK_BACK)
        self._last: tuple[list[str], tuple] | None = None
        self._changes = ""
        self._warned = False

    def hit(self) -> None:
        """A call found its program."""
        self._calls.append(False)

    def traced(self, names: list[str], key: tuple) -> None:
        """A call was traced.

        Args:
          names: of the arguments' leaves.
          key: ``(treedef, kinds)`` of the arguments.
        """
        if self._last is not None:
            self._changes = _difference(self._last, (names, key))
        self._last = (names, key)
        self._calls.append(True)
        if not self._warned and sum(self._calls) >= _TOO_MANY:
            self._warned = True
            warnings.warn(
                f"{sum(self._calls)} of the last {len(self._calls)} calls of function {self.name}() were traced and "
                f"compiled anew. {self._changes} Tracing is slow: pass numbers that change as arrays "
                "(jnp.asarray(value)), keep shapes the same (pad, or drop_remainder=True), and make the function once, "
                "outside of loops.",
                stacklevel=user_stacklevel(),
            )


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
        return f"{kind[0].__name__} {value}" if kind[0] in (bool, int, float, str) else f"another {kind[0].__name__}"
    return f"{kind[1]}{list(kind[0])}"
