"""Counts of right and wrong decisions, precision and recall."""

from __future__ import annotations

from typing import Any

import jax

from kerax.metrics.confusion import NEVER, Counts, Thresholds, count, parse_thresholds
from kerax.metrics.metric import Metric
from kerax.metrics.weights import divide_no_nan


class CountMetric(Metric):
    """Base of metrics that keep some of the four counts at thresholds; ``_kept`` names them in order."""

    _untracked = Metric._untracked | {"_limits"}
    _kept: tuple[str, ...] = ()
    top_k: int | None = None
    class_id: int | None = None

    def _keep(self, thresholds: list[float]) -> None:
        """Takes the thresholds and creates the variables."""
        self.thresholds, self._limits = thresholds, Thresholds(thresholds)
        for name in self._kept:
            setattr(self, name, self.add_variable((len(thresholds),), "zeros", name=name))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account.

        Args:
          y_true: labels 0 or 1, any shape.
          y_pred: probabilities, the same shape.
          sample_weight: weights that broadcast against the labels from the left, or None.
        """
        counts = self._count(y_true, y_pred, sample_weight)
        for name in self._kept:
            variable = getattr(self, name)
            variable.assign(variable.read() + getattr(counts, name))

    def _count(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Counts:
        return count(
            y_true, y_pred, self._limits, sample_weight, dtype=self._dtype, top_k=self.top_k, class_id=self.class_id
        )

    def _ratio(self, part: str, *others: str) -> jax.Array:
        """One count over the sum of it and others, 0 over 0 being 0."""
        value = getattr(self, part).read()
        return divide_no_nan(value, sum((getattr(self, other).read() for other in others), value))


class _OneCount(CountMetric):
    """One of the four counts, in a variable called "accumulator"."""

    _kept = ("accumulator",)
    _which = ""
    accumulator: Any

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None):
        super().__init__(dtype, name)
        self.init_thresholds = thresholds
        self._keep(parse_thresholds(self, thresholds))

    def _count(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
        return _Accumulator(getattr(super()._count(y_true, y_pred, sample_weight), self._which))

    def result(self) -> jax.Array:
        """The count: a scalar, or one for each threshold."""
        value = self.accumulator.read()
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class _Accumulator:
    __slots__ = ("accumulator",)

    def __init__(self, accumulator: jax.Array):
        self.accumulator = accumulator


class TruePositives(_OneCount):
    """The (weighted) number of positives found.

    Args:
      thresholds: number or list of numbers in [0, 1]; 0.5 by default. A prediction above counts as positive.
      name: "true_positives" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
      2.0
    """

    _which = "true_positives"


class FalsePositives(_OneCount):
    """The (weighted) number of negatives taken for positives.

    Args:
      thresholds: number or list of numbers in [0, 1]; 0.5 by default. A prediction above counts as positive.
      name: "false_positives" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
      2.0
    """

    _which = "false_positives"


class TrueNegatives(_OneCount):
    """The (weighted) number of negatives found.

    Args:
      thresholds: number or list of numbers in [0, 1]; 0.5 by default. A prediction above counts as positive.
      name: "true_negatives" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
      2.0
    """

    _which = "true_negatives"


class FalseNegatives(_OneCount):
    """The (weighted) number of positives missed.

    Args:
      thresholds: number or list of numbers in [0, 1]; 0.5 by default. A prediction above counts as positive.
      name: "false_negatives" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
      2.0
    """

    _which = "false_negatives"


class _Share(CountMetric):
    """True positives as a share of something."""

    _direction = "up"

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        self.init_thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        self._keep(parse_thresholds(self, thresholds, 0.5 if top_k is None else NEVER))

    def result(self) -> jax.Array:
        """The share: a scalar, or one for each threshold; 0 over 0 is 0."""
        value = self._ratio(*self._kept)
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **config}


class Precision(_Share):
    """The share of true positives among all that were taken for positives.

    Args:
      thresholds: number or list of numbers in [0, 1]; 0.5 by default. A prediction above counts as positive.
      top_k: only the ``k`` largest predictions of a sample count as positive.
      class_id: count only this class.
      name: "precision" by default.
      dtype: dtype name of the state.

    Raises:
      ValueError: for a threshold outside [0, 1].

    Example:
      >>> import kerax
      >>> float(kerax.metrics.Precision()([0, 1, 1, 1], [1, 0, 1, 0]))
      0.5
    """

    _kept = ("true_positives", "false_positives")


class Recall(_Share):
    """The share of true positives among all positives.

    Args:
      thresholds: number or list of numbers in [0, 1]; 0.5 by default. A prediction above counts as positive.
      top_k: only the ``k`` largest predictions of a sample count as positive.
      class_id: count only this class.
      name: "recall" by default.
      dtype: dtype name of the state.

    Raises:
      ValueError: for a threshold outside [0, 1].

    Example:
      >>> import kerax
      >>> float(kerax.metrics.Recall()([0, 1, 1, 1, 1], [1, 0, 1, 0, 1]))
      0.5
    """

    _kept = ("true_positives", "false_negatives")
