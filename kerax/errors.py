"""Wording shared by every error kerax raises: suggestions for misspelt names."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable

_KERAX = os.path.dirname(os.path.abspath(__file__)) + os.sep
_JAX = os.path.join("", "jax", "_src", "")  # calls functions back while it traces them
_LIBRARIES = frozenset({"jax", "jaxlib", "numpy", "optax", "flax", "opt_einsum", "ml_dtypes"})
_LISTED_NAMES = 12  # a longer list of choices is cut: nobody reads it in a traceback


class ConfigurationError(ValueError, TypeError):
    """A configuration or file that cannot be made into an object; Keras raises either of the two.

    Example:
      >>> from kerax.errors import ConfigurationError
      >>> isinstance(ConfigurationError("no class_name"), ValueError)
      True
    """


def did_you_mean(name: object, choices: Iterable[str]) -> str:
    """Returns ``" Did you mean 'x'?"`` for the closest of ``choices``, or an empty string.

    Args:
      name: what the user wrote.
      choices: the names that exist.

    Returns:
      A sentence that begins with a space, ready to append to a message.

    Example:
      >>> from kerax.errors import did_you_mean
      >>> did_you_mean("rleu", ["relu", "tanh"])
      " Did you mean 'relu'?"
    """
    by_lower = {str(choice).lower(): str(choice) for choice in choices}
    close = difflib.get_close_matches(str(name).lower(), list(by_lower), n=1, cutoff=0.6)
    return f" Did you mean {by_lower[close[0]]!r}?" if close else ""


class UnknownNameError(ValueError):
    """A name that stands for nothing; made by `unknown_name`."""


def unknown_name(kind: str, name: object, choices: Iterable[str], also: Iterable[str] = ()) -> ValueError:
    """Builds the error for a name that no ``kind`` has.

    Args:
      kind: what was looked up, in words ("optimizer", "activation", "argument of fit()").
      name: what the user wrote.
      choices: the names that exist.
      also: further names to suggest, which are not listed: short forms and aliases.

    Returns:
      A ``ValueError`` to raise.

    Example:
      >>> from kerax.errors import unknown_name
      >>> print(unknown_name("optimizer", "adamm", ["adam", "sgd"]))
      Unknown optimizer 'adamm'. Did you mean 'adam'? Known: adam, sgd.
    """
    names = sorted({str(choice) for choice in choices})
    listed = ", ".join(names[:_LISTED_NAMES]) + (", ..." if len(names) > _LISTED_NAMES else "")
    return UnknownNameError(f"Unknown {kind} {name!r}.{did_you_mean(name, [*names, *map(str, also)])} Known: {listed}.")


def from_library(error: BaseException) -> bool:
    """Whether an error was raised inside JAX, NumPy, optax or Flax rather than by kerax or the user's code.

    Call it where the error is caught closest to its origin: JAX trims tracebacks on the way out.

    Example:
      >>> from kerax.errors import from_library
      >>> from_library(ValueError("made here"))
      False
    """
    return _origin(error) in _LIBRARIES


# What NumPy says where it is to make numbers of strings.
_OF_STRINGS = ("could not convert string", "invalid literal for", "ufunc '")


def about_arrays(error: BaseException) -> bool:
    """Whether an error was raised by such a library, or by Python or NumPy about an array that is traced or of strings.

    Example:
      >>> from kerax.errors import about_arrays
      >>> about_arrays(TypeError("unsupported operand type(s) for +: 'DynamicJaxprTracer' and 'str'"))
      True
    """
    text = str(error)
    of_strings = text.startswith(_OF_STRINGS) and "str" in text.lower()
    return from_library(error) or of_strings or ("Tracer" in text and not from_kerax(error))


def from_kerax(error: BaseException) -> bool:
    """Whether an error was raised by kerax itself rather than by a library or the user's code.

    Example:
      >>> from kerax.errors import from_kerax
      >>> from_kerax(ValueError("made here"))
      False
    """
    return _origin(error) == "kerax"


def _origin(error: BaseException) -> str:
    """The package whose code raised the error, an empty string if it was not raised."""
    traceback = error.__traceback__
    if traceback is None:
        return ""
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_globals.get("__name__", "").partition(".")[0]


def first_line(error: BaseException) -> str:
    r"""The first line of an error's message: the part written for people.

    Example:
      >>> from kerax.errors import first_line
      >>> first_line(ValueError("wrong size\nlong explanation"))
      'wrong size'
    """
    return (str(error) or type(error).__name__).strip().splitlines()[0]


def cause(error: BaseException) -> str:
    r"""What went wrong in a compiled program, in one line, without its stack.

    Example:
      >>> from kerax.errors import cause
      >>> cause(RuntimeError("INTERNAL: Traceback (most recent call last):\n  File 'a.py'\nOSError: disk is gone"))
      'OSError: disk is gone'
    """
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return lines[-1] if any("Traceback" in line for line in lines) else lines[0]


def user_stacklevel() -> int:
    """What ``warnings.warn`` of the caller takes to point at the user's own line.

    Example:
      >>> from kerax.errors import user_stacklevel
      >>> user_stacklevel()
      1
    """
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and (
        frame.f_code.co_filename.startswith(_KERAX) or _JAX in frame.f_code.co_filename
    ):
        frame, level = frame.f_back, level + 1
    return level
