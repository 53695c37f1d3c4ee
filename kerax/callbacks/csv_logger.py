"""CSVLogger: the logs of every epoch as a row of a CSV file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from kerax.callbacks.callback import Callback, Logs

_MISSING = "NA"  # a value that an epoch does not have, for example without validation


class CSVLogger(Callback):
    """Writes the logs of every epoch into a CSV file, one row each, as training goes on.

    Args:
      filename: path of the file.
      separator: between the values.
      append: whether to go on with an existing file instead of starting it again.

    Raises:
      OSError: when training begins, naming the path, if the file cannot be written.

    Example:
      >>> import pathlib, kerax
      >>> log = kerax.callbacks.CSVLogger("training.csv")
      >>> log.on_train_begin(); log.on_epoch_end(0, {"loss": 0.5}); log.on_train_end()
      >>> print(pathlib.Path("training.csv").read_text(), end="")
      epoch,loss,val_loss
      0,0.5,NA
    """

    kept_in_backup = ("keys", "_has_header")

    def __init__(self, filename: Any, separator: str = ",", append: bool = False):
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self.keys: list[str] | None = None
        self._file: Any = None
        self._writer: Any = None
        self._has_header, self._starts_over = False, False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Opens the file."""
        self._close()
        self.keys, self._has_header = None, False
        if self.append and os.path.exists(self.filename):
            with open(self.filename, encoding="utf-8", newline="") as file:
                names = next(csv.reader(file, delimiter=self.sep), None)
            if names:
                self._has_header, self.keys = True, names[1:]
        # Not emptied before there is a row: a run that goes on keeps the rows there are.
        self._starts_over = not self.append
        self._file = open(self.filename, "a", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, delimiter=self.sep)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes a row."""
        logs = logs or {}
        self._start_over()
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(name.startswith("val_") for name in self.keys):
                self.keys += [f"val_{name}" for name in self.keys]  # validation may begin in a later epoch
        if not self._has_header:
            self._writer.writerow(["epoch", *self.keys])
            self._has_header = True
        self._writer.writerow([epoch, *[_cell(logs.get(name, _MISSING)) for name in self.keys]])
        self._file.flush()

    def state_for_backup(self) -> dict[str, Any]:
        """Also how long the file is."""
        size = 0 if self._starts_over else os.path.getsize(self.filename)
        return {**super().state_for_backup(), "size": size}

    def restore_from_backup(self, state: dict[str, Any]) -> None:
        """Goes on in the file; rows written after the backup are cut off, they will be written again."""
        self.keys, self._has_header = state["keys"], state["_has_header"]
        if state["size"] and os.path.getsize(self.filename) >= state["size"]:
            self._starts_over = False
            self._file.truncate(state["size"])
        else:
            self._has_header = self._has_header and not self._starts_over

    def _start_over(self) -> None:
        if self._starts_over:
            self._file.truncate(0)
            self._starts_over = False

    def on_train_end(self, logs: Logs = None) -> None:
        """Closes the file."""
        if self._file is not None:
            self._start_over()
        self._close()

    def __del__(self) -> None:
        self._close()  # after an interrupted run

    def _close(self) -> None:
        if self.__dict__.get("_file") is not None:
            self._file.close()
        self._file = self._writer = None


def _cell(value: Any) -> Any:
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return f"[{', '.join(map(str, value))}]" if isinstance(value, Iterable) else value
