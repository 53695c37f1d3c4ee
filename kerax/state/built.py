"""Who wants to know when a layer or optimizer has got its variables: restorations that wait for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

watchers: list[Callable[[Any], None]] = []


def note_built(module: Any) -> None:
    """Tells the watchers that a module has just got its variables.

    Example:
      >>> from kerax.state import built
      >>> built.watchers.append(print)
      >>> built.note_built("a layer")
      a layer
      >>> built.watchers.remove(print)
    """
    for watcher in tuple(watchers):
        watcher(module)
