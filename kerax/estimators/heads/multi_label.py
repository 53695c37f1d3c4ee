"""MultiLabelHead: classes of which any number may be right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.estimators.export_outputs import ClassificationOutput, PredictOutput
from kerax.estimators.heads.classes import all_classes, check_classes, check_thresholds, check_vocabulary, class_names
from kerax.estimators.heads.head import Head, pick
from kerax.estimators.heads.head_inputs import check_range, check_width, is_text, look_up
from kerax.feature_column.inputs import FeatureInputs
from kerax.functional.crossentropy import binary_from_logits
from kerax.metrics import AUC, BinaryAccuracy, Mean, Metric, Precision, Recall

_HEAD = "MultiLabelHead"


class MultiLabelHead(Head):
    """Sigmoid cross entropy of a logit for each class, for classes that do not exclude each other.

    Args:
      n_classes: number of classes.
      weight_column: feature key, or numeric column, of the weights of examples.
      thresholds: further thresholds, between 0 and 1, at which accuracy, precision and recall are given.
      label_vocabulary: the labels, if they are text.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      loss_fn: ``(labels, logits[, features][, loss_reduction]) -> [batch, 1]``, in place of the cross entropy.
      classes_for_class_based_metrics: classes, by number or label, with metrics of their own.
      name: suffix of the names of its metrics.

    Labels are zeros and ones ``[batch, n_classes]``, or sparse (or ragged) ids or texts.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> head = kerax.estimators.MultiLabelHead(2)
      >>> head.predictions(jnp.zeros((1, 2)))["probabilities"].tolist()
      [[0.5, 0.5]]
    """

    def __init__(
        self,
        n_classes: int,
        weight_column: Any = None,
        thresholds: Sequence[float] | None = None,
        label_vocabulary: Sequence[str] | None = None,
        loss_reduction: str = "sum_over_batch_size",
        loss_fn: Callable | None = None,
        classes_for_class_based_metrics: Sequence[Any] | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        self._n_classes = check_classes(n_classes, 2, _HEAD)
        self._thresholds = check_thresholds(thresholds, _HEAD)
        self._vocabulary = check_vocabulary(label_vocabulary, self._n_classes, _HEAD)
        self._own = [self._class_number(one) for one in classes_for_class_based_metrics or ()]

    def _class_number(self, given: Any) -> int:
        if isinstance(given, str):
            if self._vocabulary is None or given not in self._vocabulary:
                raise ValueError(f"{_HEAD}(classes_for_class_based_metrics=...): {given!r} is not in label_vocabulary.")
            return self._vocabulary.index(given)
        if not 0 <= given < self._n_classes:
            raise ValueError(
                f"{_HEAD}(classes_for_class_based_metrics=...) are from 0 to {self._n_classes - 1}, received {given!r}."
            )
        return int(given)

    @property
    def logits_dimension(self) -> int:
        return self._n_classes

    def _labels(self, labels: Any) -> Any:
        if isinstance(labels, RaggedTensor):
            labels = FeatureInputs({"labels": labels}).everything("labels")
        if isinstance(labels, SparseTensor):
            values = np.asarray(labels.values)
            ids = look_up(values, self._vocabulary, _HEAD) if is_text(values) or self._vocabulary else values
            check_range(ids, 0, self._n_classes - 1, _HEAD, f" n_classes is {self._n_classes}.")
            found = np.zeros((int(labels.dense_shape[0]), self._n_classes), np.float32)
            found[np.asarray(labels.indices)[:, 0], ids.astype(np.int64)] = 1
            return found
        if isinstance(labels, dict):
            raise ValueError(f"{_HEAD} needs one array of labels, received a dict with the keys {sorted(labels)}.")
        array = np.asarray(labels)
        if is_text(array):
            raise ValueError(f"{_HEAD}: labels that are text have to be sparse or ragged, received an array of text.")
        check_width(array, self._n_classes, _HEAD)
        check_range(array, 0, 1, _HEAD, " Dense labels are zeros and ones; give ids as a SparseTensor.")
        return array.astype(np.float32)

    def _element_loss(self, labels: Any, logits: Any) -> Any:
        return jnp.mean(binary_from_logits(labels, logits), -1, keepdims=True)

    def predictions(self, logits: Any, keys: Any = None) -> dict[str, Any]:
        logits = self._check_logits(logits)
        _, texts = all_classes(logits.shape[0], class_names(self._vocabulary, self._n_classes))
        found = {"logits": logits, "probabilities": jax.nn.sigmoid(logits), "classes": texts}
        return pick(found, keys, _HEAD)

    def _class_key(self, what: str, number: int) -> str:
        return f"{what}/{self._vocabulary[number]}" if self._vocabulary else f"{what}/class{number}"

    def metrics(self, regularization_losses: Any = None) -> dict[str, Metric]:
        found: dict[str, Metric] = {
            "auc": AUC(name="auc"),
            "auc_precision_recall": AUC(curve="PR", name="auc_precision_recall"),
        }
        for one in self._thresholds:
            found[f"accuracy/positive_threshold_{one:g}"] = BinaryAccuracy(threshold=one, name="accuracy_at")
            found[f"precision/positive_threshold_{one:g}"] = Precision(thresholds=one, name="precision_at")
            found[f"recall/positive_threshold_{one:g}"] = Recall(thresholds=one, name="recall_at")
        for number in self._own:
            found[self._class_key("probability_mean", number)] = Mean(name="probability_mean")
            found[self._class_key("auc", number)] = AUC(name="class_auc")
            found[self._class_key("auc_precision_recall", number)] = AUC(curve="PR", name="class_auc_pr")
        return self._with_shared(found, regularization_losses)

    def _update(self, found: dict[str, Metric], labels: Any, logits: Any, weights: Any, losses: Any) -> None:
        probabilities = jax.nn.sigmoid(logits)
        spread = None if weights is None else jnp.broadcast_to(weights, labels.shape)
        keys = ["auc", "auc_precision_recall"]
        for one in self._thresholds:
            keys += [f"{what}/positive_threshold_{one:g}" for what in ("precision", "recall")]
            # of each class, as every label counts for itself
            accuracy = found[self._key(f"accuracy/positive_threshold_{one:g}")]
            flat = None if spread is None else spread.reshape(-1, 1)
            accuracy.update_state(labels.reshape(-1, 1), probabilities.reshape(-1, 1), flat)
        for key in keys:
            found[self._key(key)].update_state(labels, probabilities, spread)
        for number in self._own:
            column, own = probabilities[:, number : number + 1], labels[:, number : number + 1]
            found[self._key(self._class_key("probability_mean", number))].update_state(column, weights)
            for what in ("auc", "auc_precision_recall"):
                found[self._key(self._class_key(what, number))].update_state(own, column, weights)

    def export_outputs(self, predictions: dict[str, Any]) -> dict[str, Any]:
        classes = ClassificationOutput(predictions["probabilities"], predictions["classes"])
        return {"serving_default": classes, "classification": classes, "predict": PredictOutput(predictions)}
