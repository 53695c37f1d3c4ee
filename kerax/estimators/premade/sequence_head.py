"""SequenceHead: a head applied to every step of sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.estimators.heads import Head
from kerax.estimators.heads.head import train_op
from kerax.estimators.heads.head_inputs import HeadInputs, raw_inputs
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.spec import EstimatorSpec
from kerax.estimators.template import summarize
from kerax.metrics import Metric


class SequenceHead(Head):
    """A head for sequences: each step that there is counts as an example of its own.

    Args:
      head: for single examples.
      mask_key: name of the prediction that says which steps there are.

    Attributes:
      mask: ``bool [batch, steps]``, set by the model while it is traced.

    Example:
      >>> import kerax
      >>> from kerax.estimators.premade.sequence_head import SequenceHead
      >>> SequenceHead(kerax.estimators.MultiClassHead(3)).logits_dimension
      3
    """

    def __init__(self, head: Head, mask_key: str = "sequence_mask") -> None:
        if not isinstance(head, Head):
            raise ValueError(f"SequenceHead(head=...) is a Head, received {type(head).__name__}.")
        super().__init__(head._weight_column, head._reduction, None, head.name)
        self.head, self.mask_key = head, mask_key
        self.mask: Any = None

    @property
    def logits_dimension(self) -> int:
        return self.head.logits_dimension

    def _labels(self, labels: Any) -> Any:
        array = np.asarray(labels)
        flat = np.asarray(self.head._labels(array.reshape(-1)))
        return flat.reshape(*array.shape[:2], -1)

    def _traced_labels(self, labels: Any) -> Any:
        shape = labels.shape[:2]
        return jnp.asarray(self.head._traced_labels(jnp.reshape(jnp.asarray(labels), -1))).reshape(*shape, -1)

    def predictions(self, logits: Any, keys: Any = None) -> dict[Any, Any]:
        """What the head predicts for every step, ``[batch, steps, ...]``, and the mask."""
        batch, steps = logits.shape[:2]
        flat = self.head.predictions(logits.reshape(batch * steps, -1), keys)

        def by_step(leaf: Any) -> Any:
            return leaf.reshape(batch, steps, *leaf.shape[1:])

        found = {key: jax.tree.map(by_step, value) for key, value in flat.items()}
        listed = [key for key in found if str(key).startswith("all_class")]  # once an example, as in TensorFlow
        if listed:
            found.update(self.head.predictions(logits[:, 0], listed))
        return {**found, self.mask_key: self.mask}

    def metrics(self, regularization_losses: Any = None) -> dict[str, Metric]:
        """Those of the head."""
        return self.head.metrics(regularization_losses)

    def _flat(self, features: Any, labels: Any, logits: Any) -> tuple[Any, Any, Any, Any]:
        """Labels, logits, weights and losses of all steps; steps that there are not weigh nothing."""
        kind, batch, steps = type(self).__name__, *logits.shape[:2]
        layer = HeadInputs(self._labels, self._traced_labels, self._weight_column, kind)
        found = layer(raw_inputs(features, labels, self._weight_column, kind))
        labels = jnp.asarray(found["labels"])
        if labels.shape[:2] != (batch, steps):
            raise ValueError(
                f"{kind}: with return_sequences=True labels have shape (batch, steps) = {(batch, steps)}, received "
                f"{tuple(labels.shape[:2])}."
            )
        labels, logits = labels.reshape(batch * steps, -1), logits.reshape(batch * steps, -1)
        weights = self.mask.astype(jnp.float32)
        if "weights" in found:
            weights = weights * found["weights"].reshape(batch, -1)
        return labels, logits, weights.reshape(-1, 1), self.head._losses(features, labels, logits)

    def _mean(self, losses: Any, weights: Any) -> Any:
        total = jnp.sum(losses * weights)
        count = jnp.sum(self.mask) * losses.shape[-1]
        return total if self.loss_reduction == "sum" else total / jnp.maximum(count, 1)

    def loss(
        self, labels: Any, logits: Any, features: Any = None, mode: str | None = None, regularization_losses: Any = None
    ) -> Any:
        """The mean loss of the steps that there are."""
        *_, weights, losses = self._flat(features, labels, logits)
        return self._mean(losses, weights)

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
        """Returns what a model function returns."""
        logits = jnp.asarray(logits, jnp.float32)
        predictions = self.predictions(logits)
        if mode == ModeKeys.PREDICT:
            return EstimatorSpec(mode, predictions=predictions)
        labels, flat, weights, losses = self._flat(features, labels, logits)
        loss = self._mean(losses, weights)
        if mode == ModeKeys.EVAL:
            metrics = self.metrics()
            self.head._update_all(metrics, labels, flat, weights, losses, None)
            return EstimatorSpec(mode, predictions=predictions, loss=loss, eval_metric_ops=metrics)
        summarize("scalar", "loss", loss)
        operation = train_op(type(self).__name__, loss, optimizer, train_op_fn, trainable_variables)
        return EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=operation)
