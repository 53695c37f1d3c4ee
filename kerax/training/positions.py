"""Where a run is in data that are iterated, so that another process can go on there."""

from __future__ import annotations

import collections
import itertools
import random
import sys
from typing import Any, NamedTuple

import numpy as np

from kerax.state import rng
from kerax.training.indexed_iterator import IndexedIterator

_MARKS_KEPT = 256  # more than the batches that may be read ahead of the loop


class Mark(NamedTuple):
    """A moment of an iterator from which it can go on.

    Attributes:
      count: batches it had given.
      state: its own state, None if it cannot tell; then ``count`` is 0.
      random: state of the global random generators.
    """

    count: int  # type: ignore[assignment]  # also a method of tuple, which nobody calls here
    state: Any
    random: dict[str, Any]


class StreamPosition:
    """Counts what an iterator has given, and keeps marks of it on the way.

    Attributes:
      iterator: the data's own iterator, or None.
      count: batches it has given.
      base: how many that were at the beginning of the present epoch.
      mark_every: batches between two marks; None while nobody wants to know positions.
    """

    def __init__(self) -> None:
        self.iterator: Any = None
        self.count, self.base = 0, 0
        self.mark_every: int | None = None
        self._marks: collections.deque[Mark] = collections.deque(maxlen=_MARKS_KEPT)

    def start(self, iterator: Any) -> None:
        """Notes that an iterator begins."""
        self.iterator, self.count, self.base = iterator, 0, 0
        self._marks.clear()
        self._marks.append(Mark(0, None, random_state()))
        self.mark()

    def mark(self, ahead: int = 0) -> None:
        """Keeps the iterator's present state, if it can tell it and somebody wants to know.

        Args:
          ahead: batches that were taken from it and not counted yet.
        """
        if self.mark_every is not None and (state := iterator_state(self.iterator)) is not None:
            self._marks.append(Mark(self.count + ahead, state, random_state()))

    def step(self) -> None:
        """Notes that a batch was given."""
        self.count += 1
        if self.mark_every is not None:
            every = 1 if isinstance(self.iterator, IndexedIterator) else self.mark_every
            if (self.count - self.base) % every == 0:
                self.mark()

    def at(self, count: int) -> dict[str, Any]:
        """The place after ``count`` batches, as plain values."""
        mark = next(mark for mark in reversed(list(self._marks)) if mark.count <= count)
        return {"count": count, "skip": count - mark.count, "state": mark.state, "random": mark.random}

    def go_to(self, place: dict[str, Any], done: int) -> None:
        """Moves the iterator, which has just started, to a place ``done`` batches behind the beginning of an epoch."""
        if place["state"] is not None:
            restore_iterator(self.iterator, place["state"])
        collections.deque(itertools.islice(self.iterator, place["skip"]), maxlen=0)
        self.count, self.base = place["count"], place["count"] - done
        self._marks.clear()
        self._marks.append(Mark(place["count"] - place["skip"], place["state"], place["random"]))


def random_state() -> dict[str, Any]:
    """The states of the global generators that data pipelines draw from, as plain values and arrays.

    Returns:
      States of ``random``, ``numpy.random``, kerax, and torch where a program has imported it.

    Example:
      >>> import random
      >>> from kerax.training.positions import random_state, restore_random_state
      >>> state = random_state(); first = random.random()
      >>> restore_random_state(state); random.random() == first
      True
    """
    version, words, rest = random.getstate()
    found = {
        "python": (version, np.array(words, np.uint32), rest),
        "numpy": tuple(np.random.get_state()),
        "kerax": rng.get_global_state(),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        found["torch"] = torch.get_rng_state().numpy()
    return found


def restore_random_state(state: dict[str, Any]) -> None:
    """Puts the global generators back where ``random_state`` found them."""
    version, words, rest = state["python"]
    random.setstate((version, tuple(words.tolist()), rest))
    np.random.set_state(state["numpy"])
    rng.set_global_state(state["kerax"])
    torch = sys.modules.get("torch")
    if torch is not None and "torch" in state:
        torch.set_rng_state(torch.from_numpy(state["torch"].copy()))


def iterator_state(iterator: Any) -> Any:
    """The state of an iterator that can tell it (kerax.data, grain), or None."""
    try:
        if hasattr(iterator, "state_bytes"):
            return iterator.state_bytes()
        if hasattr(iterator, "get_state") and hasattr(iterator, "set_state"):
            return iterator.get_state()
    except (TypeError, NotImplementedError):  # waiting elements that no file can hold: batches are counted instead
        return None
    return None


def restore_iterator(iterator: Any, state: Any) -> None:
    """Moves an iterator to where ``iterator_state`` found its like."""
    (iterator.restore if hasattr(iterator, "restore") else iterator.set_state)(state)
