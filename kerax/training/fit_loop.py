"""The training loop: epochs of program calls, with callbacks around them."""

from __future__ import annotations

import collections
import math
import warnings
from collections.abc import Callable
from typing import Any

from kerax.callbacks import CallbackList
from kerax.training.arguments import limited_epochs, limited_steps
from kerax.training.backup import NoBackup
from kerax.training.batch_hooks import BatchHooks
from kerax.training.checks import warn_of_nan_loss
from kerax.training.logs import LazyLogs
from kerax.training.runner import StepRunner
from kerax.training.session import StateSession


def fit_loop(
    model: Any,
    runner: StepRunner,
    session: StateSession,
    source: Any,
    callbacks: CallbackList,
    *,
    epochs: int,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validate: Callable[[int], dict[str, float]] | None = None,
    backup: NoBackup | None = None,
) -> None:
    """Trains a model for epochs ``initial_epoch`` to ``epochs - 1``.

    Args:
      model: gives the metrics, the order of the logs and ``stop_training``.
      runner: runs the training steps.
      session: owns the arrays.
      source: gives the batches.
      callbacks: called at every hook of Keras.
      epochs: where to stop.
      initial_epoch: where to start.
      steps_per_epoch: batches per epoch, None for all.
      validate: ``epoch -> logs`` with ``val_`` names, empty when no validation is due.
      backup: saves the run, and knows where an interrupted one goes on.
    """
    model.stop_training = False
    epochs, steps_per_epoch = limited_epochs(epochs, initial_epoch), limited_steps(steps_per_epoch, source.steps)
    backup = backup or NoBackup()
    warned = False
    metrics, order = model.metrics, model.log_order()
    callbacks.on_train_begin()
    first, logs = backup.begin(initial_epoch)
    for epoch in range(first, epochs):
        callbacks.on_epoch_begin(epoch)
        done, last = backup.resume(epoch)
        if not done:
            session.reset_metrics(metrics)  # after the hook: a callback may have evaluated the model in it
        last = (
            train_epoch(model, runner, session, source, callbacks, order, epoch, steps_per_epoch, backup, done) or last
        )
        if last is None:  # the data ended before this epoch began
            break
        logs = last.copy()
        if not warned and not math.isfinite(logs.get("loss", 0.0)):
            warned = True
            warn_of_nan_loss(model, source, epoch, logs["loss"])
        if validate is not None:
            logs.update(validate(epoch))
        callbacks.on_epoch_end(epoch, logs)
        backup.after_epoch(epoch, logs)
        if getattr(source, "ran_out", False) and (epoch + 1 < epochs or steps_per_epoch is not None):
            _warn_of_missing_data(source, epoch, epochs, steps_per_epoch)
            break
        if model.stop_training:
            break
    callbacks.on_train_end(logs)


def train_epoch(
    model: Any,
    runner: StepRunner,
    session: StateSession,
    source: Any,
    callbacks: CallbackList,
    order: list[str],
    epoch: int,
    steps: int | None,
    backup: NoBackup,
    done: int,
) -> LazyLogs | None:
    """Runs one epoch of training steps, of which ``done`` are done already; returns the logs of the last one, not read
    yet, or None without a batch.
    """
    session.take_back()
    limit = runner.limit(session.train_state, source, callbacks.needs_single_steps("train"))
    hooks = BatchHooks(callbacks, "train", order, lambda: model.stop_training, limit, done, runner.hooks_every)
    under_way: collections.deque = collections.deque()
    logs: LazyLogs | None = None
    for chunk in backup.cut(runner.chunks(source, epoch, limit, steps)):
        hooks.before()
        with session.lock:
            session.take_back()
            session.train_state, results = runner.run(session.train_state, chunk, source, hooks.all_results)
        logs = hooks.after(chunk, results)
        runner.throttle(under_way, results, not chunk.many)
        backup.after_call(epoch, hooks.step, logs)
        if model.stop_training:
            break
    hooks.close(logs)
    return logs


def _warn_of_missing_data(source: Any, epoch: int, epochs: int, steps: int | None) -> None:
    wanted = f"steps_per_epoch * epochs = {steps * epochs} batches are" if steps else f"{epochs} epochs are"
    warnings.warn(
        f"fit(): the data ended after {source.batches.taken()} batches, in epoch {epoch + 1}; {wanted} needed, so "
        "training stops here. Give a data set that repeats, or fewer steps."
    )
