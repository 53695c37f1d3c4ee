"""The batches of an indexed sequence: in order or shuffled, one by one or made by several threads."""

from __future__ import annotations

import collections
import contextlib
import weakref
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np


class IndexedIterator:
    """Gives every batch of an indexed sequence once.

    Args:
      data: has ``__getitem__``; without a length it never ends. ``data.workers`` threads make batches, at most
        ``data.max_queue_size`` ahead; one batch is made at a time, when it is asked for, if that is 1 or absent.
      seed: of the order of the batches; None for their own.
      epoch: number of the epoch; every one has its own order.

    Example:
      >>> from kerax.training.indexed_iterator import IndexedIterator
      >>> list(IndexedIterator("abc")), sorted(IndexedIterator("abc", seed=1))
      (['a', 'b', 'c'], ['a', 'b', 'c'])
    """

    def __init__(self, data: Any, seed: int | None = None, epoch: int = 0):
        self._data, self._index = data, 0
        self._length: int | None = None
        with contextlib.suppress(TypeError, NotImplementedError):
            self._length = len(data)
        self._draw_order(seed, epoch)
        workers = getattr(data, "workers", 1)
        self._ahead = max(int(getattr(data, "max_queue_size", 1)), 1)
        self._waiting: collections.deque[Future] = collections.deque()
        self._pool: ThreadPoolExecutor | None = None
        if isinstance(workers, int) and workers > 1:
            self._pool = ThreadPoolExecutor(workers, thread_name_prefix="kerax-batches")
            self._stop = weakref.finalize(self, self._pool.shutdown, wait=False, cancel_futures=True)

    def _draw_order(self, seed: int | None, epoch: int) -> None:
        self._seed, self._epoch = seed, epoch
        self._order: np.ndarray | None = None
        if seed is not None and self._length is not None:
            self._order = np.random.default_rng([seed, epoch]).permutation(self._length)

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        if self._length is not None and self._index >= self._length:
            if self._pool is not None:
                self._stop()
            raise StopIteration
        if self._pool is None:
            item = self._data[self._number(self._index)]
        else:
            while len(self._waiting) < self._ahead and self._is_there(self._index + len(self._waiting)):
                number = self._number(self._index + len(self._waiting))
                self._waiting.append(self._pool.submit(self._data.__getitem__, number))
            item = self._waiting.popleft().result()
        self._index += 1
        return item

    def _is_there(self, index: int) -> bool:
        return self._length is None or index < self._length

    def _number(self, index: int) -> int:
        return index if self._order is None else int(self._order[index])

    def get_state(self) -> dict[str, Any]:
        """How many batches were given, and what their order is drawn from."""
        return {"index": self._index, "seed": self._seed, "epoch": self._epoch}

    def set_state(self, state: dict[str, Any]) -> None:
        """Goes to a place."""
        self._waiting.clear()
        self._index = state["index"]
        self._draw_order(state["seed"], state["epoch"])
