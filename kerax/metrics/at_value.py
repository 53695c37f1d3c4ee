"""The best of one rate where another one is good enough: sensitivity at specificity and the like."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.metrics.counts import CountMetric

_RATES = {
    "sensitivity": ("true_positives", "false_negatives"),
    "recall": ("true_positives", "false_negatives"),
    "specificity": ("true_negatives", "false_positives"),
    "precision": ("true_positives", "false_positives"),
}


class _BestAt(CountMetric):
    """The best of rate ``_sought`` over the thresholds at which rate ``_given`` reaches a value."""

    _direction = "up"
    _kept = ("true_positives", "false_positives", "true_negatives", "false_negatives")
    _given = ""
    _sought = ""

    def _start(self, value: float, num_thresholds: int, class_id: int | None) -> None:
        kind = type(self).__name__
        if not 0 <= value <= 1:
            raise ValueError(f"Argument {self._given} of {kind}() must be in [0, 1], received {value!r}.")
        if not num_thresholds > 0:
            raise ValueError(f"Argument num_thresholds of {kind}() must be positive, received {num_thresholds!r}.")
        self.value, self.num_thresholds, self.class_id = value, num_thresholds, class_id
        setattr(self, self._given, value)
        steps = num_thresholds - 1
        self._keep([0.5] if num_thresholds == 1 else [i / steps for i in range(steps)] + [1.0])

    def result(self) -> jax.Array:
        """The rate, a scalar; 0 if no threshold is good enough."""
        given, sought = self._ratio(*_RATES[self._given]), self._ratio(*_RATES[self._sought])
        return jnp.max(jnp.where(given >= self.value, sought, 0), initial=0)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = {"class_id": self.class_id, "num_thresholds": self.num_thresholds, self._given: self.value}
        return {**super().get_config(), **config}


class SensitivityAtSpecificity(_BestAt):
    """The best sensitivity, TP / (TP + FN), at thresholds where the specificity, TN / (TN + FP), reaches a value.

    Args:
      specificity: the value, in [0, 1].
      num_thresholds: number of evenly spaced thresholds.
      class_id: count only this class.
      name: "sensitivity_at_specificity" by default.
      dtype: dtype name of the state.

    Raises:
      ValueError: if the value is outside [0, 1].

    Example:
      >>> import kerax
      >>> float(kerax.metrics.SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
      0.5
    """

    _given, _sought = "specificity", "sensitivity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        self._start(specificity, num_thresholds, class_id)


class SpecificityAtSensitivity(_BestAt):
    """The best specificity, TN / (TN + FP), at thresholds where the sensitivity, TP / (TP + FN), reaches a value.

    Args:
      sensitivity: the value, in [0, 1].
      num_thresholds: number of evenly spaced thresholds.
      class_id: count only this class.
      name: "specificity_at_sensitivity" by default.
      dtype: dtype name of the state.

    Raises:
      ValueError: if the value is outside [0, 1].

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 3)
      0.667
    """

    _given, _sought = "sensitivity", "specificity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        self._start(sensitivity, num_thresholds, class_id)


class PrecisionAtRecall(_BestAt):
    """The best precision, TP / (TP + FP), at thresholds where the recall, TP / (TP + FN), reaches a value.

    Args:
      recall: the value, in [0, 1].
      num_thresholds: number of evenly spaced thresholds.
      class_id: count only this class.
      name: "precision_at_recall" by default.
      dtype: dtype name of the state.

    Raises:
      ValueError: if the value is outside [0, 1].

    Example:
      >>> import kerax
      >>> float(kerax.metrics.PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
      0.5
    """

    _given, _sought = "recall", "precision"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        self._start(recall, num_thresholds, class_id)


class RecallAtPrecision(_BestAt):
    """The best recall, TP / (TP + FN), at thresholds where the precision, TP / (TP + FP), reaches a value.

    Args:
      precision: the value, in [0, 1].
      num_thresholds: number of evenly spaced thresholds.
      class_id: count only this class.
      name: "recall_at_precision" by default.
      dtype: dtype name of the state.

    Raises:
      ValueError: if the value is outside [0, 1].

    Example:
      >>> import kerax
      >>> float(kerax.metrics.RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
      0.5
    """

    _given, _sought = "precision", "recall"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        self._start(precision, num_thresholds, class_id)
