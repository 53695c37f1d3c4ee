"""InMemoryEvaluatorHook: evaluations during training, of the values that training has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerax.estimators.hooks.session_run_hook import (
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    check_hooks,
)
from kerax.estimators.hooks.timer import SecondOrStepTimer


class InMemoryEvaluatorHook(SessionRunHook):
    """Evaluates when training begins, every few steps, and in the end, without checkpoints in between.

    Args:
      estimator: what is trained.
      input_fn: of the evaluation.
      steps: the most batches.
      hooks: of the evaluation.
      name: of the evaluation.
      every_n_iter: steps between two evaluations.

    Raises:
      ValueError: for a period that is not positive, or training on several machines.

    Example:
      >>> import tempfile, kerax
      >>> model = kerax.estimators.BaselineClassifier(tempfile.mkdtemp())
      >>> hook = kerax.estimators.experimental.InMemoryEvaluatorHook(model, lambda: None, every_n_iter=10)
    """

    def __init__(
        self,
        estimator: Any,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Any = None,
        name: str | None = None,
        every_n_iter: int = 100,
    ) -> None:
        if every_n_iter is None or every_n_iter <= 0:
            raise ValueError(f"InMemoryEvaluatorHook(every_n_iter=...) is at least 1, received {every_n_iter!r}.")
        if estimator.config.num_ps_replicas > 0 or estimator.config.num_worker_replicas > 1:
            raise ValueError("InMemoryEvaluatorHook works on a single machine only; TF_CONFIG describes a cluster.")
        self._estimator, self._input_fn, self._steps = estimator, input_fn, steps
        self._hooks, self._name = check_hooks(hooks, "InMemoryEvaluatorHook()"), name
        self._timer = SecondOrStepTimer(every_steps=every_n_iter)

    def begin(self) -> None:
        self._timer.reset()
        self._iterations = 0

    def after_create_session(self, session: Any, coord: Any) -> None:
        self._evaluate(session)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        self._iterations += 1
        if self._timer.should_trigger_for_step(self._iterations):
            self._evaluate(run_context.session)

    def end(self, session: Any) -> None:
        if self._timer.last_triggered_step() != self._iterations:
            self._evaluate(session)

    def _evaluate(self, session: Any) -> None:
        self._timer.update_last_triggered_step(self._iterations)
        self._estimator._evaluate_values(session.values(), self._input_fn, self._steps, self._hooks, self._name)

    def quiet_steps(self, step: int) -> int:
        return self._timer.quiet_steps(self._iterations)

    def skipped(self, count: int) -> None:
        self._iterations += count
