"""LearningRateScheduler: a learning rate per epoch."""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.callbacks.callback import Callback, Logs
from kerax.optimizers import MultiOptimizer
from kerax.utils.terminal import say


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of every epoch.

    Args:
      schedule: function of (epoch) or (epoch, learning rate) that returns the new learning rate.
      verbose: 1 to say what it sets.

    Raises:
      ValueError: during training, if the function returns no number or the optimizer has no learning rate to set.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
      >>> model.compile(kerax.optimizers.SGD(0.5), "mse")
      >>> halve = kerax.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
      >>> model.fit(np.ones((8, 1)), np.ones((8, 1)), epochs=2, verbose=0, callbacks=[halve]).history["learning_rate"]
      [0.25, 0.125]
    """

    kept_in_backup = ()

    def __init__(self, schedule: Callable, verbose: int = 0):
        if not callable(schedule):
            raise TypeError(f"LearningRateScheduler(schedule) must be a function, received {schedule!r}.")
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Asks the schedule and sets the learning rate."""
        for optimizer in _optimizers_of(self.model):
            self._set_rate(optimizer, epoch)

    def _set_rate(self, optimizer: Any, epoch: int) -> None:
        rate = rate_of(optimizer, type(self).__name__)
        new = self.schedule(epoch, rate) if _takes_two(self.schedule) else self.schedule(epoch)
        if isinstance(new, bool) or not (
            isinstance(new, numbers.Real) or (hasattr(new, "dtype") and np.ndim(new) == 0)
        ):
            raise ValueError(
                f"LearningRateScheduler: the schedule must return a number, for epoch {epoch} it returned "
                f"{new!r} of type {type(new).__name__}."
            )
        optimizer.learning_rate = float(new)
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(new)}.")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Adds the learning rate to the logs."""
        if logs is not None:
            optimizers = _optimizers_of(self.model)
            for optimizer in optimizers:
                key = "learning_rate" if len(optimizers) == 1 else f"learning_rate/{optimizer.name}"
                logs[key] = rate_of(optimizer, type(self).__name__)


def learning_rate_of(model: Any, who: str) -> float:
    """The present learning rate of a model's optimizer.

    Raises:
      ValueError: if it has none.
    """
    return rate_of(getattr(model, "optimizer", None), who)


def rate_of(optimizer: Any, who: str) -> float:
    """The present learning rate of an optimizer.

    Raises:
      ValueError: if it has none.
    """
    rate = getattr(optimizer, "learning_rate", None)
    if rate is None:
        raise ValueError(
            f"{who} needs an optimizer with a learning rate, the model has {optimizer!r}. Give the schedule to the "
            "optimizer itself."
        )
    return float(np.asarray(rate))


def _optimizers_of(model: Any) -> list[Any]:
    """The optimizers inside a ``MultiOptimizer``, or the one there is."""
    optimizer = getattr(model, "optimizer", None)
    return optimizer.optimizers if isinstance(optimizer, MultiOptimizer) else [optimizer]


def _takes_two(schedule: Callable) -> bool:
    try:
        parameters = inspect.signature(schedule).parameters.values()
    except (TypeError, ValueError):  # a builtin without a signature
        return False
    kinds = [p.kind for p in parameters]
    return (
        inspect.Parameter.VAR_POSITIONAL in kinds
        or sum(kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD for kind in kinds) >= 2
    )
