"""The evaluation and prediction loops."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.callbacks import CallbackList
from kerax.training.arguments import limited_steps
from kerax.training.batch_hooks import BatchHooks
from kerax.training.logs import LazyLogs
from kerax.training.runner import StepRunner
from kerax.training.train_state import TrainState


def evaluate_loop(
    model: Any,
    runner: StepRunner,
    read_state: Callable[[], TrainState],
    source: Any,
    callbacks: CallbackList,
    steps: int | None,
) -> tuple[TrainState, dict[str, float]]:
    """Evaluates a model over one epoch of a source.

    Args:
      model: gives the order of the logs and ``stop_evaluating``.
      runner: runs the test steps.
      read_state: gives parameters, state and freshly reset metrics, which are not used up. It is called after
        ``on_test_begin``, where a callback may have changed weights (averaged ones, say).
      source: gives the batches.
      callbacks: called at ``on_test_*``.
      steps: batches to use, None for all.

    Returns:
      ``(train_state, logs)``: metrics updated, logs as Python numbers.

    Raises:
      ValueError: if there was no batch.
    """
    model.stop_evaluating = False
    steps = limited_steps(steps, source.steps)
    callbacks.on_test_begin()
    train_state = read_state()
    limit = runner.limit(train_state, source, callbacks.needs_single_steps("test"))
    hooks = BatchHooks(
        callbacks, "test", model.log_order(), lambda: model.stop_evaluating, limit, 0, runner.hooks_every
    )
    under_way: collections.deque = collections.deque()
    last: LazyLogs | None = None
    for chunk in runner.chunks(source, 0, limit, steps):
        hooks.before()
        train_state, results = runner.run(train_state, chunk, source, hooks.all_results)
        last = hooks.after(chunk, results)
        runner.throttle(under_way, results, not chunk.many)
        if model.stop_evaluating:
            break
    hooks.close(last)
    if last is None:
        raise ValueError(f"{runner.where} was given no data: the input yielded no batch.")
    logs = last.copy()
    callbacks.on_test_end(logs)
    return train_state, logs


def predict_loop(
    model: Any,
    runner: StepRunner,
    read_state: Callable[[], TrainState],
    source: Any,
    callbacks: CallbackList,
    steps: int | None,
) -> tuple[TrainState, Any]:
    """Predicts over one epoch of a source; arguments as ``evaluate_loop``.

    Returns:
      ``(train_state, outputs)``: outputs as NumPy arrays in the structure of the model's outputs, joined along the
      batch.

    Raises:
      ValueError: if there was no batch.
    """
    model.stop_predicting = False
    steps = limited_steps(steps, source.steps)
    callbacks.on_predict_begin()
    train_state = read_state()
    listening = bool(callbacks.listeners("on_predict_batch_begin") or callbacks.listeners("on_predict_batch_end"))
    limit = runner.limit(train_state, source, listening)
    under_way: collections.deque = collections.deque()
    outputs: list[Any] = []
    step = 0
    for chunk in runner.chunks(source, 0, limit, steps):
        if listening:
            callbacks.on_predict_batch_begin(step)
        train_state, result = runner.run(train_state, chunk, source, limit if chunk.many else 0)
        outputs.append((result, chunk.count if chunk.many else None))
        if listening:
            last_step = step + max(chunk.count, runner.hooks_every) - 1
            callbacks.on_predict_batch_end(last_step, {"outputs": join_batches([outputs[-1]])})
        step += chunk.count
        callbacks.on_steps_end("predict", step)
        runner.throttle(under_way, result, not chunk.many)
        if model.stop_predicting:
            break
    if not outputs:
        raise ValueError(f"{runner.where} was given no data: the input yielded no batch.")
    callbacks.on_predict_end()
    return train_state, join_batches(outputs)


def join_batches(outputs: list[tuple[Any, int | None]]) -> Any:
    """Joins outputs along the batch, as NumPy arrays.

    Args:
      outputs: pairs of a structure of arrays and the number of batches stacked in it, None for one batch that is not
        stacked.
    """

    def rows(part: Any, count: int | None) -> np.ndarray:
        array = np.asarray(part)
        return array if count is None else array[:count].reshape(-1, *array.shape[2:])

    flat = [(jax.tree.leaves(result), count) for result, count in outputs]
    treedef = jax.tree.structure(outputs[0][0])
    joined = []
    for i in range(treedef.num_leaves):
        parts = [rows(leaves[i], count) for leaves, count in flat]
        joined.append(np.concatenate(parts) if len(parts) > 1 else np.array(parts[0]))
    return jax.tree.unflatten(treedef, joined)
