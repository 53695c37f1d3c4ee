"""Whether converted code returns a value whatever its conditions are; XLA cannot return something or nothing.

The conversion keeps a name that says whether `return` was reached. After an `if` on an array that is a traced value;
what is known about it while tracing is noted here: that it is true in any case, or that a branch leaves it false.
"""

from __future__ import annotations

import contextvars
from collections.abc import Sequence
from typing import Any

from kerax.function.autograph.operators import plain
from kerax.jax_compat import is_tracer

_NAME = "do_return"  # and do_return_1, ... in functions inside
SURE, MISSING = "sure", "missing"

_states: contextvars.ContextVar[dict[int, tuple[Any, str]] | None] = contextvars.ContextVar(
    "kerax_returns", default=None
)


def place_in(names: Sequence[str]) -> int | None:
    """Where the name stands among others, if it is there."""
    return next((i for i, name in enumerate(names) if name.startswith(_NAME)), None)


def state_of(value: Any) -> str | None:
    """``SURE`` or ``MISSING`` for a value of the name; None where nothing is known, as after a loop."""
    value = plain(value)
    if not is_tracer(value):
        return SURE if value else MISSING
    known = (_states.get() or {}).get(id(value))
    return known[1] if known is not None and known[0] is value else None


def note(value: Any, branches: list[str | None]) -> None:
    """Notes what is known of a value that one of several branches gives.

    Args:
      value: the traced value.
      branches: what is known of each branch's.
    """
    states = _states.get()
    if states is not None and is_tracer(plain(value)):
        found = MISSING if MISSING in branches else SURE if set(branches) == {SURE} else None
        if found is not None:
            states[id(plain(value))] = (plain(value), found)


def scope_of(base: type) -> type:
    """The scope of a converted function, as the conversion has it, that refuses to return a value only sometimes.

    Args:
      base: the conversion's own.
    """

    class FunctionScope(base):  # type: ignore[misc, valid-type]
        """The scope of one call of a converted function."""

        def __init__(self, function_name: str, *args: Any):
            super().__init__(function_name, *args)
            self.function_name = function_name

        def __enter__(self) -> Any:
            self._token = _states.set({})
            return super().__enter__()

        def __exit__(self, *exc_info: Any) -> Any:
            _states.reset(self._token)
            return super().__exit__(*exc_info)

        def ret(self, value: Any, did_return: Any) -> Any:
            """What the function returns."""
            given = value is not None and type(value).__name__ != "UndefinedReturnValue"
            if given and is_tracer(plain(did_return)) and state_of(did_return) == MISSING:
                raise ValueError(
                    f"{self.function_name}() returns a value in one branch of an `if` on an array, or in a loop over "
                    "one, and none where that is not reached. A compiled program returns the same kind of value in "
                    "any case: return one in each branch, and after the loop."
                )
            return super().ret(value, did_return)

    return FunctionScope
