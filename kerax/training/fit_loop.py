"""The training loop: epochs of program calls, with callbacks around them."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from kerax.callbacks import CallbackList
from kerax.training.logs import LazyLogs, ordered, to_numbers
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
    """
    model.stop_training = False
    logs: dict[str, Any] = {}
    callbacks.on_train_begin()
    for epoch in range(initial_epoch, epochs):
        session.reset_metrics(model.metrics)
        callbacks.on_epoch_begin(epoch)
        results = train_epoch(model, runner, session, source, callbacks, epoch, steps_per_epoch)
        if results is None:  # the data ended before this epoch began
            break
        logs = ordered(to_numbers(results), model.log_order())
        if validate is not None:
            logs.update(validate(epoch))
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    callbacks.on_train_end(logs)


def train_epoch(
    model: Any, runner: StepRunner, session: StateSession, source: Any, callbacks: CallbackList, epoch: int, steps: int | None
) -> dict[str, Any] | None:
    """Runs one epoch of training steps and returns the last results, still on the device; None if there was no batch."""
    single = callbacks.needs_single_steps("train")
    session.take_back()
    limit = runner.limit(session.train_state, source, single)
    listening = bool(callbacks.listeners("on_train_batch_begin") or callbacks.listeners("on_train_batch_end"))
    all_results = limit if listening and limit > 1 else 0
    under_way: collections.deque = collections.deque()
    last: dict[str, Any] | None = None
    step = 0
    for chunk in runner.chunks(source, epoch, limit, steps):
        if listening:
            for i in range(chunk.count):
                callbacks.on_train_batch_begin(step + i)
        session.take_back()
        session.train_state, results = runner.run(session.train_state, chunk, source, all_results)
        stacked = chunk.many and all_results
        if listening:
            for i in range(chunk.count):
                callbacks.on_train_batch_end(step + i, LazyLogs(results, i if stacked else None, model.log_order()))
        last = {name: value[chunk.count - 1] for name, value in results.items()} if stacked else results
        step += chunk.count
        runner.throttle(under_way, results, not chunk.many)
        if model.stop_training:
            break
    return last
