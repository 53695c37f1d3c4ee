"""Whether configurations may hold code: never, unless the caller says so for one call.

The mode is the argument ``safe_mode`` of a loading function and travels down in a context variable of this module.
Nothing that a configuration can name writes it, and no setting or environment variable changes it.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator

_code_is_trusted: contextvars.ContextVar[bool] = contextvars.ContextVar("kerax_code_is_trusted", default=False)


@contextlib.contextmanager
def safe_mode_scope(safe_mode: bool) -> Iterator[None]:
    """Reads configurations in a mode; only ``False`` itself switches the safe mode off.

    Example:
      >>> from kerax.registry.safe_mode import in_safe_mode, safe_mode_scope
      >>> with safe_mode_scope(False):
      ...     in_safe_mode()
      False
    """
    token = _code_is_trusted.set(safe_mode is False)
    try:
        yield
    finally:
        _code_is_trusted.reset(token)


def in_safe_mode() -> bool:
    """Whether code and paths in configurations are refused; true unless a caller said otherwise."""
    return not _code_is_trusted.get()
