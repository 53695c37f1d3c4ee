"""StagedSource: batches of arrays whose inputs go through the model's host pass first."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from typing import Any

from kerax.training.sources import HostArraySource, StreamSource


class StagedBatches:
    """The batches of a host source after the host pass, epoch by epoch.

    Args:
      source: gives the batches as they are.
      stage: the host pass over the inputs of a batch.
      steps: batches per epoch, None for one pass over the rows.
    """

    one_shot = False

    def __init__(self, source: HostArraySource, stage: Callable[[Any], Any], steps: int | None):
        self.source, self.stage, self.steps = source, stage, steps
        self._first: Any = None
        self._taken = 0

    def peek(self) -> Any:
        """The first batch in file order."""
        if self._first is None:
            self._first = self._staged(self.source.first_batch())
        return self._first

    def epoch(self, epoch: int, skip: int = 0) -> Iterator[Any]:
        """Yields the batches of an epoch."""
        for chunk in self.source.epoch(epoch, 1, self.steps):
            self._taken += 1
            yield self._staged(chunk.data[0])

    def restart(self) -> None:
        """Makes the next epoch begin at the first batch."""
        self.source.restart()

    def track(self, every: int | None) -> None:
        """Nothing: a position is known at any time."""

    def position(self, within: int | None = None) -> Any:
        """Where the rows are; see ``ArraySource.position``."""
        return self.source.position(within)

    def go_to(self, position: Any, done: int) -> None:
        """Goes to a position of the rows."""
        self.source.go_to(position, done)
        if done == self.steps:  # nobody will ask for the rest of that epoch
            collections.deque(self.source.epoch(0, 1, self.steps), maxlen=0)

    def taken(self) -> int:
        """Number of batches given out so far."""
        return self._taken

    def _staged(self, batch: Any) -> Any:
        x, y, sample_weight = batch
        return self.stage(x), y, sample_weight


class StagedSource(StreamSource):
    """A stream of staged batches, made ahead by the thread that also moves them to the device.

    Args:
      source: gives the batches as they are.
      stage: the host pass over the inputs of a batch.
      steps: batches per epoch, None for one pass over the rows.
    """

    def __init__(self, source: HostArraySource, stage: Callable[[Any], Any], steps: int | None):
        super().__init__(StagedBatches(source, stage, steps), source.steps if steps is None else steps)
        self._given = source.arrays

    def take_given(self) -> Any:
        """All rows as they were given, for checks; they are not kept afterwards."""
        given, self._given = self._given, None
        return given
