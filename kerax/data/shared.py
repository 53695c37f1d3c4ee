"""What the passes over one dataset share although its plan is frozen: how often it was shuffled, what it cached."""

from __future__ import annotations

import threading
from typing import Any


class EpochCounter:
    """Counts the passes over a shuffled dataset, so that each gets an order of its own.

    Attributes:
      next_epoch: number of the next pass.
      seed: of a run that goes on, in place of the dataset's own; None for that one.
    """

    def __init__(self) -> None:
        self.next_epoch, self._lock = 0, threading.Lock()
        self.seed: int | None = None

    def take(self) -> int:
        """Returns the number of the pass that starts now."""
        with self._lock:
            epoch = self.next_epoch
            self.next_epoch += 1
            return epoch


class Memory:
    """The elements a ``cache`` keeps once a whole pass has run, and where that pass had begun."""

    def __init__(self) -> None:
        self.chunks: Any = None
        self.start: Any = None
