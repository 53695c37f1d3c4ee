"""Errors of functions being traced, in words that lead to the line to change."""

from __future__ import annotations

import contextlib
import linecache
import os
import warnings
from collections.abc import Callable
from typing import Any

import jax

from kerax.errors import first_line, user_stacklevel
from kerax.jax_compat import is_tracer
from kerax.tape.values import unwrap
from kerax.tracebacks import origin_of

_KERAX = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_LIBRARY = os.path.dirname(os.path.abspath(os.__file__))
_FOREIGN = ("site-packages", "<frozen", "<string>", "malt", "__autograph")


def user_line(error: BaseException) -> str:
    """The innermost line of the user's own code in a traceback, as ``file:number: text``; empty if there is none."""
    found, trace = "", error.__traceback__
    while trace is not None:
        file, number = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        origin = origin_of(file, number)
        if origin is not None:
            found = _line(*origin)
        elif not file.startswith((_KERAX, _LIBRARY)) and not any(part in file for part in _FOREIGN):
            found = _line(file, number)
        trace = trace.tb_next
    return found


def at_user_line(error: BaseException) -> str:
    """The same, to be put into a message: ``" at file:number: text"``.

    Example:
      >>> from kerax.function.failures import at_user_line
      >>> at_user_line(ValueError("never raised"))
      ''
    """
    line = user_line(error)
    return f" at {line}" if line else ""


def _line(file: str, number: int) -> str:
    return f"{file}:{number}: {linecache.getline(file, number).strip()}"


def note_line(error: BaseException, name: str) -> None:
    """Notes on an error the user's own line, where converted code hides it."""
    line = user_line(error)
    if line and not any(line in note for note in getattr(error, "__notes__", ())):
        error.add_note(f"In function {name}(), at {line}")


def explain(error: BaseException, name: str, converted: bool) -> ValueError:
    """The error to raise when a traced function asked for numbers or let a traced value out.

    Args:
      error: what JAX raised.
      name: of the function.
      converted: whether its control flow was converted.
    """
    line = user_line(error)
    where = f" at {line}" if line else ""
    if isinstance(error, jax.errors.UnexpectedTracerError):
        return ValueError(
            f"function {name}(){where}: a value from an earlier trace is used here. A traced function ran once and "
            "left a traced value outside (a global, an attribute, a list); such values have no numbers. Return the "
            f"value from the function, or keep it in a kerax.Variable. ({first_line(error)})"
        )
    hint = (
        "Python's `if`, `while` and `for` on arrays work in functions whose source can be read; here use jnp.where, "
        "jax.lax.cond or kerax.ops"
        if converted
        else "Control flow on arrays is converted when diastatic-malt is installed (pip install diastatic-malt) and "
        "autograph=True; else use jnp.where or jax.lax.cond"
    )
    return ValueError(
        f"function {name}(){where}: the numbers of an array are asked for (a Python `if`, float(), bool() or NumPy "
        f"function on it), but a function is traced before there are any. {hint}, or debug with "
        f"kerax.config.run_functions_eagerly(True). ({first_line(error)})"
    )


def traced_values_around(function: Callable) -> dict[str, set[int]]:
    """Ids of the traced values in a function's globals, captured variables and its object's attributes, by place."""
    inner = getattr(function, "__func__", function)
    code = getattr(inner, "__code__", None)
    places: dict[str, Any] = {}
    if code is not None:
        for captured, cell in zip(code.co_freevars, inner.__closure__ or (), strict=False):
            with contextlib.suppress(ValueError):  # a cell that is not filled yet
                places[f"variable {captured!r}"] = cell.cell_contents
        places.update({f"global {n!r}": inner.__globals__[n] for n in code.co_names if n in inner.__globals__})
    owner = getattr(function, "__self__", None)
    places.update({f"attribute {n!r}": v for n, v in vars(owner).items()} if hasattr(owner, "__dict__") else {})
    found = {}
    for place, value in places.items():
        items = value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else [value]
        ids = {id(item) for item in items if is_tracer(unwrap(item))}
        if ids:
            found[place] = ids
    return found


def warn_of_leaks(function: Callable, name: str, before: dict[str, set[int]]) -> None:
    """Warns of traced values that tracing has left around a function.

    Args:
      function: the function.
      name: for the message.
      before: what ``traced_values_around`` found before the trace.
    """
    for place, ids in traced_values_around(function).items():
        if ids - before.get(place, set()):
            warnings.warn(
                f"function {name}() left a traced value in {place}: Python's side effects happen once, while tracing, "
                "and such a value has no numbers, so using it later fails. Return it from the function, or keep it in "
                "a kerax.Variable.",
                stacklevel=user_stacklevel(),
            )
