"""EstimatorSpec: what a model function returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerax.estimators.metric_pair import MetricPair
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.train_op import TrainOp
from kerax.metrics import Metric


class EstimatorSpec:
    """Loss, predictions and how to train, for one mode.

    Args:
      mode: a name of `ModeKeys`.
      predictions: array or dict of arrays; needed to predict.
      loss: one number; needed to train and evaluate.
      train_op: what ``optimizer.minimize(loss)`` returns; needed to train.
      eval_metric_ops: dict of metrics that have seen the batch, or of pairs ``(value, update)``.
      export_outputs: signature name -> `ExportOutput`.
      training_chief_hooks, training_hooks, evaluation_hooks, prediction_hooks: hooks of the three modes.
      scaffold: accepted as in TensorFlow.

    Raises:
      ValueError: for a part that the mode needs and that is missing, or a loss that is not one number.
      TypeError: for a metric or hook of another type.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> spec = kerax.estimators.EstimatorSpec("infer", predictions={"y": jnp.zeros((2, 1))})
      >>> sorted(spec.predictions)
      ['y']
    """

    def __init__(
        self,
        mode: str,
        predictions: Any = None,
        loss: Any = None,
        train_op: Any = None,
        eval_metric_ops: Mapping[str, Any] | None = None,
        export_outputs: Mapping[str, Any] | None = None,
        training_chief_hooks: Any = None,
        training_hooks: Any = None,
        scaffold: Any = None,
        evaluation_hooks: Any = None,
        prediction_hooks: Any = None,
    ) -> None:
        if mode not in ModeKeys.ALL:
            raise ValueError(f"EstimatorSpec(mode=...) is one of {', '.join(ModeKeys.ALL)}, received {mode!r}.")
        _need(mode != ModeKeys.TRAIN or train_op is not None, mode, "train_op")
        _need(mode == ModeKeys.PREDICT or loss is not None, mode, "loss")
        _need(mode != ModeKeys.PREDICT or predictions is not None, mode, "predictions")
        self.mode, self.predictions, self.train_op = mode, predictions, train_op
        self.loss = None if loss is None else _scalar(loss)
        given = dict(eval_metric_ops or {})
        self.eval_metric_ops = {key: one.metric if isinstance(one, MetricPair) else one for key, one in given.items()}
        for name, metric in self.eval_metric_ops.items():
            if not isinstance(metric, Metric) and not (isinstance(metric, tuple) and len(metric) == 2):
                raise TypeError(
                    f"EstimatorSpec(eval_metric_ops=...): {name!r} is a metric or a pair (value, update), received "
                    f"{type(metric).__name__}."
                )
        if export_outputs is not None and len(export_outputs) > 1 and "serving_default" not in export_outputs:
            raise ValueError(
                f"EstimatorSpec(export_outputs=...) with several signatures needs one named 'serving_default', "
                f"received {sorted(export_outputs)}."
            )
        self.export_outputs = None if export_outputs is None else dict(export_outputs)
        self.training_chief_hooks = list(training_chief_hooks or ())
        self.training_hooks, self.scaffold = list(training_hooks or ()), scaffold
        self.evaluation_hooks, self.prediction_hooks = list(evaluation_hooks or ()), list(prediction_hooks or ())

    def replace(self, **changes: Any) -> EstimatorSpec:
        """A copy with other parts."""
        names = (
            "mode", "predictions", "loss", "train_op", "eval_metric_ops", "export_outputs", "training_chief_hooks",
            "training_hooks", "scaffold", "evaluation_hooks", "prediction_hooks",
        )  # fmt: skip
        return EstimatorSpec(**{**{name: getattr(self, name) for name in names}, **changes})

    _replace = replace


def _need(given: bool, mode: str, name: str) -> None:
    if not given:
        raise ValueError(f"EstimatorSpec for mode {mode!r} needs {name}.")


def _scalar(loss: Any) -> Any:
    if isinstance(loss, TrainOp):
        raise ValueError("EstimatorSpec(loss=...) received a train_op; the loss is a number.")
    shape = tuple(getattr(loss, "shape", ()))
    if shape not in ((), (1,)):
        raise ValueError(f"EstimatorSpec(loss=...) is one number, received shape {shape}. Take its mean or sum.")
    return loss.reshape(()) if shape else loss
