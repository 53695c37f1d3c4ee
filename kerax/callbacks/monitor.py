"""MonitorCallback: what callbacks have in common that watch one value of the logs."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from kerax.callbacks.callback import Callback, Logs
from kerax.errors import did_you_mean

_MODES = ("auto", "min", "max")
# Metrics without a direction of their own are known by how their names end, as in tf.keras.
_BETTER_HIGH = ("acc", "accuracy", "auc")
_BETTER_LOW = ("loss", "error", "mse", "mae")


class MonitorCallback(Callback):
    """Base of callbacks that watch whether a value of the logs improves.

    Args:
      monitor: name in the logs, such as ``"val_loss"``.
      mode: ``"min"`` if lower is better, ``"max"`` if higher is, ``"auto"`` to ask the metric.
      baseline: value to beat at first, or None.
      min_delta: smaller changes are no improvement.

    Example:
      >>> import kerax
      >>> watch = kerax.callbacks.MonitorCallback("val_accuracy", mode="max")
      >>> watch.is_improvement(0.9, 0.8)
      True
    """

    def __init__(
        self, monitor: str = "val_loss", mode: str = "auto", baseline: float | None = None, min_delta: float = 0
    ):
        if mode not in _MODES:
            warnings.warn(
                f"{type(self).__name__}: argument mode must be one of {list(_MODES)}, received {mode!r}; 'auto' is "
                f"used.{did_you_mean(mode, _MODES)}",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor, self.mode, self.min_delta = monitor, mode, abs(min_delta)
        self.best = baseline

    def higher_is_better(self) -> bool:
        """Whether the monitored value should grow.

        Raises:
          ValueError: if mode is "auto" and the metric does not say.
        """
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.removeprefix("val_")
        for metric in getattr(self.model, "metrics", None) or ():
            direction = getattr(metric, "_direction", None)
            if direction is not None and (name == metric.name or name.endswith(f"_{metric.name}")):
                return direction == "up"
        if name.endswith(_BETTER_HIGH) or name.endswith(_BETTER_LOW):
            return name.endswith(_BETTER_HIGH)
        raise ValueError(
            f"{type(self).__name__}(monitor={self.monitor!r}) cannot tell whether higher or lower values are better: "
            "pass mode='max' or mode='min'."
        )

    @property
    def monitor_op(self) -> Any:
        """The comparison that an improvement passes: ``kerax.ops.greater`` or ``kerax.ops.less``."""
        from kerax import ops  # not needed to train

        return ops.greater if self.higher_is_better() else ops.less

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than another one by more than ``min_delta``; NaN never is."""
        higher = self.higher_is_better()
        if np.ndim(value):  # a metric with a value for each class
            value = float(np.mean(value))
        if math.isnan(value):
            return False
        if reference is None:
            return True
        reference = float(np.mean(reference)) if np.ndim(reference) else reference
        return bool(
            np.greater(value - self.min_delta, reference) if higher else np.less(value + self.min_delta, reference)
        )

    def monitored(self, logs: Logs) -> Any:
        """The monitored value; warns and returns None if the logs do not have it, which may be so in some epochs.

        Raises:
          ValueError: if they do not have it, and no metric is known by that name either.
        """
        logs = logs or {}
        if self.monitor not in logs:
            hint = did_you_mean(self.monitor, logs)
            if self.monitor.startswith("val_") and not any(name.startswith("val_") for name in logs):
                hint = " Values that begin with 'val_' need validation_data or validation_split, in every epoch."
            text = (
                f"{type(self).__name__} watches {self.monitor!r}, which is not available. Available: "
                f"{', '.join(logs)}.{hint}"
            )
            try:
                self.higher_is_better()
            except ValueError:
                raise ValueError(text) from None
            warnings.warn(text, stacklevel=3)
            return None
        return logs[self.monitor]
