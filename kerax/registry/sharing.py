"""Objects that stand at several places of one configuration, and are to be one object again when it is read."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

_KEY = "shared_object_id"
_written: contextvars.ContextVar[dict[int, tuple[Any, dict]] | None] = contextvars.ContextVar("written", default=None)
_read: contextvars.ContextVar[dict[Any, Any] | None] = contextvars.ContextVar("read", default=None)


@contextlib.contextmanager
def object_sharing_scope() -> Iterator[None]:
    """Keeps track of shared objects while one configuration is written or read."""
    if _written.get() is not None:
        yield
        return
    tokens = _written.set({}), _read.set({})
    try:
        yield
    finally:
        _written.reset(tokens[0])
        _read.reset(tokens[1])


def note_written(obj: Any, entry: dict[str, Any]) -> dict[str, Any]:
    """Marks an entry, and the earlier one of the same object, as one shared object; returns the entry."""
    table = _written.get()
    if table is None:
        return entry
    if id(obj) in table:
        table[id(obj)][1][_KEY] = entry[_KEY] = id(obj)
    else:
        table[id(obj)] = (obj, entry)
    return entry


def shared_object(entry: dict[str, Any]) -> Any:
    """The object made of an earlier entry with the same mark, else None."""
    table, key = _read.get(), entry.get(_KEY)
    return table.get((entry.get("class_name"), key)) if table and isinstance(key, int) else None


def note_read(entry: dict[str, Any], obj: Any) -> None:
    """Keeps an object for later entries with the same mark."""
    table, key = _read.get(), entry.get(_KEY)
    if table is not None and isinstance(key, int):
        table[(entry.get("class_name"), key)] = obj
