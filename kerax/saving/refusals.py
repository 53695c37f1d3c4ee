"""Every refusal of a file is one kind of error that names the file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from kerax.errors import ConfigurationError, UnknownNameError, first_line

_WRONG_CONTENT = (
    TypeError, KeyError, IndexError, AttributeError, AssertionError, ArithmeticError, RuntimeError, NotImplementedError,
    RecursionError, UnicodeError, MemoryError, StopIteration, NameError,
)  # fmt: skip

_OWN_NAMES = (
    " If it is your own, give it as custom_objects={'its name': it}; a loss, metric or optimizer is not needed with "
    "compile=False."
)


@contextlib.contextmanager
def refusals(where: str, path: object) -> Iterator[None]:
    """Turns what a damaged or hostile file runs into, deep inside, into an error that names the file.

    Args:
      where: the calling function, for messages.
      path: the file.

    Raises:
      ValueError: in place of any error about the file's content.
      OSError: unchanged.
    """
    named = repr(str(path))
    try:
        yield
    except OSError:
        raise
    except ValueError as error:
        if named in str(error):
            raise
        hint = _OWN_NAMES if isinstance(error, UnknownNameError) else ""
        raise ConfigurationError(f"{where}: {named}: {error}{hint}") from error
    except _WRONG_CONTENT as error:
        kind = "" if isinstance(error, TypeError) else f"{type(error).__name__}: "
        raise ConfigurationError(f"{where}: {named} cannot be made into a model: {kind}{first_line(error)}") from error
