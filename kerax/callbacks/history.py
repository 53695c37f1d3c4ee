"""History: the logs of every epoch, returned by fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kerax.callbacks.callback import Callback, Logs
from kerax.callbacks.history_plot import history_table, plot_history


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

    kept_in_backup = ("epoch", "history")

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

    def plot(self, metrics: Sequence[str] | None = None, path: Any = None) -> Any:
        """Draws the loss and the metrics over the epochs, training beside validation; needs matplotlib.

        Args:
          metrics: names of logs, one picture each; all of them by default.
          path: file to save it in, such as ``"history.png"``, or None.

        Returns:
          The matplotlib ``Figure``, which notebooks show.

        Raises:
          ImportError: if matplotlib is not installed.
          ValueError: for a name that the history does not have, or an empty history.
        """
        return plot_history(self.epoch, self.history, metrics, path)

    def _repr_html_(self) -> str:
        return history_table(self.epoch, self.history)
