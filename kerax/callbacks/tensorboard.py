"""TensorBoard: the course of training as files that TensorBoard shows."""

from __future__ import annotations

import os
import time
from typing import Any

import jax
import numpy as np

from kerax.callbacks.callback import Callback, Logs
from kerax.callbacks.tensorboard_weights import write_embeddings, write_projector_config, write_weights
from kerax.summary import SummaryWriter, create_file_writer, keras_model, scalar

_BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end")


class TensorBoard(Callback):
    """Writes losses, metrics, weights, the model's graph and profiles for TensorBoard.

    Show them with ``tensorboard --logdir=logs``. Scalars are in ``train/`` and ``validation/`` below ``log_dir``.

    Args:
      log_dir: the folder; one of its own for each run.
      histogram_freq: every how many epochs to write histograms of the weights; 0 for never.
      write_graph: whether to write the model's graph.
      write_images: whether to write the weights as pictures too, with the histograms.
      write_steps_per_second: whether to write the speed.
      update_freq: ``"epoch"``, ``"batch"``, or every how many batches to write the batch's logs.
      profile_batch: number of the batch to profile (from 1), or first and last one; 0 for none.
      embeddings_freq: every how many epochs to write the embedding layers' weights; 0 for never.
      embeddings_metadata: path of a file with the names of the rows, for all embedding layers, or a dict from layer
        name to path.

    Raises:
      ValueError: for an update_freq or profile_batch that is none of these.

    Example:
      >>> import os, tempfile, numpy as np, kerax
      >>> folder = tempfile.mkdtemp()
      >>> model = kerax.Sequential([kerax.layers.Input((2,)), kerax.layers.Dense(1)])
      >>> model.compile("sgd", "mse")
      >>> board = kerax.callbacks.TensorBoard(folder)
      >>> _ = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0, callbacks=[board])
      >>> os.listdir(folder)
      ['train']
    """

    kept_in_backup = ("_train_step", "_test_step", "_epoch_start_step")
    reads_logs_only = True

    def __init__(
        self,
        log_dir: Any = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: int | str = "epoch",
        profile_batch: int | str | tuple[int, int] = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        if update_freq not in ("epoch", "batch") and not (isinstance(update_freq, int) and update_freq > 0):
            raise ValueError(
                f"TensorBoard(update_freq=...) is 'epoch', 'batch' or a positive int, got {update_freq!r}."
            )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq, self.write_graph, self.write_images = histogram_freq, write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq: int | str = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq, self.embeddings_metadata = embeddings_freq, embeddings_metadata
        self._first_profiled, self._last_profiled = _batches(profile_batch)
        self._writers: dict[str, SummaryWriter] = {}
        self._train_step = self._test_step = self._epoch_start_step = 0
        self._epoch_began = self._batch_began = 0.0
        self._profiling = False
        self.idle_hooks = () if self._per_batch() else _BATCH_HOOKS

    def _per_batch(self) -> bool:
        return self.update_freq != "epoch" or bool(self._last_profiled)

    def set_model(self, model: Any) -> None:
        """Receives the model; files of an earlier run in the same folder are left alone."""
        super().set_model(model)
        self._close()
        if self.embeddings_freq:
            write_projector_config(self.log_dir, model, self.embeddings_metadata)

    def _writer(self, kind: str) -> SummaryWriter:
        if kind not in self._writers:
            self._writers[kind] = create_file_writer(os.path.join(self.log_dir, kind))
        return self._writers[kind]

    def on_train_begin(self, logs: Logs = None) -> None:
        """Writes the graph."""
        self._train_step = self._test_step = 0
        with self._writer("train").as_default(step=0):
            if self.write_graph:
                keras_model("keras", self.model, step=0)
        self._writer("train").init()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Starts the clock."""
        self._epoch_began, self._epoch_start_step = time.perf_counter(), self._train_step

    def on_steps_end(self, kind: str, steps: int, logs: Logs = None) -> None:
        """Counts batches without being called for each."""
        if kind == "train" and not self._per_batch():
            self._train_step = self._epoch_start_step + steps

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Starts a profile before the first batch of those to profile."""
        self._batch_began = time.perf_counter()
        if self._train_step + 1 == self._first_profiled:
            jax.profiler.start_trace(os.path.join(self.log_dir, "train"))
            self._profiling = True

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Writes the batch's logs and ends a profile."""
        self._train_step += 1
        if self._profiling and self._train_step >= self._last_profiled:
            self._stop_profile()
        if self.update_freq == "epoch" or self._train_step % int(self.update_freq):
            return
        with self._writer("train").as_default():
            if self.write_steps_per_second:
                speed = 1.0 / max(time.perf_counter() - self._batch_began, 1e-9)
                scalar("batch_steps_per_second", speed, step=self._train_step - 1)
            for name, number in (logs or {}).items():
                if np.ndim(number) == 0:
                    scalar(f"batch_{name}", number, step=self._train_step - 1)

    def on_test_end(self, logs: Logs = None) -> None:
        """Writes an evaluation's results over the model's training steps."""
        optimizer = getattr(self.model, "optimizer", None)
        if not logs or optimizer is None or not hasattr(optimizer, "iterations"):
            return
        step = int(np.asarray(optimizer.iterations))
        with self._writer("validation").as_default():
            for name, number in logs.items():
                if np.ndim(number) == 0:
                    scalar(f"evaluation_{name}_vs_iterations", number, step=step)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Writes the epoch's logs, and the weights when it is their turn."""
        logs = dict(logs or {})
        rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None)
        validation = {name[4:]: number for name, number in logs.items() if name.startswith("val_")}
        training = {name: number for name, number in logs.items() if not name.startswith("val_")}
        if isinstance(rate, (int, float)) or hasattr(rate, "dtype"):
            training["learning_rate"] = float(np.asarray(rate))
        if self.write_steps_per_second:
            seconds = max(time.perf_counter() - self._epoch_began, 1e-9)
            training["steps_per_second"] = (self._train_step - self._epoch_start_step) / seconds
        for kind, values in (("train", training), ("validation", validation)):
            if values:
                with self._writer(kind).as_default():
                    for name, number in values.items():
                        if np.ndim(number) == 0:
                            scalar(f"epoch_{name}", number, step=epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            with self._writer("train").as_default():
                write_weights(self.model, epoch, self.write_images)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            write_embeddings(self.log_dir, self.model)

    def on_train_end(self, logs: Logs = None) -> None:
        """Closes the files."""
        if self._profiling:
            self._stop_profile()
        self._close()

    def _stop_profile(self) -> None:
        jax.block_until_ready([variable.value for variable in self.model.variables])
        jax.profiler.stop_trace()
        self._profiling = False

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}


def _batches(profile_batch: Any) -> tuple[int, int]:
    """First and last batch to profile; 0 and 0 for none."""
    try:
        if isinstance(profile_batch, str):
            parts = [int(part) for part in profile_batch.split(",")]
        elif isinstance(profile_batch, (tuple, list)):
            parts = [int(part) for part in profile_batch]
        else:
            parts = [int(profile_batch)]
    except (TypeError, ValueError):
        parts = []
    if len(parts) == 1:
        parts = parts * 2
    if len(parts) != 2 or parts[0] < 0 or parts[1] < parts[0]:
        raise ValueError(
            "TensorBoard(profile_batch=...) is 0, the number of a batch, or first and last one such as (10, 20), "
            f"received {profile_batch!r}."
        )
    return parts[0], parts[1]
