"""Batches from things that are iterated: data sets, generators, loaders, indexed sequences."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.training.data_structure import as_arrays, check_lengths, check_numbers, class_weights_to_sample_weights
from kerax.training.indexed_iterator import IndexedIterator
from kerax.training.positions import (
    StreamPosition,
    iterator_state,
    random_state,
    restore_iterator,
    restore_random_state,
)
from kerax.utils.py_dataset import PyDataset
from kerax.utils.structures import unpack_x_y_sample_weight


class IterableBatches:
    """Standardised batches of an iterable, epoch by epoch.

    An iterable that can be started again is, every epoch, unless ``steps_per_epoch`` says that an epoch ends before it
    does;
    a generator simply goes on.

    Args:
      data: data set, loader, generator or indexed sequence whose items are ``x``, ``(x, y)`` or ``(x, y,
        sample_weight)``.
      steps_per_epoch: batches per epoch, or None for all.
      class_weight: class index to weight, or None.
      where: for messages, such as ``"fit()"``.
      stage: the model's host pass over the inputs, or None.
      seed: of the order of the batches of a ``PyDataset``, which changes every epoch; None for their own order.
    """

    def __init__(
        self,
        data: Any,
        steps_per_epoch: int | None,
        class_weight: Any,
        where: str,
        stage: Callable[[Any], Any] | None = None,
        seed: int | None = None,
    ):
        self.stage = stage
        self.data, self.steps_per_epoch, self.class_weight, self.where = data, steps_per_epoch, class_weight, where
        # A PyDataset goes by its numbers even if it can be iterated: ImageDataGenerator's iterators never end.
        sized = hasattr(data, "__getitem__") and hasattr(data, "__len__")
        self.indexed = isinstance(data, PyDataset) or (sized and not hasattr(data, "__iter__"))
        self.seed = seed if isinstance(data, PyDataset) else None
        self.one_shot = not self.indexed and iter(data) is data
        self._iterator: Iterator | None = None
        self._peeked: list[Any] = []
        self._seen = 0
        self.exhausted = False
        self._place = StreamPosition()
        self._resumed = False
        self._before: dict[str, Any] = {}  # random numbers before the iterator began
        self._at_epoch = (0, 0)  # epochs that had ended, batches given out, at the beginning of the present epoch
        self._epoch_ends: list[Any] = []  # states of random numbers when an indexed sequence was told an epoch's end

    def length(self) -> int | None:
        """Number of batches in an epoch, None if not known."""
        if self.steps_per_epoch is not None:
            return self.steps_per_epoch
        with contextlib.suppress(TypeError, NotImplementedError):
            return len(self.data)
        return None

    def peek(self) -> Any:
        """The first batch, without taking it from the stream."""
        if not self._peeked:
            self._iterator = self._iterator or self._start(0)
            first = next(self._iterator, None)
            if first is None:
                raise ValueError(
                    f"{self.where} was given no data: the {type(self.data).__name__} is empty or exhausted."
                )
            self._peeked.append(first)
        return self._peeked[0]

    def epoch(self, epoch: int, skip: int = 0) -> Iterator[Any]:
        """Yields the batches of an epoch."""
        restart = not self.one_shot and (self.steps_per_epoch is None or self.steps_per_epoch == self._own_length())
        if self._resumed:  # in the middle of this epoch
            self._resumed = False
        elif self._iterator is None or (restart and not self._peeked and self._seen):
            self._iterator = self._start(epoch)
        elif not self._peeked:
            self._place.base = self._place.count
            self._place.mark()
        self._at_epoch = (len(self._epoch_ends), self._seen - self._place.count + self._place.base)
        while self._peeked:
            self._count()
            yield self._peeked.pop()
        for batch in self._iterator or ():
            self._count()
            yield batch
        self._iterator = None
        self.exhausted = True
        if self.indexed:
            self._epoch_ends.append(random_state())
            self._tell("on_epoch_end")

    def _count(self) -> None:
        self._seen += 1
        self._place.step()

    def _tell(self, hook: str) -> None:
        if self.indexed and hasattr(self.data, hook):
            getattr(self.data, hook)()

    # ---- positions --------------------------------------------------------------------------------------------------
    def track(self, every: int | None) -> None:
        """From now on keeps what ``position`` needs.

        Args:
          every: batches after which the state of the data's iterator is looked at; None for once an epoch.
        """
        self._place.mark_every = sys.maxsize if every is None else every
        if self._iterator is not None:
            self._place.mark(ahead=len(self._peeked))

    def position(self, within: int | None = None) -> dict[str, Any]:
        """Where the data are, for ``go_to`` in another process.

        Args:
          within: batches done of the present epoch; None between two epochs.
        """
        ends, seen = (len(self._epoch_ends), self._seen) if within is None else self._at_epoch
        place, over = None, None
        if within is not None:
            place, seen = self._place.at(self._place.base + within), seen + within
        elif self._iterator is not None and seen:
            place = self._place.at(self._place.count)
        elif seen:  # the next epoch starts anew
            over = {"state": iterator_state(self._place.iterator), "random": random_state()}
        ended = self._epoch_ends[:ends]
        return {
            "ends": ended, "seen": seen, "before": self._before, "place": place, "over": over, "seed": self.seed
        }  # fmt: skip

    def go_to(self, position: dict[str, Any], done: int) -> None:
        """Goes to a position; the next epoch yields what follows its first ``done`` batches."""
        for state in position["ends"]:
            restore_random_state(state)
            self._tell("on_epoch_end")
        self._epoch_ends, self.seed = list(position["ends"]), position["seed"]
        place, over, seen = position["place"], position["over"], position["seen"]
        if self.one_shot:
            if seen:
                skip, self._seen = seen - len(self._peeked), 0
                self._peeked, self._iterator = [], self._start(0)
                self._place.go_to({"count": seen, "skip": skip, "state": None, "random": self._before}, done)
        elif place is not None:
            restore_random_state(position["before"])
            self._peeked, self._iterator = [], self._start(0)
            restore_random_state(place["random"])
            self._place.go_to(place, done)
        elif over is not None:
            if over["state"] is not None and not self.indexed:
                restore_iterator(iter(self.data), over["state"])  # the data know again how often they were shuffled
            restore_random_state(over["random"])
            self._peeked, self._iterator = [], None
        self._seen, self._resumed = seen, bool(done) and done != self.steps_per_epoch

    def restart(self) -> None:
        """Makes the next epoch begin at the first batch; a generator goes on."""
        if not self.one_shot and self._seen:
            self._iterator, self._peeked = None, []

    def taken(self) -> int:
        """Number of batches given out so far."""
        return self._seen

    def _own_length(self) -> int | None:
        with contextlib.suppress(TypeError, NotImplementedError):
            return len(self.data)
        return None

    def _start(self, epoch: int) -> Iterator[Any]:
        if self.one_shot and self._seen:
            return iter(())
        self._before = random_state()
        self._tell("on_epoch_begin")
        self._place.start(IndexedIterator(self.data, self.seed, epoch) if self.indexed else iter(self.data))
        return (self._standard(item) for item in self._place.iterator)

    def _standard(self, item: Any) -> Any:
        where = f"{self.where}, batch {self._seen + len(self._peeked) + 1}"
        if isinstance(item, dict) or hasattr(item, "shape"):
            parts: Any = (item, None, None)
        else:
            try:
                parts = unpack_x_y_sample_weight(item)
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
        x, y, sample_weight = (
            as_arrays(part, name) for part, name in zip(parts, ("x", "y", "sample_weight"), strict=True)
        )
        check_lengths(x, y, sample_weight, where)
        x = x if self.stage is None else self.stage(x)
        check_numbers(x, y, sample_weight, where)
        if self.class_weight is not None:
            sample_weight = class_weights_to_sample_weights(y, self.class_weight, sample_weight, where)
        return x, y, sample_weight


def is_array_like(data: Any) -> bool:
    """Whether x is arrays (possibly nested in dicts, lists, tuples) rather than something to iterate over."""
    if (
        isinstance(data, (np.ndarray, jax.Array, np.generic, int, float))
        or hasattr(data, "to_numpy")
        or hasattr(data, "detach")
    ):
        return True
    if hasattr(data, "toarray") and hasattr(data, "tocsr"):
        return True
    if isinstance(data, dict):
        return all(is_array_like(value) for value in data.values())
    if isinstance(data, (list, tuple)):
        return all(is_array_like(value) or isinstance(value, str) for value in data)
    return hasattr(data, "__array__") and not hasattr(data, "__next__")
