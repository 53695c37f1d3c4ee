"""Head: what turns logits into loss, predictions and metrics."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from kerax.errors import did_you_mean
from kerax.estimators.batches import argument_names
from kerax.estimators.heads.head_inputs import HeadInputs, check_weight_column, raw_inputs
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.spec import EstimatorSpec
from kerax.estimators.template import summarize
from kerax.estimators.text_of import LongIds, TextOf, to_host
from kerax.estimators.train_op import group, minimize
from kerax.metrics import Mean, Metric

_REDUCTIONS = ("sum_over_batch_size", "sum", "auto")
# TensorFlow 1 has these as well: the mean by weights, and by how many weights are not 0.
_OF_WEIGHTS = ("weighted_mean", "weighted_sum_by_nonzero_weights")
_LOSS_ARGUMENTS = ("labels", "logits", "features", "loss_reduction")


class Head(abc.ABC):
    """Base class of heads.

    A subclass says how many logits it needs (``logits_dimension``), converts labels (``_labels``), computes the loss
    of each element (``_element_loss``), predictions (``predictions``) and metrics (``metrics``, ``_update``).

    Args:
      weight_column: feature key, or numeric column, of the weights of examples.
      loss_reduction: ``"sum_over_batch_size"`` (or ``"auto"``) or ``"sum"``.
      loss_fn: ``(labels, logits[, features][, loss_reduction]) -> losses``, in place of the head's own.
      name: suffix of the names of its metrics.

    Raises:
      ValueError, TypeError: for arguments out of range.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> head = kerax.estimators.RegressionHead()
      >>> head.name, head.logits_dimension, float(head.loss(jnp.ones((2, 1)), jnp.zeros((2, 1))))
      (None, 1, 1.0)
    """

    def __init__(
        self,
        weight_column: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        loss_fn: Callable | None = None,
        name: str | None = None,
    ) -> None:
        kind = type(self).__name__
        check_weight_column(weight_column, kind)
        loss_reduction = getattr(loss_reduction, "value", loss_reduction)
        if loss_reduction not in (*_REDUCTIONS, *_OF_WEIGHTS):
            raise ValueError(f"{kind}(loss_reduction=...) is one of {_REDUCTIONS}, received {loss_reduction!r}.")
        if loss_fn is not None:
            names, anything = argument_names(loss_fn)
            unknown = [one for one in names if one not in _LOSS_ARGUMENTS]
            if unknown or not (anything or {"labels", "logits"} <= set(names)):
                raise ValueError(
                    f"{kind}(loss_fn=...) takes labels and logits, and may take features and loss_reduction; it "
                    f"takes {names}."
                )
        self._weight_column, self._reduction, self._loss_fn, self._name = weight_column, loss_reduction, loss_fn, name

    # ---- what subclasses say ----------------------------------------------------------------------------------------
    @property
    def name(self) -> str | None:
        """The name, a suffix of the names of its metrics."""
        return self._name

    @property
    @abc.abstractmethod
    def logits_dimension(self) -> int:
        """How many logits it needs for an example."""

    @property
    def loss_reduction(self) -> str:
        """How the losses of examples become one number."""
        return "sum_over_batch_size" if self._reduction == "auto" else self._reduction

    @property
    def reads_features(self) -> bool:
        """Whether it computes with features in the compiled step, weights aside."""
        return self._loss_fn is not None and "features" in argument_names(self._loss_fn)[0]

    def _labels(self, labels: Any) -> Any:
        """Labels on the host, checked, ``[batch, columns]``."""
        raise NotImplementedError

    def _traced_labels(self, labels: Any) -> Any:
        """The same for labels that the compiled step has computed."""
        labels = jnp.asarray(labels, jnp.float32)
        return labels[:, None] if labels.ndim == 1 else labels

    def _element_loss(self, labels: Any, logits: Any) -> Any:
        """The loss of each element, ``[batch, columns]``."""
        raise NotImplementedError

    @abc.abstractmethod
    def predictions(self, logits: Any, keys: Any = None) -> dict[Any, Any]:
        """What the model predicts.

        Args:
          logits: ``[batch, logits_dimension]``.
          keys: which predictions; all without it.

        Raises:
          ValueError: for a key that there is not.
        """

    @abc.abstractmethod
    def metrics(self, regularization_losses: Any = None) -> dict[str, Metric]:
        """New metrics, by name."""

    def _update(self, found: dict[str, Metric], labels: Any, logits: Any, weights: Any, losses: Any) -> None:
        """Lets metrics see a batch."""
        raise NotImplementedError

    def export_outputs(self, predictions: dict[str, Any]) -> dict[str, Any]:
        """Signature name -> `ExportOutput`."""
        raise NotImplementedError

    # ---- loss -------------------------------------------------------------------------------------------------------
    def prepared(self, features: Any, labels: Any) -> tuple[Any, Any]:
        """Labels and weights of a batch (weights None for all ones)."""
        kind = type(self).__name__
        layer = HeadInputs(self._labels, self._traced_labels, self._weight_column, kind)
        found = layer(raw_inputs(features, labels, self._weight_column, kind))
        return jnp.asarray(found["labels"]), found.get("weights")

    def _losses(self, features: Any, labels: Any, logits: Any) -> Any:
        if self._loss_fn is None:
            return self._element_loss(labels, logits)
        given = {"labels": labels, "logits": logits, "features": features, "loss_reduction": self.loss_reduction}
        names, anything = argument_names(self._loss_fn)
        found = self._loss_fn(**{key: value for key, value in given.items() if anything or key in names})
        found = jnp.asarray(found, jnp.float32)
        if found.ndim != 2 or found.shape[0] != logits.shape[0]:
            raise ValueError(
                f"{type(self).__name__}(loss_fn=...) returns a loss for every example, shape ({logits.shape[0]}, n); "
                f"it returned shape {tuple(found.shape)}."
            )
        return found

    def _reduced(self, losses: Any, weights: Any) -> Any:
        total = jnp.sum(losses if weights is None else losses * weights)
        if self.loss_reduction in _OF_WEIGHTS and weights is not None:
            of_each = jnp.broadcast_to(weights, losses.shape)
            whole = jnp.sum(of_each) if self.loss_reduction == "weighted_mean" else jnp.sum(of_each != 0)
            return jnp.where(whole == 0, 0.0, total / jnp.where(whole == 0, 1, whole))
        return total if self.loss_reduction == "sum" else total / losses.size

    def _check_logits(self, logits: Any) -> Any:
        logits = jnp.asarray(logits)
        if logits.ndim < 2 or logits.shape[-1] != self.logits_dimension:
            raise ValueError(
                f"{type(self).__name__} needs logits of shape (batch, {self.logits_dimension}), received "
                f"{tuple(logits.shape)}."
            )
        return logits.astype(jnp.float32)

    def _check_rows(self, labels: Any, weights: Any, logits: Any) -> None:
        for what, array in (("labels", labels), ("weights", weights)):
            if array is not None and array.shape[0] != logits.shape[0]:
                raise ValueError(
                    f"{type(self).__name__}: there are {array.shape[0]} {what} for {logits.shape[0]} examples."
                )

    def _check_weights(self, shape: tuple[int, ...], losses: tuple[int, ...]) -> None:
        fits = len(shape) == len(losses) and all(
            size in (1, wanted) for size, wanted in zip(shape, losses, strict=True)
        )
        if not fits:
            last = f", (batch, 1) or (batch, {losses[-1]})" if losses[-1] != 1 else " or (batch, 1)"
            raise ValueError(
                f"{type(self).__name__}: the weights have shape {shape}, the losses {losses}. Weights have the shape "
                f"(batch,){last}."
            )

    def loss(
        self, labels: Any, logits: Any, features: Any = None, mode: str | None = None, regularization_losses: Any = None
    ) -> Any:
        """The loss of a batch, one number.

        Args:
          labels: of the batch.
          logits: ``[batch, logits_dimension]``.
          features: dict that holds the weights.
          mode: a name of `ModeKeys`.
          regularization_losses: numbers to add.
        """
        return self._losses_of(labels, logits, features, regularization_losses)[0]

    def _losses_of(self, labels: Any, logits: Any, features: Any, regularization_losses: Any) -> tuple:
        """The loss, and labels, weights and the loss of each element."""
        logits = self._check_logits(logits)
        labels, weights = self.prepared(features, labels)
        self._check_rows(labels, weights, logits)
        losses = self._losses(features, labels, logits)
        if weights is not None:
            self._check_weights(tuple(weights.shape), tuple(losses.shape))
        loss = self._reduced(losses, weights)
        if regularization_losses:
            loss = loss + sum(regularization_losses)
        return loss, labels, weights, losses

    # ---- metrics ----------------------------------------------------------------------------------------------------
    def _key(self, key: str) -> str:
        return f"{key}/{self._name}" if self._name else key

    def update_metrics(
        self,
        eval_metrics: dict[str, Metric],
        features: Any,
        logits: Any,
        labels: Any,
        mode: str | None = None,
        regularization_losses: Any = None,
    ) -> dict[str, Metric]:
        """Lets metrics see a batch, and returns them.

        Args:
          eval_metrics: what ``metrics()`` returned.
          features, logits, labels, mode, regularization_losses: as for ``loss``.
        """
        _, labels, weights, losses = self._losses_of(labels, logits, features, None)
        self._update_all(eval_metrics, labels, self._check_logits(logits), weights, losses, regularization_losses)
        return eval_metrics

    def _update_all(
        self, found: dict[str, Metric], labels: Any, logits: Any, weights: Any, losses: Any, regularization: Any
    ) -> None:
        if regularization and self._key("regularization_loss") in found:
            found[self._key("regularization_loss")].update_state(sum(regularization))
        shaped = None if weights is None else jnp.broadcast_to(weights, losses.shape)
        found[self._key("average_loss")].update_state(losses, shaped)
        self._update(found, labels, logits, weights, losses)

    def _with_shared(self, metrics: Mapping[str, Metric], regularization_losses: Any) -> dict[str, Metric]:
        found: dict[str, Metric] = {self._key("average_loss"): Mean(name="average_loss")}
        if regularization_losses:
            found[self._key("regularization_loss")] = Mean(name="regularization_loss")
        return {**found, **{self._key(key): metric for key, metric in metrics.items()}}

    # ---- all of it --------------------------------------------------------------------------------------------------
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
        """Returns what a model function returns.

        Args:
          features: as the model function got them.
          mode: a name of `ModeKeys`.
          logits: ``[batch, logits_dimension]``.
          labels: of the batch; needed to train and evaluate.
          optimizer: what lowers the loss; to train, it or ``train_op_fn`` is needed.
          trainable_variables: what changes; all that is trainable without it.
          train_op_fn: function of the loss that returns the ``train_op``.
          update_ops: accepted as in TensorFlow.
          regularization_losses: numbers that are added to the loss.

        Raises:
          ValueError: for both or neither of ``optimizer`` and ``train_op_fn``, or missing labels.
        """
        logits = self._check_logits(logits)
        predictions = self.predictions(logits)
        if mode == ModeKeys.PREDICT:
            return EstimatorSpec(mode, predictions=predictions, export_outputs=self.export_outputs(predictions))
        loss, labels, weights, losses = self._losses_of(labels, logits, features, regularization_losses)
        if mode == ModeKeys.EVAL:
            metrics = self.metrics(regularization_losses)
            self._update_all(metrics, labels, logits, weights, losses, regularization_losses)
            return EstimatorSpec(mode, predictions=predictions, loss=loss, eval_metric_ops=metrics)
        operation = train_op(type(self).__name__, loss, optimizer, train_op_fn, trainable_variables)
        summarize("scalar", "loss", loss)
        if self._name:
            summarize("scalar", f"loss/{self._name}", loss)
        if regularization_losses:
            summarize("scalar", self._key("regularization_loss"), sum(regularization_losses))
        return EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=operation)


def train_op(head: str, loss: Any, optimizer: Any, train_op_fn: Any, trainable_variables: Any) -> Any:
    """The operation that lowers a loss.

    Raises:
      ValueError: for both or neither of optimizer and function.
    """
    if (optimizer is None) == (train_op_fn is None):
        raise ValueError(f"{head}.create_estimator_spec(): give exactly one of optimizer and train_op_fn to train.")
    if optimizer is not None:
        return minimize(optimizer, loss, trainable_variables)
    operation = train_op_fn(loss)
    return group(operation)


def pick(predictions: dict[Any, Any], keys: Any, head: str) -> dict[Any, Any]:
    """The predictions under some keys.

    Raises:
      ValueError: for a key that there is not.
    """
    if not any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(predictions)):
        predictions = {
            key: to_host(one) if isinstance(one, (LongIds, TextOf)) else one for key, one in predictions.items()
        }
    if keys is None:
        return predictions
    for key in keys:
        if key not in predictions:
            names = [str(one) for one in predictions]
            raise ValueError(f"{head} has no prediction {key!r}.{did_you_mean(str(key), names)} There are: {names}.")
    return {key: predictions[key] for key in keys}
