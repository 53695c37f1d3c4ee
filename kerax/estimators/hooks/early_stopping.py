"""Early stopping: hooks that end training by what evaluations have found."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.estimators.event_reader import evaluation_results
from kerax.estimators.hooks.basic import StopAtStepHook
from kerax.estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)
from kerax.estimators.hooks.timer import SecondOrStepTimer
from kerax.estimators.logs import logger

STOP = "signal_early_stopping/STOP"


class EarlyStoppingHook(SessionRunHook):
    """Asks a function now and then whether to stop; made by `make_early_stopping_hook`.

    Args:
      should_stop_fn: function without arguments.
      run_every_secs: seconds between two questions.
      run_every_steps: steps between two questions.
    """

    def __init__(
        self, should_stop_fn: Callable[[], bool], run_every_secs: float | None, run_every_steps: int | None
    ) -> None:
        if not callable(should_stop_fn):
            raise TypeError(f"should_stop_fn is a function without arguments, received {should_stop_fn!r}.")
        self._should_stop, self._stop = should_stop_fn, False
        self._timer = SecondOrStepTimer(run_every_secs, run_every_steps)

    def begin(self) -> None:
        self._timer.reset()
        self._stop = False

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs("global_step")

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        step = int(run_values.results) + 1
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._should_stop():
                logger.info("Requesting early stopping at global step %d", step)
                self._stop = True
                run_context.request_stop()

    def quiet_steps(self, step: int) -> int:
        return self._timer.quiet_steps(step)

    def saved_values(self) -> dict[str, Any]:
        """What goes into checkpoints."""
        return {STOP: np.bool_(self._stop)}


def make_early_stopping_hook(
    estimator: Any,
    should_stop_fn: Callable[[], bool],
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends training when a function says so.

    Args:
      estimator: what is trained.
      should_stop_fn: function without arguments; asked after the first step, then each period.
      run_every_secs: seconds between two questions; None to go by steps.
      run_every_steps: steps between two questions.

    Raises:
      TypeError: for something that is not an Estimator.
      ValueError: for both periods.

    Example:
      >>> import tempfile, kerax
      >>> model = kerax.estimators.BaselineRegressor(tempfile.mkdtemp())
      >>> hook = kerax.estimators.experimental.make_early_stopping_hook(model, lambda: False)
    """
    from kerax.estimators.estimator import Estimator

    if not isinstance(estimator, Estimator):
        raise TypeError(
            f"make_early_stopping_hook(estimator=...) is an Estimator, received {type(estimator).__name__}."
        )
    if run_every_secs is not None and run_every_steps is not None:
        raise ValueError("make_early_stopping_hook: give run_every_secs or run_every_steps; pass None for the other.")
    return EarlyStoppingHook(should_stop_fn, run_every_secs, run_every_steps)


def _metric(folder: str, name: str, min_steps: int) -> list[tuple[int, float]]:
    found = evaluation_results(folder)
    return [(step, values[name]) for step, values in found.items() if step >= min_steps and name in values]


