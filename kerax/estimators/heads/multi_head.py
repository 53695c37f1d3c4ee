"""MultiHead: several heads over one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp

from kerax.errors import did_you_mean
from kerax.estimators.export_outputs import PredictOutput
from kerax.estimators.heads.head import Head, train_op
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.spec import EstimatorSpec
from kerax.estimators.template import note_heads, summarize
from kerax.metrics import Mean, Metric

_HEAD = "MultiHead"


class MultiHead(Head):
    """Several heads with names; the loss is the sum of theirs, multiplied by weights.

    Labels are a dict from the name of a head to its labels. The logits are split in the order of the heads, or a dict.

    Args:
      heads: the heads.
      head_weights: a number for each head.

    Raises:
      ValueError: for heads without names, names that occur twice, or another number of weights.

    Example:
      >>> import kerax
      >>> E = kerax.estimators
      >>> head = E.MultiHead([E.RegressionHead(name="size"), E.BinaryClassHead(name="sold")])
      >>> head.name, head.logits_dimension
      ('size_sold', 2)
    """

    def __init__(self, heads: Sequence[Head], head_weights: Sequence[float] | None = None) -> None:
        self._heads = list(heads or ())
        if not self._heads:
            raise ValueError(f"{_HEAD}(heads=...) is empty.")
        names = [head.name for head in self._heads]
        if not all(names):
            raise ValueError(f"{_HEAD}(heads=...) need names: give each head name=...; received {names}.")
        if len(set(names)) < len(names):
            raise ValueError(f"{_HEAD}(heads=...) have names that occur twice: {names}.")
        if head_weights is not None and len(head_weights) != len(self._heads):
            raise ValueError(f"{_HEAD}: there are {len(head_weights)} head_weights for {len(self._heads)} heads.")
        self._head_weights = None if head_weights is None else [float(weight) for weight in head_weights]
        super().__init__(name="_".join(str(name) for name in names))

    @property
    def logits_dimension(self) -> int:
        return sum(head.logits_dimension for head in self._heads)

    @property
    def reads_features(self) -> bool:
        return any(head.reads_features for head in self._heads)

    def _split(self, logits: Any) -> list[Any]:
        if isinstance(logits, dict):
            for head in self._heads:
                if head.name not in logits:
                    guess = did_you_mean(head.name, logits)
                    raise ValueError(f"{_HEAD}: there are no logits for head {head.name!r}.{guess}")
            return [logits[head.name] for head in self._heads]
        logits, parts, start = self._check_logits(logits), [], 0
        for head in self._heads:
            parts.append(logits[..., start : start + head.logits_dimension])
            start += head.logits_dimension
        return parts

    def _labels_for(self, labels: Any, head: Head) -> Any:
        if labels is None:
            raise ValueError(f"{_HEAD} needs labels to train and evaluate. Let the input_fn return (features, labels).")
        if not isinstance(labels, dict):
            raise ValueError(f"{_HEAD} needs a dict of labels, head name -> labels; received {type(labels).__name__}.")
        if head.name not in labels:
            raise ValueError(
                f"{_HEAD}: there are no labels for head {head.name!r}, but for {sorted(labels)}."
                f"{did_you_mean(head.name, labels)}"
            )
        return labels[head.name]

    def _all(self, labels: Any, logits: Any, features: Any) -> tuple[Any, list[tuple]]:
        found = []
        for head, part in zip(self._heads, self._split(logits)):
            found.append(head._losses_of(self._labels_for(labels, head), part, features, None))
        weights = self._head_weights or [1.0] * len(self._heads)
        return sum(weight * one[0] for weight, one in zip(weights, found)), found

    def loss(
        self, labels: Any, logits: Any, features: Any = None, mode: str | None = None, regularization_losses: Any = None
    ) -> Any:
        total, _ = self._all(labels, logits, features)
        return total + sum(regularization_losses) if regularization_losses else total

    def predictions(self, logits: Any, keys: Any = None) -> dict[Any, Any]:
        found = {}
        for head, part in zip(self._heads, self._split(logits)):
            own = head.predictions(part)
            found.update({(head.name, key): value for key, value in own.items()})
        if keys is None:
            return found
        for key in keys:
            if key not in found:
                raise ValueError(f"{_HEAD} has no prediction {key!r}. There are: {list(found)}.")
        return {key: found[key] for key in keys}

    def metrics(self, regularization_losses: Any = None) -> dict[str, Metric]:
        found: dict[str, Metric] = {}
        if regularization_losses:
            found["regularization_loss"] = Mean(name="regularization_loss")
        for head in self._heads:
            found[f"loss/{head.name}"] = Mean(name="head_loss")
            found.update(head.metrics())
        return found

    def update_metrics(
        self,
        eval_metrics: dict[str, Metric],
        features: Any,
        logits: Any,
        labels: Any,
        mode: str | None = None,
        regularization_losses: Any = None,
    ) -> dict[str, Metric]:
        _, found = self._all(labels, logits, features)
        return self._updated(eval_metrics, logits, found, regularization_losses)

    def _updated(self, metrics: dict[str, Metric], logits: Any, found: list[tuple], regularization: Any) -> Any:
        if regularization:
            metrics["regularization_loss"].update_state(sum(regularization))
        for head, part, (loss, labels, weights, losses) in zip(self._heads, self._split(logits), found):
            metrics[f"loss/{head.name}"].update_state(loss)
            head._update_all(metrics, labels, head._check_logits(part), weights, losses, None)
        return metrics

    def export_outputs(self, predictions: dict[Any, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for head in self._heads:
            own = {key: value for (name, key), value in predictions.items() if name == head.name}
            for key, output in head.export_outputs(own).items():
                found[head.name if key == "serving_default" else f"{head.name}/{key}"] = output  # type: ignore[index]
        first = found[str(self._heads[0].name)]
        return {"serving_default": first, "predict": PredictOutput(predictions), **found}

    def create_estimator_spec(
        self,
        features: Any,
        mode: str,
        logits: Any,
        labels: Any = None,
        optimizer: Any = None,
        trainable_variables: Any = None,
        train_op_fn: Callable | None = None,
        update_ops: Any = None,
        regularization_losses: Any = None,
    ) -> EstimatorSpec:
        note_heads(len(self._heads))
        predictions = self.predictions(logits)
        if mode == ModeKeys.PREDICT:
            return EstimatorSpec(mode, predictions=predictions, export_outputs=self.export_outputs(predictions))
        loss, found = self._all(labels, logits, features)
        if regularization_losses:
            loss = loss + sum(regularization_losses)
        if mode == ModeKeys.EVAL:
            metrics = self._updated(self.metrics(regularization_losses), logits, found, regularization_losses)
            return EstimatorSpec(mode, predictions=predictions, loss=loss, eval_metric_ops=metrics)
        operation = train_op(_HEAD, loss, optimizer, train_op_fn, trainable_variables)
        summarize("scalar", "loss", loss)
        for head, (own, *_) in zip(self._heads, found):
            summarize("scalar", f"loss/{head.name}", jnp.asarray(own))
        if regularization_losses:
            summarize("scalar", "regularization_loss", sum(regularization_losses))
        return EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=operation)
