"""CheckpointManager: a folder of numbered checkpoints of which the latest few are kept."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from typing import Any

from kerax.train.checkpoint import Checkpoint
from kerax.train.checkpoint_state import (
    checkpoint_exists,
    get_checkpoint_state,
    remove_checkpoint,
    update_checkpoint_state,
)
from kerax.train.checkpoint_status import CheckpointStatus

_HOUR = 3600.0


class CheckpointManager:
    """Saves numbered checkpoints into a folder and deletes old ones.

    One manager writes a folder at a time. What a killed one left behind (temporary files, data without an index) is
    never loaded, and removed at the next ``save``.

    Args:
      checkpoint: what is saved.
      directory: the folder; it is made when first needed.
      max_to_keep: how many checkpoints stay; None for all.
      keep_checkpoint_every_n_hours: a checkpoint that would be deleted stays for good if the last one that stayed is at
        least this many hours older.
      checkpoint_name: what the names begin with.
      step_counter: a variable; with ``checkpoint_interval``, it says whether it is time to save.
      checkpoint_interval: ``save`` does nothing until the counter is this much higher than at the last checkpoint.
      init_fn: called by ``restore_or_initialize`` where there is no checkpoint.

    Raises:
      ValueError: for numbers out of range, or an interval without a counter.

    Example:
      >>> import os, tempfile, kerax
      >>> folder = tempfile.mkdtemp()
      >>> checkpoint = kerax.train.Checkpoint(w=kerax.Variable(1.0))
      >>> manager = kerax.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
      >>> for _ in range(3):
      ...     path = manager.save()
      >>> [os.path.basename(path) for path in manager.checkpoints]
      ['ckpt-2', 'ckpt-3']
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: str | os.PathLike,
        max_to_keep: int | None = None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Any = None,
        checkpoint_interval: int | None = None,
        init_fn: Callable[[], Any] | None = None,
    ):
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(f"CheckpointManager(max_to_keep=...) must be positive or None, received {max_to_keep!r}.")
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError("CheckpointManager(checkpoint_interval=...) needs step_counter=..., a variable to go by.")
        if os.path.basename(checkpoint_name) != checkpoint_name or not checkpoint_name:
            raise ValueError(
                f"CheckpointManager(checkpoint_name=...) must be a plain name, received {checkpoint_name!r}."
            )
        self._checkpoint, self._directory, self._max_to_keep = checkpoint, os.fspath(directory), max_to_keep
        self._every_hours, self._name, self._init_fn = keep_checkpoint_every_n_hours, checkpoint_name, init_fn
        self._step_counter, self._interval = step_counter, checkpoint_interval
        self._last_step: int | None = None
        self._kept: dict[str, float] = {}  # prefix -> when it was written, oldest first
        self._preserved = time.time()
        self.latest_checkpoint: str | None = None
        self._take_up()

    def _take_up(self) -> None:
        """Continues the list that an earlier manager wrote."""
        state = get_checkpoint_state(self._directory)
        if state is None:
            return
        times = dict(zip(state.all_model_checkpoint_paths, state.all_model_checkpoint_timestamps, strict=False))
        now = time.time()
        for path in state.all_model_checkpoint_paths:
            found = self._found(path)
            if found is not None:
                self._kept[found] = times.get(path, now)
        self._preserved = state.last_preserved_timestamp or min(self._kept.values(), default=now)
        self.latest_checkpoint = self._found(state.model_checkpoint_path)

    def _found(self, path: str) -> str | None:
        """A path of the list, where it exists: a folder that was moved still names its old place."""
        for one in (path, os.path.join(self._directory, os.path.basename(path))):
            if one and checkpoint_exists(one):
                return one
        return None

    @property
    def directory(self) -> str:
        """The folder."""
        return self._directory

    @property
    def checkpoint(self) -> Checkpoint:
        """What is saved."""
        return self._checkpoint

    @property
    def checkpoints(self) -> list[str]:
        """Prefixes of the checkpoints that may still be deleted, oldest first."""
        return list(self._kept)

    @property
    def checkpoint_interval(self) -> int | None:
        """Steps between two checkpoints."""
        return self._interval

    def save(self, checkpoint_number: Any = None, check_interval: bool = True, options: Any = None) -> str | None:
        """Writes the next checkpoint and deletes what is too old.

        Args:
          checkpoint_number: number or variable to put into its name; the checkpoint's ``save_counter`` by default.
          check_interval: False to save whatever ``checkpoint_interval`` says.
          options: accepted as in TensorFlow.

        Returns:
          Its prefix; None if it is not yet time.

        Raises:
          OSError: naming the path, if it cannot be written; all earlier checkpoints are as before.
        """
        step = None if self._step_counter is None else int(self._step_counter)
        if self._interval is not None and check_interval and self._last_step is not None:
            if step < self._last_step + self._interval:  # type: ignore[operator]
                return None
        os.makedirs(self._directory, exist_ok=True)
        remove_unfinished(self._directory, self._name)
        counter = self._checkpoint.save_counter
        before = int(counter.read())
        counter.assign(before + 1)
        number = before + 1 if checkpoint_number is None else int(checkpoint_number)
        path = os.path.join(self._directory, f"{self._name}-{number}")
        try:
            self._checkpoint.write(path)
        except BaseException:
            counter.assign(before)
            raise
        self._last_step = step
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        self.latest_checkpoint = path
        old = self._too_old()
        self._note()  # first the list, then the files: a kill between them leaves files too many, not too few
        for stale in old:
            remove_checkpoint(stale)
        return path

    def sync(self) -> None:
        """Waits until everything is written: it always is."""

    def _too_old(self) -> list[str]:
        old = []
        while self._max_to_keep is not None and len(self._kept) > self._max_to_keep:
            path, written = next(iter(self._kept.items()))
            del self._kept[path]
            if self._every_hours is not None and written - self._preserved >= self._every_hours * _HOUR:
                self._preserved = written
            else:
                old.append(path)
        return old

    def _note(self) -> None:
        update_checkpoint_state(
            self._directory,
            self.latest_checkpoint or "",
            list(self._kept),
            all_model_checkpoint_timestamps=list(self._kept.values()),
            last_preserved_timestamp=self._preserved,
        )

    def restore_or_initialize(self) -> str | None:
        """Restores the latest checkpoint, or calls ``init_fn`` where there is none.

        Returns:
          The prefix of the checkpoint, None where there is none.

        Raises:
          AssertionError: if an object that exists has no value in the checkpoint.
          ValueError: naming file and tensor, if the checkpoint is damaged or does not fit.
        """
        if self.latest_checkpoint is not None:
            self._status = self._checkpoint.restore(self.latest_checkpoint)
            self._status.assert_existing_objects_matched()
            if self._step_counter is not None:
                self._last_step = int(self._step_counter)
            return self.latest_checkpoint
        if self._init_fn is not None:
            self._init_fn()
        return None

    _status: CheckpointStatus | None = None


def remove_unfinished(directory: str, name: str) -> None:
    """Removes what a killed writer left in a folder: temporary files, and data whose index was never written.

    Args:
      directory: the folder, which has one writer at a time.
      name: what the names of its checkpoints begin with, before the number.

    Example:
      >>> import pathlib, tempfile
      >>> from kerax.train.checkpoint_manager import remove_unfinished
      >>> folder = pathlib.Path(tempfile.mkdtemp())
      >>> (folder / "ckpt-1.data-00000-of-00001").touch()
      >>> remove_unfinished(str(folder), "ckpt")
      >>> list(folder.iterdir())
      []
    """
    name = re.escape(name)
    temporary = re.compile(rf"\.({name}-\d+\.(index|data-\d{{5}}-of-\d{{5}})|checkpoint)\..*\.tmp")
    data = re.compile(rf"({name}-\d+)\.data-\d{{5}}-of-\d{{5}}")
    there = os.listdir(directory)
    for file in there:
        match = data.fullmatch(file)
        if temporary.fullmatch(file) or (match and f"{match.group(1)}.index" not in there):
            os.remove(os.path.join(directory, file))
