"""MultiClassHead: one of several classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.estimators.export_outputs import ClassificationOutput, PredictOutput
from kerax.estimators.heads.classes import all_classes, check_classes, check_vocabulary, class_names
from kerax.estimators.heads.head import Head, pick
from kerax.estimators.heads.head_inputs import check_range, check_width, dense, look_up
from kerax.estimators.text_of import LongIds, TextOf
from kerax.functional.crossentropy import sparse_from_logits
from kerax.metrics import Metric, SparseCategoricalAccuracy


class MultiClassHead(Head):
    """Softmax cross entropy, for three or more classes of which one is right.

    Args:
      n_classes: number of classes.
      weight_column: feature key, or numeric column, of the weights of examples.
      label_vocabulary: the labels, if they are text; without it they are whole numbers from 0.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      loss_fn: ``(labels, logits[, features][, loss_reduction]) -> [batch, 1]``, in place of the cross entropy.
      name: suffix of the names of its metrics.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> head = kerax.estimators.MultiClassHead(3)
      >>> sorted(head.predictions(jnp.zeros((1, 3))))[:3]
      ['all_class_ids', 'all_classes', 'class_ids']
    """

    def __init__(
        self,
        n_classes: int,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        loss_reduction: str = "sum_over_batch_size",
        loss_fn: Callable | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        self._n_classes = check_classes(n_classes, 3, "MultiClassHead")
        self._vocabulary = check_vocabulary(label_vocabulary, self._n_classes, "MultiClassHead")

    @property
    def logits_dimension(self) -> int:
        return self._n_classes

    def _labels(self, labels: Any) -> Any:
        head = "MultiClassHead"
        labels = look_up(dense(labels, head), self._vocabulary, head)
        check_width(labels, 1, head)
        if labels.dtype.kind not in "iub":
            raise ValueError(f"{head} expects whole numbers as labels, received {labels.dtype.name}.")
        hint = f" n_classes is {self._n_classes}: give the number of all classes, and count labels from 0."
        check_range(labels, 0, self._n_classes - 1, head, hint)
        return labels.astype(np.int32)

    def _traced_labels(self, labels: Any) -> Any:
        labels = jnp.asarray(labels)
        if not jnp.issubdtype(labels.dtype, jnp.integer):
            raise ValueError(f"MultiClassHead expects whole numbers as labels, received {labels.dtype}.")
        return labels[:, None] if labels.ndim == 1 else labels

    def _element_loss(self, labels: Any, logits: Any) -> Any:
        return sparse_from_logits(labels[:, 0], logits)[:, None]

    def predictions(self, logits: Any, keys: Any = None) -> dict[str, Any]:
        logits = self._check_logits(logits)
        ids = jnp.argmax(logits, -1, keepdims=True).astype(jnp.int32)
        names = class_names(self._vocabulary, self._n_classes)
        numbers, texts = all_classes(logits.shape[0], names)
        found = {
            "logits": logits,
            "probabilities": jax.nn.softmax(logits),
            "class_ids": LongIds(ids),
            "classes": TextOf(ids, names),
            "all_class_ids": numbers,
            "all_classes": texts,
        }
        return pick(found, keys, "MultiClassHead")

    def metrics(self, regularization_losses: Any = None) -> dict[str, Metric]:
        return self._with_shared({"accuracy": SparseCategoricalAccuracy(name="accuracy")}, regularization_losses)

    def _update(self, found: dict[str, Metric], labels: Any, logits: Any, weights: Any, losses: Any) -> None:
        found[self._key("accuracy")].update_state(labels, logits, weights)

    def export_outputs(self, predictions: dict[str, Any]) -> dict[str, Any]:
        classes = ClassificationOutput(predictions["probabilities"], predictions["all_classes"])
        return {"serving_default": classes, "classification": classes, "predict": PredictOutput(predictions)}
