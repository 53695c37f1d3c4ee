"""Evaluation and prediction of Estimators."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from kerax.errors import did_you_mean
from kerax.estimators.batches import Batches, no_batch
from kerax.estimators.event_writer import EventWriter
from kerax.estimators.hooks.session_run_hook import Session, SessionRunHook
from kerax.estimators.logs import logger
from kerax.estimators.loop import HookCalls
from kerax.estimators.program import Program
from kerax.estimators.stacks import stage_batch
from kerax.estimators.template import GLOBAL_STEP
from kerax.estimators.text_of import to_host

_OWN_KEYS = ("loss", GLOBAL_STEP)
_REPORTS = 10  # lines about progress in one evaluation


def evaluate(
    program: Program, values: dict[str, Any], batches: Batches, steps: int | None, hooks: list[SessionRunHook]
) -> dict[str, Any]:
    """Runs an evaluation.

    Args:
      program: in mode EVAL.
      values: the variables.
      batches: the input.
      steps: the most batches, None for all.
      hooks: of the user.

    Returns:
      Metric -> value, sorted, and the global step.

    Raises:
      ValueError: for a metric of a reserved name, or no input.
    """
    state = jax.device_put([np.array(array) for array in program.blueprint.metric_initial])
    seen: dict[str, Any] = {}
    step = int(values[GLOBAL_STEP])
    if program.blueprint.has_hooks:
        program.prepare_evaluation(values, state, stage_batch(program.blueprint.stage, batches.peek()))
        hooks = [*hooks, *program.spec.evaluation_hooks]
    session = Session(lambda wanted: program.lookup(wanted, seen, values, step))
    calls = HookCalls(hooks, session)
    calls.begin()
    calls.after_create_session()
    losses: list[Any] = []
    every = max(1, steps // _REPORTS) if steps else 0
    while not calls.stop and (steps is None or len(losses) < steps):
        calls.before_run()
        batch = batches.next()
        if batch is None:
            break
        state, found = program.evaluate(values, state, stage_batch(program.blueprint.stage, batch))
        seen.update(found)
        losses.append(found["loss"])
        calls.after_run(lambda wanted: program.lookup(wanted, seen, values, step))
        if every and len(losses) % every == 0:
            logger.info("Evaluation [%d/%d]", len(losses), steps)
    if not losses:
        raise no_batch("evaluate()")
    calls.end()
    results = {key: _plain(value) for key, value in jax.device_get(program.results(state)).items()}
    results.update({key: _plain(value) for key, value in jax.device_get(seen["pairs"]).items()})
    for key in _OWN_KEYS:
        if key in results:
            raise ValueError(f"eval_metric_ops has a metric named {key!r}, which evaluate() uses itself. Rename it.")
    # The mean in float64 of float32 numbers has no rounding to speak of.
    results["loss"] = np.float32(np.mean(np.asarray(jax.device_get(losses), np.float64)))
    return {**{key: results[key] for key in sorted(results)}, GLOBAL_STEP: np.int64(step)}


def _plain(value: Any) -> Any:
    array = np.asarray(value)
    return array[()] if array.ndim == 0 else array


def write_results(folder: str, results: dict[str, Any], checkpoint: str | None) -> None:
    """Writes the results of an evaluation into an event file."""
    step = int(results[GLOBAL_STEP])
    writer = EventWriter.of(folder)
    found = [("scalar", key, value) for key, value in results.items() if key != GLOBAL_STEP and np.ndim(value) == 0]
    writer.summaries(found, step)
    if checkpoint is not None:
        writer.text("checkpoint_path", checkpoint, step)
    writer.flush()


def summary_line(results: dict[str, Any], step: int) -> str:
    """The line of the log about an evaluation.

    Example:
      >>> from kerax.estimators.evaluation import summary_line
      >>> summary_line({"loss": 0.5, "global_step": 3}, 3)
      'Saving dict for global step 3: global_step = 3, loss = 0.5'
    """
    listed = ", ".join(f"{key} = {results[key]!s}" for key in sorted(results))
    return f"Saving dict for global step {step}: {listed}"


def predict(
    program: Program,
    values: dict[str, Any],
    batches: Batches,
    predict_keys: Any,
    hooks: list[SessionRunHook],
    yield_single_examples: bool,
) -> Iterator[Any]:
    """Yields the predictions, for every example or for every batch.

    Raises:
      ValueError: for keys that there are not, or outputs of unequal length.
    """
    seen: dict[str, Any] = {}
    step = int(values[GLOBAL_STEP])
    calls = HookCalls(hooks, Session(lambda wanted: program.lookup(wanted, seen, values, step)))
    calls.begin()
    calls.after_create_session()
    while not calls.stop:
        calls.before_run()
        batch = batches.next()
        if batch is None:
            break
        predictions, found = program.predict(values, stage_batch(program.blueprint.stage, batch))
        seen.update(found)
        predictions = to_host(predictions)
        if isinstance(predictions, dict):  # compiled programs sort the keys of dicts
            predictions = {key: predictions[key] for key in program.spec.predictions}
        predictions = chosen(predictions, predict_keys)
        calls.after_run(lambda wanted: program.lookup(wanted, seen, values, step))
        if yield_single_examples:
            yield from examples_of(predictions)
        else:
            yield predictions
    calls.end()


def chosen(predictions: Any, keys: Any) -> Any:
    """The predictions under some keys.

    Raises:
      ValueError: if none of them is there, or the predictions are no dict.
    """
    if keys is None:
        return predictions
    wanted = [keys] if isinstance(keys, (str, tuple)) else list(keys)
    if not isinstance(predictions, dict):
        raise ValueError("predict(predict_keys=...) needs a model function whose predictions are a dict.")
    found = {key: value for key, value in predictions.items() if key in wanted}
    if not found:
        guess = did_you_mean(str(wanted[0]), [str(key) for key in predictions]) if wanted else ""
        raise ValueError(
            f"predict(predict_keys=...): none of {wanted} is among the predictions {list(predictions)}.{guess}"
        )
    return found


def examples_of(predictions: Any) -> Iterator[Any]:
    """One dict, or array, for every example of a batch.

    Raises:
      ValueError: for outputs of unequal length.
    """
    if not isinstance(predictions, dict):
        yield from predictions
        return
    lengths = {key: len(value) if np.ndim(value) else -1 for key, value in predictions.items()}
    if len(set(lengths.values())) > 1 or -1 in lengths.values():
        raise ValueError(
            f"predict(): the predictions have no common number of examples: {lengths}. Use "
            "yield_single_examples=False for such outputs."
        )
    for place in range(next(iter(lengths.values()))):
        yield {key: value[place] for key, value in predictions.items()}


def now() -> str:
    """The time, for the log."""
    return time.strftime("%Y-%m-%dT%H:%M:%S")
