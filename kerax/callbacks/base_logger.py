"""BaseLogger: means of the batches' logs over an epoch."""

from __future__ import annotations

from collections.abc import Iterable

from kerax.callbacks.callback import Callback, Logs


class BaseLogger(Callback):
    """Replaces logs at the end of an epoch by their means over its batches, for steps that return bare values.

    The logs of kerax's own steps are means over the epoch already; a ``train_step`` of yours that returns the values of
    one batch may need this. It must stand first in the list of callbacks.

    Args:
      stateful_metrics: names of logs to leave as they are.

    Example:
      >>> import kerax
      >>> mean = kerax.callbacks.BaseLogger()
      >>> mean.on_epoch_begin(0)
      >>> for loss in (1.0, 3.0):
      ...     mean.on_batch_end(0, {"loss": loss, "size": 8})
      >>> logs = {"loss": 3.0}; mean.on_epoch_end(0, logs); logs
      {'loss': 2.0}
    """

    reads_logs_only = True

    def __init__(self, stateful_metrics: Iterable[str] | None = None):
        self.stateful_metrics = set(stateful_metrics or ())
        self._clear()

    def _clear(self) -> None:
        self.seen, self.totals = 0, {}  # type: ignore[var-annotated]

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Starts again."""
        self._clear()

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Adds a batch, weighted by its log ``size`` where it has one."""
        logs = logs or {}
        size = logs.get("size", 1)
        self.seen += size
        for name, value in logs.items():
            if name in self.stateful_metrics:
                self.totals[name] = value
            elif name != "size":
                self.totals[name] = self.totals.get(name, 0) + value * size

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Puts the means into the logs."""
        if logs is None or not self.seen:
            return
        for name in set(self.totals) & set(logs):
            value = self.totals[name]
            logs[name] = value if name in self.stateful_metrics else value / self.seen
