"""Heads for numbers: regression, logistic regression, Poisson regression."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.estimators.export_outputs import PredictOutput, RegressionOutput
from kerax.estimators.heads.head import Head, pick
from kerax.estimators.heads.head_inputs import check_range, check_width, dense, is_text
from kerax.feature_column.inputs import shown
from kerax.functional.crossentropy import binary_from_logits
from kerax.metrics import Mean, Metric


class RegressionHead(Head):
    """Squared error.

    Args:
      label_dimension: numbers in a label.
      weight_column: feature key, or numeric column, of the weights of examples.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      loss_fn: ``(labels, logits[, features][, loss_reduction]) -> [batch, label_dimension]``, in place of it.
      inverse_link_fn: function of the logits that gives the predictions.
      name: suffix of the names of its metrics.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> head = kerax.estimators.RegressionHead(inverse_link_fn=jnp.exp)
      >>> head.predictions(jnp.zeros((1, 1)))["predictions"].tolist()
      [[1.0]]
    """

    def __init__(
        self,
        label_dimension: int = 1,
        weight_column: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        loss_fn: Callable | None = None,
        inverse_link_fn: Callable | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        if label_dimension < 1:
            raise ValueError(f"{type(self).__name__}(label_dimension=...) is at least 1, received {label_dimension!r}.")
        self._label_dimension, self._inverse_link_fn = int(label_dimension), inverse_link_fn

    @property
    def logits_dimension(self) -> int:
        return self._label_dimension

    def _labels(self, labels: Any) -> Any:
        head = type(self).__name__
        labels = dense(labels, head)
        if is_text(labels):
            raise ValueError(f"{head} expects numbers as labels, received {shown(labels)}.")
        check_width(labels, self._label_dimension, head)
        return labels.astype(np.float32)

    def _element_loss(self, labels: Any, logits: Any) -> Any:
        return jnp.square(self._linked(logits) - labels)

    def _linked(self, logits: Any) -> Any:
        return logits if self._inverse_link_fn is None else jnp.asarray(self._inverse_link_fn(logits))

    def predictions(self, logits: Any, keys: Any = None) -> dict[str, Any]:
        logits = self._check_logits(logits)
        found = {"predictions": self._linked(logits)}
        if self._inverse_link_fn is not None:
            found["logits"] = logits
        return pick(found, keys, type(self).__name__)

    def metrics(self, regularization_losses: Any = None) -> dict[str, Metric]:
        found = {"prediction/mean": Mean(name="prediction_mean"), "label/mean": Mean(name="label_mean")}
        return self._with_shared(found, regularization_losses)

    def _update(self, found: dict[str, Metric], labels: Any, logits: Any, weights: Any, losses: Any) -> None:
        spread = None if weights is None else jnp.broadcast_to(weights, labels.shape)
        found[self._key("prediction/mean")].update_state(self._linked(logits), spread)
        found[self._key("label/mean")].update_state(labels, spread)

    def export_outputs(self, predictions: dict[str, Any]) -> dict[str, Any]:
        numbers = RegressionOutput(predictions["predictions"])
        return {"serving_default": numbers, "regression": numbers, "predict": PredictOutput(predictions)}


class LogisticRegressionHead(RegressionHead):
    """Sigmoid cross entropy of labels from 0 to 1, with the metrics of a regression.

    Args:
      weight_column: feature key, or numeric column, of the weights of examples.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      name: suffix of the names of its metrics.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> head = kerax.estimators.LogisticRegressionHead()
      >>> head.predictions(jnp.zeros((1, 1)))["predictions"].tolist()
      [[0.5]]
    """

    def __init__(
        self, weight_column: Any = None, loss_reduction: str = "sum_over_batch_size", name: str | None = None
    ) -> None:
        super().__init__(1, weight_column, loss_reduction, None, jax.nn.sigmoid, name)

    def _labels(self, labels: Any) -> Any:
        labels = super()._labels(labels)
        check_range(labels, 0, 1, "LogisticRegressionHead")
        return labels

    def _element_loss(self, labels: Any, logits: Any) -> Any:
        return binary_from_logits(labels, logits)


class PoissonRegressionHead(RegressionHead):
    """The negative logarithm of a Poisson likelihood; the logits are logarithms of the rate.

    Args:
      label_dimension: numbers in a label.
      weight_column: feature key, or numeric column, of the weights of examples.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      compute_full_loss: whether to add Stirling's approximation of the logarithm of the label's factorial.
      name: suffix of the names of its metrics.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> head = kerax.estimators.PoissonRegressionHead()
      >>> head.predictions(jnp.zeros((1, 1)))["predictions"].tolist()
      [[1.0]]
    """

    def __init__(
        self,
        label_dimension: int = 1,
        weight_column: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        compute_full_loss: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(label_dimension, weight_column, loss_reduction, None, jnp.exp, name)
        self._compute_full_loss = bool(compute_full_loss)

    def _element_loss(self, labels: Any, logits: Any) -> Any:
        loss = jnp.exp(logits) - logits * labels
        if not self._compute_full_loss:
            return loss
        safe = jnp.where(labels > 1, labels, 2.0)  # no NaN in the branch that is not taken
        stirling = safe * jnp.log(safe) - safe + 0.5 * jnp.log(2 * math.pi * safe)
        return loss + jnp.where(labels > 1, stirling, 0.0)
