"""PyDataset: batches by number, written by the user (tf.keras's Sequence)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any


class PyDataset:
    """Base class of data sets that give batch ``i`` on request: define ``__len__`` and ``__getitem__``.

    Args:
      workers: threads that make batches for ``fit``, ``evaluate`` and ``predict``; they keep their order. With more
        than one, ``__getitem__`` must be safe to call at the same time.
      use_multiprocessing: accepted for Keras's sake: the workers are threads.
      max_queue_size: how many batches the workers make ahead.

    Example:
      >>> import numpy as np, kerax
      >>> class Ones(kerax.utils.PyDataset):
      ...     def __len__(self):
      ...         return 3
      ...     def __getitem__(self, index):
      ...         return np.ones((4, 2)), np.ones((4, 1))
      >>> len(Ones())
      3
    """

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10):
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} must define __len__(): the number of batches in an epoch.")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(index): the batch of that number.")

    def __iter__(self) -> Iterator[Any]:
        """Gives the batches of one epoch; without ``__len__``, batches without end."""
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    @property
    def num_batches(self) -> int | None:
        """Batches in an epoch, None if ``__len__`` is not defined: then they never end."""
        try:
            return len(self)
        except (NotImplementedError, TypeError):
            return None

    def on_epoch_begin(self) -> None:
        """Before an epoch."""

    def on_epoch_end(self) -> None:
        """After an epoch, for example to shuffle."""


Sequence = PyDataset
