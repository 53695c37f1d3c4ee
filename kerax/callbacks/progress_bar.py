"""ProgressBar: Keras's bar for fit, evaluate and predict."""

from __future__ import annotations

from typing import Any

from kerax.callbacks.callback import Callback, Logs


class ProgressBar(Callback):
    """Shows progress."""

    reads_logs_only = True

    def __init__(self, verbose: Any = 1):
        self.verbose = verbose

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Prints the epoch's logs."""
        print(f"Epoch {epoch + 1}: " + " - ".join(f"{k}: {v:.4f}" for k, v in (logs or {}).items()))
