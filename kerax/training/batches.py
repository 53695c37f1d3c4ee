"""Batches from things that are iterated: data sets, generators, loaders, indexed sequences."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.training.data_structure import as_arrays, check_lengths, check_numbers, class_weights_to_sample_weights
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
    """

    def __init__(
        self,
        data: Any,
        steps_per_epoch: int | None,
        class_weight: Any,
        where: str,
        stage: Callable[[Any], Any] | None = None,
    ):
        self.stage = stage
        self.data, self.steps_per_epoch, self.class_weight, self.where = data, steps_per_epoch, class_weight, where
        self.indexed = hasattr(data, "__getitem__") and hasattr(data, "__len__") and not hasattr(data, "__iter__")
        self.one_shot = not self.indexed and iter(data) is data
        self._iterator: Iterator | None = None
        self._peeked: list[Any] = []
        self._seen = 0
        self.exhausted = False

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
        if self._iterator is None or (restart and not self._peeked and self._seen):
            self._iterator = self._start(epoch)
        while self._peeked:
            self._seen += 1
            yield self._peeked.pop()
        for batch in self._iterator:
            self._seen += 1
            yield batch
        self._iterator = None
        self.exhausted = True
        if self.indexed and hasattr(self.data, "on_epoch_end"):
            self.data.on_epoch_end()

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
        source = (self.data[i] for i in range(len(self.data))) if self.indexed else iter(self.data)
        return (self._standard(item) for item in source)

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
