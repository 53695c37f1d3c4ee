"""OrbaxCheckpoint: numbered checkpoints of the weights in a folder, in Orbax's format."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
from typing import Any

import jax

from kerax.callbacks.callback import Logs
from kerax.callbacks.model_checkpoint import ModelCheckpoint

_ENDING = ".orbax"
UNFINISHED = ".orbax-checkpoint-tmp"  # what Orbax adds to the name of a folder that it has not committed


class OrbaxCheckpoint(ModelCheckpoint):
    """Saves the weights and the optimizer's state with Orbax, which also writes arrays that lie on many devices.

    A checkpoint is the folder ``directory/STEP.orbax``, named by the training steps done; ``model.load_weights`` reads
    it.

    Args:
      directory: folder of the checkpoints.
      monitor: name in the logs, for ``save_best_only``.
      verbose: 1 to say what it saves.
      save_best_only: whether to save only when the monitored value is the best so far.
      mode: ``"min"``, ``"max"`` or ``"auto"``.
      save_freq: ``"epoch"``, or a number of batches.
      initial_value_threshold: value to beat for the first save, with ``save_best_only``.
      max_to_keep: how many checkpoints stay, None for all.
      save_on_background: accepted for Keras's sake: a checkpoint is whole when training goes on.
      save_weights_only: accepted likewise: the layers come from your program.

    Raises:
      ValueError: for an unknown ``save_freq`` or a ``max_to_keep`` below 1.
      ImportError: if Orbax is not installed.

    Example:
      >>> import kerax
      >>> kerax.callbacks.OrbaxCheckpoint("ckpt", max_to_keep=3).max_to_keep
      3
    """

    def __init__(
        self,
        directory: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
        max_to_keep: int | None = 1,
        save_on_background: bool = True,
        save_weights_only: bool = False,
    ):
        self.directory, self.max_to_keep = os.fspath(directory), max_to_keep
        if max_to_keep is not None and max_to_keep < 1:
            raise ValueError(f"OrbaxCheckpoint(max_to_keep) must be at least 1, or None, received {max_to_keep!r}.")
        super().__init__(
            os.path.join(self.directory, "step" + _ENDING), monitor, verbose, save_best_only, True, mode, save_freq,
            initial_value_threshold=initial_value_threshold,
        )  # fmt: skip
        self.save_on_background = save_on_background

    def on_train_begin(self, logs: Logs = None) -> None:
        """Makes sure of the folder, and removes what a run that was killed had not finished."""
        super().on_train_begin(logs)
        for left in glob.glob(os.path.join(glob.escape(self.directory), f"*{_ENDING}{UNFINISHED}*")):
            shutil.rmtree(left, ignore_errors=True)

    def _path(self, epoch: int, batch: int | None, logs: Any) -> str:
        return os.path.join(self.directory, f"{int(self.model.optimizer.iterations)}{_ENDING}")

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        super()._save(epoch, batch, logs)
        found = self.checkpoints()
        for old in found[: len(found) - self.max_to_keep] if self.max_to_keep is not None else []:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(old)

    def wait_until_finished(self) -> None:
        """Returns at once: a checkpoint is whole when training goes on."""

    def is_multihost_enabled(self) -> bool:
        """Whether several processes train together."""
        return jax.process_count() > 1

    def is_primary_host(self) -> bool:
        """Whether this process is the first of those that train together."""
        return jax.process_index() == 0

    def checkpoints(self) -> list[str]:
        """Paths of the checkpoints there are, the oldest first."""
        if not os.path.isdir(self.directory):
            return []
        steps = [name.removesuffix(_ENDING) for name in os.listdir(self.directory) if name.endswith(_ENDING)]
        return [
            os.path.join(self.directory, f"{step}{_ENDING}") for step in sorted(map(int, filter(str.isdigit, steps)))
        ]
