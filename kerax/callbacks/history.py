"""History: the logs of every epoch, returned by fit."""

from __future__ import annotations

from typing import Any

from kerax.callbacks.callback import Callback, Logs


class History(Callback):
    """Collects the logs of every epoch.

    Attributes:
      epoch: epoch numbers seen.
      history: log name to the list of its values, one per epoch.

    Example:
      >>> import kerax
      >>> history = kerax.callbacks.History()
      >>> history.on_train_begin(); history.on_epoch_end(0, {"loss": 0.5})
      >>> history.history
      {'loss': [0.5]}
    """

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}

    def on_train_begin(self, logs: Logs = None) -> None:
        """Starts again."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Appends the logs."""
        if self.model is not None:
            self.model.history = self  # also when a later epoch is interrupted
        self.epoch.append(epoch)
        for key, value in (logs or {}).items():
            self.history.setdefault(key, []).append(value)
