"""ReduceLROnPlateau: a smaller learning rate when a value no longer improves."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.callbacks.callback import Logs
from kerax.callbacks.learning_rate_scheduler import learning_rate_of
from kerax.callbacks.monitor import MonitorCallback
from kerax.utils.terminal import say


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by a factor when a monitored value has stopped improving.

    Args:
      monitor: name in the logs.
      factor: new learning rate divided by the old one, below 1.
      patience: epochs without improvement after which it acts.
      verbose: 1 to say what it sets.
      mode: ``"min"``, ``"max"`` or ``"auto"``.
      min_delta: smaller changes are no improvement.
      cooldown: epochs to wait after a reduction before counting again.
      min_lr: the learning rate never goes below this.
      **kwargs: ``epsilon``, an older name of ``min_delta``.

    Raises:
      ValueError: for a factor of 1 or more.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1, kernel_initializer="zeros")])
      >>> model.compile(kerax.optimizers.SGD(0.5), "mse")
      >>> reduce = kerax.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1)
      >>> history = model.fit(np.zeros((8, 1)), np.zeros((8, 1)), epochs=3, verbose=0, callbacks=[reduce])
      >>> float(model.optimizer.learning_rate)
      0.125
    """

    kept_in_backup = ("best", "wait", "cooldown_counter")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ):
        min_delta = kwargs.pop("epsilon", min_delta)
        if kwargs:
            raise TypeError(f"Unknown argument(s) of ReduceLROnPlateau(): {sorted(kwargs)}.")
        if not 0 <= factor < 1:
            raise ValueError(
                f"ReduceLROnPlateau(factor) must be at least 0 and below 1 (it makes the learning rate "
                f"smaller), received {factor!r}."
            )
        super().__init__(monitor, mode, min_delta=min_delta)
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self._begin()

    def _begin(self) -> None:
        self.best: Any = None
        self.wait, self.cooldown_counter = 0, 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Starts again, so that one object serves several runs."""
        self._begin()

    def in_cooldown(self) -> bool:
        """Whether it waits after a reduction."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Looks at the value and reduces the learning rate if it is time."""
        rate = learning_rate_of(self.model, type(self).__name__)
        value = self.monitored(logs)
        if logs is not None:
            logs["learning_rate"] = rate
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(value, self.best):
            self.best, self.wait = value, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and rate > np.float32(self.min_lr):
                new = max(rate * self.factor, self.min_lr)
                self.model.optimizer.learning_rate = new
                if self.verbose > 0:
                    say(f"Epoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}.")
                self.cooldown_counter, self.wait = self.cooldown, 0
