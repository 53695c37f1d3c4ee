"""ModelCheckpoint: saves the model, or its weights, while it trains."""

from __future__ import annotations

import glob
import numbers
import os
import re
import tempfile
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerax.callbacks.callback import Logs
from kerax.callbacks.monitor import MonitorCallback
from kerax.errors import unknown_name
from kerax.utils.atomic import remove_leftovers
from kerax.utils.terminal import say

_WEIGHTS_ENDING = ".weights.h5"
_WEIGHTS_ENDINGS = (".h5", ".hdf5", ".safetensors", ".weights.json", ".orbax")
_MODEL_ENDINGS = (".keras", ".h5", ".hdf5")
_FOLDER_ENDING = ".orbax"
_FIELD = re.compile(r"\{[^{}]*\}")


class ModelCheckpoint(MonitorCallback):
    """Saves the model or its weights at the end of epochs, or every so many batches.

    Args:
      filepath: path, which may name values of the logs: ``"{epoch:02d}-{val_loss:.2f}.weights.h5"``; epochs and batches
        count from 1. It ends in ``.keras`` or ``.h5`` for models; for weights in ``.weights.h5`` or another ending that
        ``model.save_weights`` knows, or in none, for a TensorFlow checkpoint.
      monitor: name in the logs, for ``save_best_only``.
      verbose: 1 to say what it saves.
      save_best_only: whether to save only when the monitored value is the best so far; logs without it save nothing.
      save_weights_only: whether to save the weights instead of the whole model.
      mode: ``"min"``, ``"max"`` or ``"auto"``.
      save_freq: ``"epoch"``, or a number of batches; batches make ``fit`` run one step at a time.
      initial_value_threshold: value to beat for the first save, with ``save_best_only``.
      options: accepted for tf.keras's sake.
      **kwargs: of tf.keras: ``period``, a number of epochs in place of ``save_freq="epoch"``, and
        ``load_weights_on_restart``, whether training begins by loading the newest file of that name.

    Raises:
      ValueError: for a path with a wrong ending, an unknown ``save_freq``, or a model that cannot be saved whole.
      KeyError: during training, if the path names a value that the logs do not have.
      OSError: before the first step, naming the folder, if it cannot be written; during training, if the disk is full.
        An earlier file stays whole.

    Example:
      >>> import os, numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
      >>> model.compile("sgd", "mse")
      >>> save = kerax.callbacks.ModelCheckpoint("ckpt/{epoch}.weights.h5", save_weights_only=True)
      >>> _ = model.fit(np.ones((8, 1)), np.ones((8, 1)), epochs=2, verbose=0, callbacks=[save])
      >>> sorted(os.listdir("ckpt"))
      ['1.weights.h5', '2.weights.h5']
    """

    _folders = False  # whether whole models are saved in folders, which TensorFlow's scripts do
    kept_in_backup = ("best", "_epoch", "_last_batch", "_batches_waiting", "_epochs_waiting")

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
        options: Any = None,
        **kwargs: Any,
    ):
        self.period = int(kwargs.pop("period", 1))
        self.load_weights_on_restart = bool(kwargs.pop("load_weights_on_restart", False))
        if kwargs:
            raise unknown_name(
                "argument of ModelCheckpoint()", sorted(kwargs)[0], ["period", "load_weights_on_restart"]
            )
        super().__init__(monitor, mode, baseline=initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose, self.save_best_only, self.save_weights_only = verbose, save_best_only, save_weights_only
        self.save_freq = save_freq
        by_batch = isinstance(save_freq, numbers.Integral) and not isinstance(save_freq, bool)
        if save_freq != "epoch" and not (by_batch and save_freq >= 1):
            raise ValueError(
                f"ModelCheckpoint(save_freq) must be 'epoch' or a number of batches, received {save_freq!r}."
            )
        if save_weights_only and not _is_of_weights(self.filepath):
            raise ValueError(
                f"ModelCheckpoint(save_weights_only=True) needs a filepath that ends in "
                f"{_WEIGHTS_ENDING!r} or another ending of weights ({', '.join(_WEIGHTS_ENDINGS)}, or none for a "
                f"TensorFlow checkpoint), received {self.filepath!r}."
            )
        if not save_weights_only and not self.filepath.endswith(_MODEL_ENDINGS):
            raise ValueError(
                f"ModelCheckpoint needs a filepath that ends in '.keras', or save_weights_only=True and a path that "
                f"ends in {_WEIGHTS_ENDING!r}, received {self.filepath!r}."
            )
        if not by_batch and type(self).on_train_batch_end is ModelCheckpoint.on_train_batch_end:
            self.idle_hooks = ("on_train_batch_end",)  # so that steps stay bundled
        self._epoch, self._last_batch, self._batches_waiting, self._epochs_waiting = 0, 0, 0, 0

    def set_model(self, model: Any) -> None:
        """Receives the model.

        Raises:
          ValueError: if it cannot be saved the way that was asked for.
        """
        super().set_model(model)
        if not self.save_weights_only and not hasattr(model, "save"):
            raise ValueError(
                f"ModelCheckpoint({self.filepath!r}): {type(model).__name__} cannot be saved as a whole. Only "
                f"save_weights_only=True with a filepath that ends in {_WEIGHTS_ENDING!r} is available."
            )

    def on_train_begin(self, logs: Logs = None) -> None:
        """Makes sure of the folder, before the first step, and loads the newest file if it was asked to."""
        folder = os.path.dirname(self.filepath.partition("{")[0]) or "."
        while not os.path.exists(folder) and os.path.dirname(folder) not in ("", folder):
            folder = os.path.dirname(folder)  # made with the first file
        folder = folder if os.path.exists(folder) else "."
        try:
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise OSError(
                error.errno, f"ModelCheckpoint cannot write {self.filepath!r}: the folder {folder!r}: {error.strerror}"
            ) from error
        remove_leftovers(self.filepath, self._names(os.path.basename(self.filepath)) + ".*")
        newest = self._newest() if self.load_weights_on_restart else None
        if newest is not None:
            self.model.load_weights(newest)

    def _names(self, path: str) -> str:
        """A regular expression for what a path with fields can become."""
        return ".+".join(map(re.escape, _FIELD.split(path)))

    def _newest(self) -> str | None:
        """The newest file that the path can mean."""
        pattern = re.compile(self._names(self.filepath))
        found = [name for name in glob.glob(_FIELD.sub("*", self.filepath)) if pattern.fullmatch(name)]
        return max(found, key=os.path.getmtime, default=None)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Notes the epoch, for the path."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Saves, if enough batches have passed since the last time."""
        super().on_train_batch_end(batch, logs)
        if self.save_freq == "epoch":
            return
        self._batches_waiting += batch + 1 if batch <= self._last_batch else batch - self._last_batch
        self._last_batch = batch
        if self._batches_waiting >= self.save_freq:
            self._batches_waiting = 0
            self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Saves, if it is to be done every epoch."""
        self._epochs_waiting += 1
        if self.save_freq == "epoch" and self._epochs_waiting >= self.period:
            self._epochs_waiting = 0
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs or {})
        if self.save_best_only and not self._is_best(epoch, logs, path):
            return
        if self.verbose > 0 and not self.save_best_only:
            say(f"Epoch {epoch + 1}: saving model to {path}")
        if os.path.isdir(path) and not self._folders and not path.endswith(_FOLDER_ENDING):
            raise IsADirectoryError(f"ModelCheckpoint: the filepath {path!r} is a folder; give the name of a file.")
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        if self.save_weights_only:
            # A name without a known ending is a TensorFlow checkpoint's, also where it has dots in its numbers.
            save_format = None if path.endswith(_WEIGHTS_ENDINGS) else "tf"
            self.model.save_weights(path, overwrite=True, save_format=save_format)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: finished saving model to {path}")

    def _is_best(self, epoch: int, logs: Logs, path: str) -> bool:
        value = self.monitored(logs)
        if value is None:
            return False
        if np.ndim(value) > 0:
            warnings.warn(
                f"ModelCheckpoint: {self.monitor!r} has the shape {np.shape(value)}, but only one number can be the "
                "best; it is saved anyway.",
                stacklevel=2,
            )
            return True
        better = self.is_improvement(value, self.best)
        if self.verbose > 0 and better:
            before = "None" if self.best is None else f"{self.best:.5f}"
            say(f"Epoch {epoch + 1}: {self.monitor} improved from {before} to {value:.5f}, saving model to {path}")
        elif self.verbose > 0:
            say(f"Epoch {epoch + 1}: {self.monitor} did not improve from {self.best:.5f}")
        if better:
            self.best = value
        return better

    def _path(self, epoch: int, batch: int | None, logs: Mapping[str, Any]) -> str:
        counts = {"epoch": epoch + 1} if batch is None else {"epoch": epoch + 1, "batch": batch + 1}
        try:
            return self.filepath.format(**{**logs, **counts})
        except (KeyError, IndexError) as error:
            known = ", ".join([*counts, *logs])
            raise KeyError(
                f"ModelCheckpoint: the filepath {self.filepath!r} names {error}, which is not known here. "
                f"Known: {known}."
            ) from error


def _is_of_weights(path: str) -> bool:
    """Whether a path with fields to fill in can be one of weights."""
    name = _FIELD.sub("0", os.path.basename(path))
    ending = os.path.splitext(name)[1]
    return name.endswith(_WEIGHTS_ENDINGS) or ending.startswith(".ckpt") or not any(map(str.isalpha, ending))
