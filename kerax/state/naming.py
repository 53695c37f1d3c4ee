"""Automatic names, as Keras gives them: dense, dense_1, dense_2..."""

from __future__ import annotations

import collections
import contextlib
import contextvars
from collections.abc import Iterator

_counts: collections.Counter[str] = collections.Counter()
_scopes: contextvars.ContextVar[tuple[str, ...]] = contextvars.ContextVar("kerax_name_scopes", default=())


def unique_name(prefix: str) -> str:
    """Returns ``prefix`` the first time, then ``prefix_1``, ``prefix_2``...

    Example:
      >>> from kerax.state.naming import unique_name
      >>> unique_name("doc"), unique_name("doc")
      ('doc', 'doc_1')
    """
    count = _counts[prefix]
    _counts[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def reset_names() -> None:
    """Starts all automatic names again, as ``clear_session`` does.

    Example:
      >>> from kerax.state.naming import reset_names, unique_name
      >>> reset_names(); unique_name("doc")
      'doc'
    """
    _counts.clear()


@contextlib.contextmanager
def without_scopes() -> Iterator[None]:
    """Leaves out the open scopes' names inside.

    Example:
      >>> import kerax
      >>> from kerax.state.naming import without_scopes
      >>> with kerax.name_scope("encoder"), without_scopes():
      ...     kerax.Variable(0.0, name="scale").path
      'scale'
    """
    token = _scopes.set(())
    try:
        yield
    finally:
        _scopes.reset(token)


@contextlib.contextmanager
def name_scope(name: str) -> Iterator[str]:
    """Puts a name before the paths of variables that are made inside by hand; a layer's weights go by the layer's path.

    Args:
      name: the name, without ``/``.

    Raises:
      ValueError: for something else.

    Example:
      >>> import kerax
      >>> with kerax.name_scope("encoder"):
      ...     kerax.Variable(0.0, name="scale").path
      'encoder/scale'
    """
    if not isinstance(name, str) or not name or "/" in name:
        raise ValueError(f"name_scope() needs a non-empty string without '/', received {name!r}.")
    token = _scopes.set((*_scopes.get(), name))
    try:
        yield name
    finally:
        _scopes.reset(token)


def scoped_path(name: str) -> str:
    """Returns a name behind the open name scopes.

    Example:
      >>> from kerax.state.naming import scoped_path
      >>> scoped_path("kernel")
      'kernel'
    """
    return "/".join((*_scopes.get(), name))
