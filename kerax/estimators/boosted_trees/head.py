"""TreesBinaryHead: two classes, with the metrics of TensorFlow's boosted trees."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.estimators.heads import BinaryClassHead
from kerax.metrics import AUC, Metric

_EPSILON = 1e-6


class TrapezoidAreaPR(AUC):
    """The area under the curve of precision and recall, by trapezoids between the thresholds.

    TensorFlow's boosted trees report this area; its other estimators report the area of `AUC`, which interpolates
    true and false positives instead.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.estimators.boosted_trees.head import TrapezoidAreaPR
      >>> metric = TrapezoidAreaPR(curve="PR")
      >>> metric.update_state(jnp.array([0.0, 1.0]), jnp.array([0.2, 0.7]))
      >>> round(float(metric.result()), 4)
      1.0
    """

    def result(self) -> Any:
        hits, misses = self.true_positives.value, self.false_negatives.value
        alarms = self.false_positives.value
        precision = (hits + _EPSILON) / (hits + alarms + _EPSILON)
        recall = (hits + _EPSILON) / (hits + misses + _EPSILON)
        return jnp.sum((recall[:-1] - recall[1:]) * (precision[:-1] + precision[1:]) / 2)


class TreesBinaryHead(BinaryClassHead):
    """A head for two classes; ``auc_precision_recall`` is `TrapezoidAreaPR`.

    Args:
      **kwargs: of `BinaryClassHead`.

    Example:
      >>> from kerax.estimators.boosted_trees.head import TreesBinaryHead
      >>> TreesBinaryHead().logits_dimension
      1
    """

    def metrics(self, regularization_losses: Any = None) -> dict[str, Metric]:
        found = super().metrics(regularization_losses)
        found[self._key("auc_precision_recall")] = TrapezoidAreaPR(curve="PR", name="auc_precision_recall")
        return found
