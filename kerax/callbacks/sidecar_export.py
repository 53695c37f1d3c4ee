"""SidecarEvaluatorModelExport: keeps the best of the checkpoints that a SidecarEvaluator sees."""

from __future__ import annotations

import glob
import os
import re
from typing import Any

from kerax.callbacks.callback import Logs
from kerax.callbacks.model_checkpoint import ModelCheckpoint

_FIELD = re.compile(r"\{[^{}]*\}")


class SidecarEvaluatorModelExport(ModelCheckpoint):
    """Saves the model whenever an evaluation is the best so far.

    Args:
      export_filepath: path of the saved model, which may name ``{epoch}``, the number of the checkpoint.
      checkpoint_filepath: what the training program's ``ModelCheckpoint`` was given as ``filepath``.
      **kwargs: further arguments of ``ModelCheckpoint``; ``save_freq="eval"`` is accepted.

    Example:
      >>> import kerax
      >>> best = kerax.callbacks.SidecarEvaluatorModelExport("best-{epoch}.keras", "ckpt-{epoch}", monitor="loss")
      >>> best.save_best_only
      True
    """

    def __init__(self, export_filepath: Any, checkpoint_filepath: Any, **kwargs: Any):
        if kwargs.get("save_freq") == "eval":
            kwargs.pop("save_freq")
        super().__init__(export_filepath, save_best_only=True, **kwargs)
        self.checkpoint_filepath = os.fspath(checkpoint_filepath)
        self._number = 0

    def on_test_begin(self, logs: Logs = None) -> None:
        """Notes the number of the newest checkpoint."""
        pattern = re.compile(r"(\d+)".join(map(re.escape, _FIELD.split(self.checkpoint_filepath))))
        files = sorted(glob.glob(_FIELD.sub("*", self.checkpoint_filepath) + "*"), key=os.path.getmtime)
        found = [match for name in files if (match := pattern.match(name)) and match.groups()]
        self._number = int(found[-1].group(1)) - 1 if found else 0

    def on_test_end(self, logs: Logs = None) -> None:
        """Saves the model if it is the best."""
        self._save(self._number, None, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Nothing: evaluations count."""
