"""A background thread that prepares the next items while the current one is in use."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_END = object()


class _Failure:
    def __init__(self, error: BaseException):
        self.error = error


def prefetch(items: Iterable, depth: int, prepare: Callable[[Any], Any] | None = None) -> Iterator[Any]:
    """Yields the items of an iterable, taken and prepared ahead by a thread.

    Args:
      items: what to iterate over, in the thread.
      depth: how many prepared items may wait.
      prepare: applied to every item in the thread, for example the transfer to the device.

    Yields:
      The items in order. An exception in the thread is raised at its place. Closing the generator stops the thread.

    Example:
      >>> from kerax.training.prefetch import prefetch
      >>> list(prefetch(range(3), 2))
      [0, 1, 2]
    """
    ready: queue.Queue = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(item: Any) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def run() -> None:
        try:
            for item in items:
                if not put(prepare(item) if prepare is not None else item):
                    return
            put(_END)
        except BaseException as error:  # handed to the consumer, whatever it is
            put(_Failure(error))
        finally:
            if stopped.is_set() and hasattr(items, "close"):
                items.close()  # type: ignore[attr-defined]

    thread = threading.Thread(target=run, name="kerax-prefetch", daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if item is _END:
                return
            if isinstance(item, _Failure):
                raise item.error
            yield item
    finally:
        stopped.set()
        thread.join(timeout=5.0)
