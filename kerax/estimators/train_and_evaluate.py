"""train_and_evaluate: training with evaluations and exports in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from kerax.estimators.batches import checked_steps
from kerax.estimators.estimator import Estimator
from kerax.estimators.hooks.checkpoint_saver import CheckpointSaverListener, check_listeners
from kerax.estimators.hooks.session_run_hook import check_hooks
from kerax.estimators.logs import logger
from kerax.estimators.template import GLOBAL_STEP
from kerax.tracebacks import shortens_traceback

_POLL = 1.0  # seconds between two looks for a new checkpoint


def _check_function(where: str, value: Any) -> None:
    if not callable(value):
        raise TypeError(f"{where} is a function, received {value!r}.")


class TrainSpec:
    """How to train.

    Args:
      input_fn: as for ``Estimator.train``.
      max_steps: up to which global step; without it until the input ends.
      hooks: `SessionRunHook` objects.
      saving_listeners: `CheckpointSaverListener` objects.

    Raises:
      ValueError, TypeError: for arguments out of range or of another type.

    Example:
      >>> import kerax
      >>> kerax.estimators.TrainSpec(lambda: None, max_steps=100).max_steps
      100
    """

    def __init__(
        self,
        input_fn: Callable[..., Any],
        max_steps: int | None = None,
        hooks: Any = None,
        saving_listeners: Any = None,
    ) -> None:
        _check_function("TrainSpec(input_fn=...)", input_fn)
        self.input_fn, self.max_steps = input_fn, checked_steps("TrainSpec(max_steps=...)", max_steps)
        self.hooks, self.saving_listeners = tuple(check_hooks(hooks, "TrainSpec()")), tuple(saving_listeners or ())
        check_listeners(self.saving_listeners)

    def _replace(self, **changes: Any) -> TrainSpec:
        return TrainSpec(**{**vars(self), **changes})


class EvalSpec:
    """How to evaluate and export.

    Args:
      input_fn: as for ``Estimator.evaluate``.
      steps: the most batches; None for all.
      name: of the evaluation.
      hooks: `SessionRunHook` objects.
      exporters: `Exporter` objects, or one.
      start_delay_secs: how long an evaluator on its own waits at first.
      throttle_secs: least seconds between two evaluations.

    Raises:
      ValueError, TypeError: for arguments out of range or of another type; for exporters without a name, or with one
        that occurs twice.

    Example:
      >>> import kerax
      >>> kerax.estimators.EvalSpec(lambda: None).steps
      100
    """

    def __init__(
        self,
        input_fn: Callable[..., Any],
        steps: int | None = 100,
        name: str | None = None,
        hooks: Any = None,
        exporters: Any = None,
        start_delay_secs: float = 120,
        throttle_secs: float = 600,
    ) -> None:
        _check_function("EvalSpec(input_fn=...)", input_fn)
        if name is not None and not isinstance(name, str):
            raise TypeError(f"EvalSpec(name=...) is a text, received {name!r}.")
        for what, value in (("start_delay_secs", start_delay_secs), ("throttle_secs", throttle_secs)):
            if value < 0:
                raise ValueError(f"EvalSpec({what}=...) is not negative, received {value!r}.")
        self.input_fn, self.steps, self.name = input_fn, checked_steps("EvalSpec(steps=...)", steps), name
        self.hooks, self.exporters = tuple(check_hooks(hooks, "EvalSpec()")), _exporters(exporters)
        self.start_delay_secs, self.throttle_secs = start_delay_secs, throttle_secs

    def _replace(self, **changes: Any) -> EvalSpec:
        return EvalSpec(**{**vars(self), **changes})


def _exporters(given: Any) -> tuple[Any, ...]:
    listed = () if given is None else tuple(given) if isinstance(given, Sequence) else (given,)
    names: list[str] = []
    for one in listed:
        if not callable(getattr(one, "export", None)) or not hasattr(one, "name"):
            raise TypeError(f"EvalSpec(exporters=...) are Exporter objects, received {one!r}.")
        if not one.name:
            raise ValueError(f"EvalSpec(exporters=...): {one!r} has no name.")
        if one.name in names:
            raise ValueError(f"EvalSpec(exporters=...): two exporters have the name {one.name!r}.")
        names.append(one.name)
    return listed


class _Evaluator:
    """Evaluates the newest checkpoint and runs the exporters."""

    def __init__(self, estimator: Estimator, spec: EvalSpec, max_steps: int | None) -> None:
        self.estimator, self.spec, self.max_steps = estimator, spec, max_steps
        self.step: int | None = None  # of the newest evaluation
        self.when: float | None = None
        self.results: tuple[Any, Any] = (None, None)

    def __call__(self) -> None:
        path, spec = self.estimator.latest_checkpoint(), self.spec
        if path is None:
            logger.warning("There is no checkpoint to evaluate yet.")
            return
        metrics = self.estimator.evaluate(spec.input_fn, spec.steps, spec.hooks, path, spec.name)
        self.step, self.when = int(metrics[GLOBAL_STEP]), time.monotonic()
        final = self.max_steps is not None and self.step >= self.max_steps
        exported = []
        for exporter in spec.exporters:
            where = f"{self.estimator.model_dir}/export/{exporter.name}"
            exported.append(exporter.export(self.estimator, where, path, dict(metrics), final))
        self.results = (metrics, exported)

    def is_time(self) -> bool:
        """Whether the last evaluation is long enough ago."""
        return self.when is None or time.monotonic() - self.when >= self.spec.throttle_secs


class _EvaluatesCheckpoints(CheckpointSaverListener):
    """Evaluates after checkpoints; the one with which training begins is left out."""

    def __init__(self, evaluator: _Evaluator) -> None:
        self.evaluator = evaluator

    def begin(self) -> None:
        self._first = True

    def after_save(self, session: Any, global_step_value: int) -> None:
        if self._first:
            self._first = False
        elif self.evaluator.is_time():
            self.evaluator()
        else:
            logger.info(
                "Skip the current checkpoint eval due to throttle secs (%s secs).", self.evaluator.spec.throttle_secs
            )

    def end(self, session: Any, global_step_value: int) -> None:
        if self.evaluator.step != global_step_value:
            self.evaluator()


@shortens_traceback
def train_and_evaluate(estimator: Estimator, train_spec: TrainSpec, eval_spec: EvalSpec) -> tuple[Any, Any]:
    """Trains an Estimator, evaluates it after checkpoints, and exports it.

    On one machine everything happens in turn; evaluations do not restart the input of training. With ``TF_CONFIG`` a
    chief trains and an evaluator evaluates the checkpoints as they come.

    Args:
      estimator: what to train.
      train_spec: how to train.
      eval_spec: how to evaluate.

    Returns:
      The metrics of the last evaluation, and what each exporter returned; ``(None, None)`` where training was
      complete already.

    Raises:
      TypeError: for arguments of another type.
      ValueError: for a role in ``TF_CONFIG`` that one process cannot fill.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> E = kerax.estimators
      >>> E.logs.logger.setLevel("WARNING")
      >>> data = ({"x": np.array([-1.0, 1.0])}, np.array([-2.0, 2.0]))
      >>> regressor = E.LinearRegressor([kerax.feature_column.numeric_column("x")], tempfile.mkdtemp())
      >>> metrics, _ = E.train_and_evaluate(
      ...     regressor, E.TrainSpec(lambda: data, max_steps=5), E.EvalSpec(lambda: data, steps=1))
      >>> int(metrics["global_step"])
      5
    """
    for what, value, kind in (
        ("estimator", estimator, Estimator), ("train_spec", train_spec, TrainSpec), ("eval_spec", eval_spec, EvalSpec)
    ):  # fmt: skip
        if not isinstance(value, kind):
            raise TypeError(f"train_and_evaluate({what}=...) is a {kind.__name__}, received {type(value).__name__}.")
    evaluator = _Evaluator(estimator, eval_spec, train_spec.max_steps)
    config = estimator.config
    if config.task_type == "evaluator":
        return _follow(evaluator)
    if not config.is_chief or config.num_ps_replicas or config.num_worker_replicas > 1:
        raise ValueError(
            f"train_and_evaluate(): TF_CONFIG describes a cluster of {config.num_worker_replicas} workers and "
            f"{config.num_ps_replicas} parameter servers. An Estimator trains in one process; use the devices of one "
            "machine, or kerax.distribute with Model.fit for several."
        )
    return _local(estimator, train_spec, evaluator, in_turn=not config.cluster_spec)


def _local(estimator: Estimator, spec: TrainSpec, evaluator: _Evaluator, in_turn: bool) -> tuple[Any, Any]:
    if spec.max_steps is not None and estimator._global_step() >= spec.max_steps:
        logger.info("Not evaluating: training has reached max_steps=%d already.", spec.max_steps)
        return (None, None)
    if in_turn:
        logger.info(
            "Start train and evaluate loop. The evaluate will happen after every checkpoint. Checkpoint frequency is "
            "determined based on RunConfig arguments: save_checkpoints_steps %s or save_checkpoints_secs %s.",
            estimator.config.save_checkpoints_steps,
            estimator.config.save_checkpoints_secs,
        )
    listeners = [*spec.saving_listeners, *([_EvaluatesCheckpoints(evaluator)] if in_turn else [])]
    estimator.train(spec.input_fn, hooks=spec.hooks, max_steps=spec.max_steps, saving_listeners=listeners)
    return evaluator.results


def _follow(evaluator: _Evaluator) -> tuple[Any, Any]:
    """The work of an evaluator: every new checkpoint, until the last step."""
    time.sleep(evaluator.spec.start_delay_secs)
    seen = None
    while evaluator.max_steps is None or (evaluator.step or 0) < evaluator.max_steps:
        path = evaluator.estimator.latest_checkpoint()
        if path is not None and path != seen and evaluator.is_time():
            seen = path
            evaluator()
        else:
            time.sleep(_POLL)
    return evaluator.results
