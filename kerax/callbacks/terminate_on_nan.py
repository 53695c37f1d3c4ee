"""TerminateOnNaN: ends training when the loss is no number any more."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.callbacks.callback import Callback, Logs
from kerax.utils.terminal import say


def watches_for_nan(callbacks: Any) -> bool:
    """Whether one of the callbacks given to ``fit`` deals with a loss of nan, so that data with nan are not refused."""
    given = getattr(callbacks, "callbacks", callbacks)
    return any(isinstance(one, TerminateOnNaN) for one in (given if isinstance(given, (list, tuple)) else [given]))


class TerminateOnNaN(Callback):
    """Stops training when the loss is NaN or infinite.

    The loss is looked at after every call of the compiled program, so training may go on for some batches of one call.

    Args:
      raise_error: whether to raise instead of ending training quietly.

    Raises:
      RuntimeError: during training, with ``raise_error``.

    Example:
      >>> import kerax
      >>> stop = kerax.callbacks.TerminateOnNaN()
      >>> stop.set_model(kerax.Sequential())
      >>> stop.on_train_batch_end(7, {"loss": float("nan")})
      Batch 7: Invalid loss, terminating training
      >>> stop.model.stop_training
      True
    """

    reads_logs_only = True

    kept_in_backup = ()

    def __init__(self, raise_error: bool = False):
        self.raise_error = raise_error

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Looks at the loss of a batch."""
        loss = (logs or {}).get("loss")
        if loss is None or np.all(np.isfinite(loss)):
            return
        if self.raise_error:
            raise RuntimeError(f"TerminateOnNaN: in batch {batch} the loss is {loss}.")
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
