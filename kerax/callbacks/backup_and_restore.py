"""BackupAndRestore: a run that was interrupted goes on where it stopped, as if nothing had happened."""

from __future__ import annotations

import contextlib
import numbers
import os
import signal
import tempfile
import threading
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerax.callbacks.backup_file import BackupFile, DamagedBackup, write_backup
from kerax.callbacks.callback import Callback, Logs
from kerax.utils.atomic import remove_leftovers
from kerax.utils.terminal import say

_LATEST, _PREVIOUS = "latest.backup", "previous.backup"
_EXIT_BY_SIGNAL = 128  # plus the number of the signal, as shells report it


class BackupAndRestore(Callback):
    """Saves the state of ``fit``, and goes on from it when the same script is run again.

    A run that was killed and started again, however often, ends with the same bits as one that was not: weights,
    optimizer, metrics, noise of dropout, order of the data and the position in them, histories, and the state of the
    other callbacks (see ``Callback.state_for_backup``) are kept. Data that cannot tell their position, such as
    generators, are run again up to it, so they have to give the same batches again. On SIGTERM, which clusters and
    cloud machines send before they stop a program, the run is saved after the step under way and the program exits.

    Args:
      backup_dir: folder for the backup, used by nothing else.
      save_freq: ``"epoch"``, or a number of batches. Steps stay bundled.
      double_checkpoint: whether the backup before the latest one is kept too, for the case that the latest one is
        damaged on the disk. (A kill cannot damage it: a backup is whole or not there.)
      delete_checkpoint: whether the backup is removed when training has ended.
      save_before_preemption: accepted for tf.keras's sake: it is always done.

    Raises:
      ValueError: for an empty folder name or an unknown ``save_freq``; in ``fit``, naming the weight, for the backup of
        another model.
      OSError: before the first step, naming the folder, if it cannot be written; during training, if the disk is
        full. An earlier backup stays whole.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
      >>> model.compile("adam", "mse")
      >>> backup = kerax.callbacks.BackupAndRestore("backup")
      >>> _ = model.fit(np.ones((8, 1)), np.ones((8, 1)), epochs=3, verbose=0, callbacks=[backup])
      >>> import os; os.path.exists("backup")
      False
    """

    kept_in_backup = ()

    def __init__(
        self,
        backup_dir: Any,
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
        save_before_preemption: bool = False,
    ):
        if not backup_dir:
            raise ValueError(f"BackupAndRestore(backup_dir) must name a folder, received {backup_dir!r}.")
        by_batch = isinstance(save_freq, numbers.Integral) and not isinstance(save_freq, bool) and save_freq >= 1
        if save_freq != "epoch" and not by_batch:
            raise ValueError(
                f"BackupAndRestore(save_freq) must be 'epoch' or a number of batches, received {save_freq!r}."
            )
        self.backup_dir, self.save_freq = os.fspath(backup_dir), save_freq
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._made_folder = False
        self._run: Any = None  # the run of fit, which saves itself when told to
        self._signal: int | None = None
        self._handlers: dict[int, Any] = {}

    @property
    def every(self) -> int | None:
        """Batches between two backups, None for one every epoch."""
        return None if self.save_freq == "epoch" else int(self.save_freq)

    @property
    def signalled(self) -> bool:
        """Whether the program was asked to stop."""
        return self._signal is not None

    # ---- files ------------------------------------------------------------------------------------------------------
    def _path(self, name: str) -> str:
        return os.path.join(self.backup_dir, name)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Makes sure of the folder, before the first step."""
        try:
            self._made_folder = self._made_folder or not os.path.isdir(self.backup_dir)
            os.makedirs(self.backup_dir, exist_ok=True)
            tempfile.TemporaryFile(dir=self.backup_dir).close()
        except OSError as error:
            raise OSError(
                error.errno, f"BackupAndRestore cannot write to the folder {self.backup_dir!r}: {error.strerror}"
            ) from error
        for name in (_LATEST, _PREVIOUS):
            remove_leftovers(self._path(name))

    def read(self) -> BackupFile | None:
        """The newest backup that is whole, or None if there is none.

        Raises:
          ValueError: if there are only damaged ones.
        """
        failures = []
        for name in (_LATEST, _PREVIOUS):
            if not os.path.exists(self._path(name)):
                continue
            try:
                found = BackupFile(self._path(name))
            except DamagedBackup as error:
                failures.append(str(error))
                continue
            if failures:
                warnings.warn(f"{failures[0]} The one before it, {found.path!r}, is used.", stacklevel=2)
            return found
        if failures:
            raise DamagedBackup(
                f"{failures[0]} Remove the folder {self.backup_dir!r} to train from the beginning; with "
                "double_checkpoint=True there would be an earlier backup."
            )
        return None

    def write(self, facts: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        """Writes a backup in place of the latest one.

        Raises:
          OSError: naming the path.
        """
        previous = self._path(_PREVIOUS) if self.double_checkpoint else None
        write_backup(self._path(_LATEST), facts, arrays, previous)

    def delete(self) -> None:
        """Removes the backups, and the folder if nothing else is in it."""
        for name in (_LATEST, _PREVIOUS):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._path(name))
        with contextlib.suppress(OSError):
            os.rmdir(self.backup_dir)

    # ---- the run ----------------------------------------------------------------------------------------------------
    def attach(self, run: Any) -> None:
        """Is told that ``fit`` begins: from now on the program's end is asked for, not forced.

        Args:
          run: has ``save_now()``.
        """
        self._run, self._signal = run, None
        if threading.current_thread() is threading.main_thread():
            self._handlers[signal.SIGTERM] = signal.signal(signal.SIGTERM, self._note)

    def detach(self) -> None:
        """Is told that ``fit`` is over, or has failed."""
        self._run = None
        for number, handler in self._handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        self._handlers = {}
        if self._signal is not None:  # it came when there was nothing left to save
            number, self._signal = self._signal, None
            signal.raise_signal(number)

    def _note(self, number: int, frame: Any) -> None:
        self._signal = number

    def on_steps_end(self, kind: str, steps: int, logs: Logs = None) -> None:
        """Saves the run in the middle of a validation if the program is asked to stop."""
        if self._signal is not None and kind == "test" and self._run is not None:
            self._run.save_now(validating=True)
            self.exit()

    def exit(self) -> None:
        """Ends the program that was asked to stop, after the run is saved."""
        say(f"Asked to stop: the run is saved in {self.backup_dir!r}. Start the program again to go on.")
        number, self._signal = self._signal or signal.SIGTERM, None
        handler = self._handlers.get(number)
        if callable(handler):
            handler(number, None)
        raise SystemExit(_EXIT_BY_SIGNAL + number)

    def on_train_end(self, logs: Logs = None) -> None:
        """Removes the backup, if it is to be done."""
        if self.delete_checkpoint:
            self.delete()
