"""BinaryClassHead: two classes, one logit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.estimators.export_outputs import ClassificationOutput, PredictOutput, RegressionOutput
from kerax.estimators.heads.classes import all_classes, check_thresholds, check_vocabulary, class_names
from kerax.estimators.heads.head import Head, pick
from kerax.estimators.heads.head_inputs import check_range, check_width, dense, look_up
from kerax.estimators.text_of import LongIds, TextOf
from kerax.functional.crossentropy import binary_from_logits
from kerax.metrics import AUC, BinaryAccuracy, Mean, Metric, Precision, Recall


class AccuracyBaseline(Mean):
    """The accuracy of always predicting the more frequent of two classes.

    Example:
      >>> from kerax.estimators.heads.binary_class import AccuracyBaseline
      >>> float(AccuracyBaseline()([0.0, 0.0, 1.0, 0.0]))
      0.75
    """

    def result(self) -> jax.Array:
        """The larger of the mean and its complement."""
        mean = super().result()
        return jnp.maximum(mean, 1.0 - mean)


class BinaryClassHead(Head):
    """Sigmoid cross entropy of one logit, for two classes.

    Args:
      weight_column: feature key, or numeric column, of the weights of examples.
      thresholds: further thresholds, between 0 and 1, at which accuracy, precision and recall are given.
      label_vocabulary: the two labels, if they are text; without it labels are numbers from 0 to 1.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      loss_fn: ``(labels, logits[, features][, loss_reduction]) -> [batch, 1]``, in place of the cross entropy.
      name: suffix of the names of its metrics.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> head = kerax.estimators.BinaryClassHead()
      >>> head.predictions(jnp.zeros((1, 1)))["probabilities"].tolist()
      [[0.5, 0.5]]
    """

    def __init__(
        self,
        weight_column: Any = None,
        thresholds: Sequence[float] | None = None,
        label_vocabulary: Sequence[str] | None = None,
        loss_reduction: str = "sum_over_batch_size",
        loss_fn: Callable | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(weight_column, loss_reduction, loss_fn, name)
        self._thresholds = check_thresholds(thresholds, "BinaryClassHead")
        self._vocabulary = check_vocabulary(label_vocabulary, 2, "BinaryClassHead")

    @property
    def logits_dimension(self) -> int:
        return 1

    def _labels(self, labels: Any) -> Any:
        head = "BinaryClassHead"
        labels = look_up(dense(labels, head), self._vocabulary, head)
        check_width(labels, 1, head)
        labels = labels.astype(np.float32)
        check_range(labels, 0, 1, head, " Give n_classes=... if there are more than two classes.")
        return labels

    def _element_loss(self, labels: Any, logits: Any) -> Any:
        return binary_from_logits(labels, logits)

    def predictions(self, logits: Any, keys: Any = None) -> dict[str, Any]:
        logits = self._check_logits(logits)
        logistic = jax.nn.sigmoid(logits)
        two = jnp.concatenate([jnp.zeros_like(logits), logits], -1)
        ids = jnp.argmax(two, -1, keepdims=True).astype(jnp.int32)
        names = class_names(self._vocabulary, 2)
        numbers, texts = all_classes(logits.shape[0], names)
        found = {
            "logits": logits,
            "logistic": logistic,
            "probabilities": jax.nn.softmax(two),
            "class_ids": LongIds(ids),
            "classes": TextOf(ids, names),
            "all_class_ids": numbers,
            "all_classes": texts,
        }
        return pick(found, keys, "BinaryClassHead")

    def metrics(self, regularization_losses: Any = None) -> dict[str, Metric]:
        found: dict[str, Metric] = {
            "accuracy": BinaryAccuracy(name="accuracy"),
            "precision": Precision(name="precision"),
            "recall": Recall(name="recall"),
            "prediction/mean": Mean(name="prediction_mean"),
            "label/mean": Mean(name="label_mean"),
            "accuracy_baseline": AccuracyBaseline(name="accuracy_baseline"),
            "auc": AUC(name="auc"),
            "auc_precision_recall": AUC(curve="PR", name="auc_precision_recall"),
        }
        for one in self._thresholds:
            found[f"accuracy/positive_threshold_{one:g}"] = BinaryAccuracy(threshold=one, name="accuracy_at")
            found[f"precision/positive_threshold_{one:g}"] = Precision(thresholds=one, name="precision_at")
            found[f"recall/positive_threshold_{one:g}"] = Recall(thresholds=one, name="recall_at")
        return self._with_shared(found, regularization_losses)

    def _update(self, found: dict[str, Metric], labels: Any, logits: Any, weights: Any, losses: Any) -> None:
        logistic = jax.nn.sigmoid(logits)
        ids = (logits > 0).astype(jnp.float32)
        seen = {"accuracy": ids, "precision": ids, "recall": ids, "auc": logistic, "auc_precision_recall": logistic}
        for one in self._thresholds:
            for what in ("accuracy", "precision", "recall"):
                seen[f"{what}/positive_threshold_{one:g}"] = logistic
        for key, predictions in seen.items():
            found[self._key(key)].update_state(labels, predictions, weights)
        found[self._key("prediction/mean")].update_state(logistic, weights)
        for key in ("label/mean", "accuracy_baseline"):
            found[self._key(key)].update_state(labels, weights)

    def export_outputs(self, predictions: dict[str, Any]) -> dict[str, Any]:
        classes = ClassificationOutput(predictions["probabilities"], predictions["all_classes"])
        return {
            "serving_default": classes,
            "classification": classes,
            "regression": RegressionOutput(predictions["logistic"]),
            "predict": PredictOutput(predictions),
        }
