"""add_metrics: an Estimator with further metrics."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from kerax.estimators.batches import argument_names
from kerax.estimators.estimator import Estimator
from kerax.estimators.mode_keys import ModeKeys

_ARGUMENTS = ("features", "labels", "predictions", "config")


def add_metrics(estimator: Estimator, metric_fn: Callable[..., dict[str, Any]]) -> Estimator:
    """Returns an Estimator of the same directory that evaluates further metrics.

    Args:
      estimator: an Estimator.
      metric_fn: takes any of ``features``, ``labels``, ``predictions``, ``config`` and returns a dict of metrics that
        have seen the batch; of two metrics with one name its own counts.

    Raises:
      ValueError: for other arguments.

    Example:
      >>> import tempfile, kerax
      >>> def more(labels, predictions):
      ...     error = kerax.metrics.MeanAbsoluteError()
      ...     error.update_state(labels, predictions["predictions"])
      ...     return {"mae": error}
      >>> model = kerax.estimators.BaselineRegressor(tempfile.mkdtemp())
      >>> model = kerax.estimators.add_metrics(model, more)
    """
    names, anything = argument_names(metric_fn)
    unknown = [name for name in names if name not in _ARGUMENTS]
    if unknown:
        raise ValueError(f"add_metrics(metric_fn=...) may take {', '.join(_ARGUMENTS)}; it takes {unknown[0]!r}.")

    def model_fn(features: Any, labels: Any, mode: str, config: Any) -> Any:
        spec = estimator._call_model_fn((features, labels), mode, config)
        if mode != ModeKeys.EVAL:
            return spec
        given = {"features": features, "labels": labels, "predictions": spec.predictions, "config": config}
        found = metric_fn(**{key: value for key, value in given.items() if anything or key in names})
        return spec.replace(eval_metric_ops={**spec.eval_metric_ops, **(found or {})})

    for flag in ("host_only", "same_variables"):
        setattr(model_fn, flag, getattr(estimator._model_fn, flag, False))
    if set(names) & {"features", "labels"} or anything:
        model_fn.host_only = False  # type: ignore[attr-defined]
    made = copy.copy(estimator)  # trained as it is: trees, duals and names in checkpoints are its own matter
    made._model_fn, made._programs, made._restored = model_fn, {}, {}
    made._check_model_fn(model_fn, None)
    return made