def _threshold_hook(
    beyond: Callable[[float, float], bool],
    word: str,
    estimator: Any,
    metric_name: str,
    threshold: float,
    eval_dir: str | None,
    min_steps: int,
    run_every_secs: float | None,
    run_every_steps: int | None,
) -> SessionRunHook:
    def should_stop() -> bool:
        for step, value in _metric(eval_dir or estimator.eval_dir(), metric_name, min_steps):
            if beyond(value, threshold):
                logger.info(
                    "At step %d, metric %r has value %s, which is %s than %s.",
                    step,
                    metric_name,
                    value,
                    word,
                    threshold,
                )
                return True
        return False

    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def stop_if_higher_hook(
    estimator: Any,
    metric_name: str,
    threshold: float,
    eval_dir: str | None = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends training once a metric of an evaluation is higher than a threshold.

    Args:
      estimator: what is trained.
      metric_name: name of the metric.
      threshold: the number.
      eval_dir: folder of the evaluations; the Estimator's own without it.
      min_steps: evaluations before this global step do not count.
      run_every_secs, run_every_steps: as for `make_early_stopping_hook`.

    Example:
      >>> import tempfile, kerax
      >>> model = kerax.estimators.BaselineClassifier(tempfile.mkdtemp())
      >>> hook = kerax.estimators.experimental.stop_if_higher_hook(model, "accuracy", 0.9)
    """
    periods = (run_every_secs, run_every_steps)
    return _threshold_hook(operator.gt, "higher", estimator, metric_name, threshold, eval_dir, min_steps, *periods)


def stop_if_lower_hook(
    estimator: Any,
    metric_name: str,
    threshold: float,
    eval_dir: str | None = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends training once a metric of an evaluation is lower than a threshold.

    Args:
      estimator, metric_name, threshold, eval_dir, min_steps, run_every_secs, run_every_steps: as for
        `stop_if_higher_hook`.

    Example:
      >>> import tempfile, kerax
      >>> model = kerax.estimators.BaselineClassifier(tempfile.mkdtemp())
      >>> hook = kerax.estimators.experimental.stop_if_lower_hook(model, "loss", 0.1)
    """
    periods = (run_every_secs, run_every_steps)
    return _threshold_hook(operator.lt, "lower", estimator, metric_name, threshold, eval_dir, min_steps, *periods)


def _no_progress_hook(
    better: Callable[[float, float], bool],
    word: str,
    estimator: Any,
    metric_name: str,
    most_steps: int,
    eval_dir: str | None,
    min_steps: int,
    run_every_secs: float | None,
    run_every_steps: int | None,
) -> SessionRunHook:
    def should_stop() -> bool:
        best: tuple[int, float] | None = None
        for step, value in _metric(eval_dir or estimator.eval_dir(), metric_name, min_steps):
            if best is None or better(value, best[1]):
                best = (step, value)
            elif step - best[0] >= most_steps:
                logger.info(
                    "No %s in metric %r for %d steps, which is greater than or equal to max steps (%d).",
                    word, metric_name, step - best[0], most_steps,
                )  # fmt: skip
                return True
        return False

    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def stop_if_no_increase_hook(
    estimator: Any,
    metric_name: str,
    max_steps_without_increase: int,
    eval_dir: str | None = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends training when a metric of the evaluations has not risen for some steps.

    Args:
      estimator: what is trained.
      metric_name: name of the metric.
      max_steps_without_increase: so many global steps.
      eval_dir, min_steps, run_every_secs, run_every_steps: as for `stop_if_higher_hook`.

    Example:
      >>> import tempfile, kerax
      >>> model = kerax.estimators.BaselineClassifier(tempfile.mkdtemp())
      >>> hook = kerax.estimators.experimental.stop_if_no_increase_hook(model, "accuracy", 1000)
    """
    return _no_progress_hook(
        operator.gt, "increase", estimator, metric_name, max_steps_without_increase, eval_dir, min_steps,
        run_every_secs, run_every_steps,
    )  # fmt: skip


def stop_if_no_decrease_hook(
    estimator: Any,
    metric_name: str,
    max_steps_without_decrease: int,
    eval_dir: str | None = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:
    """Returns a hook that ends training when a metric of the evaluations has not fallen for some steps.

    Args:
      estimator: what is trained.
      metric_name: name of the metric.
      max_steps_without_decrease: so many global steps.
      eval_dir, min_steps, run_every_secs, run_every_steps: as for `stop_if_higher_hook`.

    Example:
      >>> import tempfile, kerax
      >>> model = kerax.estimators.BaselineClassifier(tempfile.mkdtemp())
      >>> hook = kerax.estimators.experimental.stop_if_no_decrease_hook(model, "loss", 1000)
    """
    return _no_progress_hook(
        operator.lt, "decrease", estimator, metric_name, max_steps_without_decrease, eval_dir, min_steps,
        run_every_secs, run_every_steps,
    )  # fmt: skip


def make_stop_at_checkpoint_step_hook(
    estimator: Any, last_step: int, wait_after_file_check_secs: float = 30
) -> SessionRunHook:
    """Returns a hook that ends training at a global step.

    Args:
      estimator: what is trained.
      last_step: the step.
      wait_after_file_check_secs: accepted as in TensorFlow, where workers wait for the chief's checkpoint.

    Example:
      >>> import tempfile, kerax
      >>> model = kerax.estimators.BaselineClassifier(tempfile.mkdtemp())
      >>> hook = kerax.estimators.experimental.make_stop_at_checkpoint_step_hook(model, 100)
    """
    return StopAtStepHook(last_step=last_step)
