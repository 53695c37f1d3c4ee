"""EarlyStopping: ends training when a value no longer improves."""

from __future__ import annotations

from typing import Any

from kerax.callbacks.callback import Logs
from kerax.callbacks.monitor import MonitorCallback
from kerax.utils.terminal import say


class EarlyStopping(MonitorCallback):
    """Stops training when a monitored value has stopped improving.

    Args:
      monitor: name in the logs.
      min_delta: smaller changes are no improvement.
      patience: epochs without improvement after which training stops.
      verbose: 1 to say when it stops.
      mode: ``"min"``, ``"max"`` or ``"auto"``.
      baseline: value to beat; epochs that do not beat it count as no improvement.
      restore_best_weights: whether the weights of the best epoch are put back at the end of training, stopped early or
        not.
      start_from_epoch: epochs before this one are not looked at.

    Attributes:
      stopped_epoch: epoch at which it stopped, 0 if it did not.
      best_epoch: epoch of the best value.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
      >>> model.compile(kerax.optimizers.SGD(0.0), "mse")
      >>> stop = kerax.callbacks.EarlyStopping("loss", patience=2)
      >>> history = model.fit(np.ones((8, 1)), np.ones((8, 1)), epochs=10, verbose=0, callbacks=[stop])
      >>> len(history.epoch)
      3
    """

    kept_in_backup = ("wait", "stopped_epoch", "best_epoch", "best", "best_weights")

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self._begin()

    def _begin(self) -> None:
        self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0
        self.best: Any = None
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Starts again, so that one object serves several runs."""
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Looks at the value and asks to stop if it is time."""
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)  # there may never be an improvement
        self.wait += 1
        if self.is_improvement(value, self.best):
            self.best = value
            self._keep(epoch)
            if self.baseline is None or self.is_improvement(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def get_monitor_value(self, logs: Logs) -> Any:
        """The value that is watched, None if the logs do not have it; may be overridden."""
        return self.monitored(logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Says that it stopped, and puts the best weights back."""
        if self.stopped_epoch > 0 and self.verbose:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def _keep(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()
