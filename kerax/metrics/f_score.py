"""F-scores: means of precision and recall."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.config import epsilon
from kerax.metrics.metric import Metric
from kerax.metrics.weights import to_array

_AVERAGES = (None, "micro", "macro", "weighted")
_ZERO = 1e-9  # scores up to this size are no prediction at all
_COUNTS = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")


class FBetaScore(Metric):
    """``(1 + beta^2) * precision * recall / (beta^2 * precision + recall)`` for each class, or averaged.

    Args:
      average: None (one number for each class), "micro" (all classes counted together), "macro" (mean over classes) or
        "weighted" (mean weighted by how often classes occur).
      beta: weight of recall against precision, above 0.
      threshold: a score above it counts as positive, in (0, 1]; None: the largest score of a sample does.
      name: "fbeta_score" by default.
      dtype: dtype name of the state.

    Raises:
      ValueError: for an argument out of range.

    Example:
      >>> import kerax
      >>> metric = kerax.metrics.FBetaScore(beta=2.0, threshold=0.5)
      >>> [round(float(score), 2) for score in metric([[1, 1], [1, 0], [1, 1]], [[0.2, 0.6], [0.2, 0.6], [0.6, 0.8]])]
      [0.38, 0.91]
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        kind = type(self).__name__
        if average not in _AVERAGES:
            raise ValueError(f"Argument average of {kind}() must be one of {list(_AVERAGES)}, received {average!r}.")
        if isinstance(beta, bool) or not isinstance(beta, (int, float)) or not beta > 0:
            raise ValueError(f"Argument beta of {kind}() must be a number above 0, received {beta!r}.")
        if threshold is not None and not (isinstance(threshold, (int, float)) and 0 < threshold <= 1):
            raise ValueError(f"Argument threshold of {kind}() must be in (0, 1] or None, received {threshold!r}.")
        self.average, self.beta, self.threshold = average, beta, threshold
        self.axis = None if average == "micro" else 0
        self._built = False

    def ensure_built(self, y_true: Any, y_pred: Any) -> None:
        """Creates the variables for predictions of this shape."""
        if self._built:
            return
        if len(y_pred.shape) != 2 or len(y_true.shape) != 2:
            raise ValueError(
                f"{type(self).__name__} needs labels and predictions of shape (batch, classes), received "
                f"{tuple(y_true.shape)} and "
                f"{tuple(y_pred.shape)}."
            )
        shape = () if self.average == "micro" else (int(y_pred.shape[-1]),)
        for name in _COUNTS:
            setattr(self, name, self.add_variable(shape, "zeros", name=name))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account.

        Args:
          y_true: labels 0 or 1, shape (batch, classes).
          y_pred: scores, shape (batch, classes).
          sample_weight: shape (batch,), or None.
        """
        y_true, y_pred = to_array(y_true, self._dtype), to_array(y_pred, self._dtype)
        self.ensure_built(y_true, y_pred)
        if self.threshold is None:
            taken = (y_pred >= jnp.max(y_pred, axis=-1, keepdims=True)) & (jnp.abs(y_pred) > _ZERO)
        else:
            taken = y_pred > self.threshold
        taken = taken.astype(self._dtype)
        weights = None if sample_weight is None else to_array(sample_weight, self._dtype)[:, None]
        for name, value in zip(_COUNTS, (taken * y_true, taken * (1 - y_true), (1 - taken) * y_true, y_true)):
            variable = getattr(self, name)
            weighted = value if weights is None else value * weights
            variable.assign(variable.read() + jnp.sum(weighted, axis=self.axis))

    def result(self) -> jax.Array:
        """The score: a scalar, or shape (classes,) without ``average``."""
        if not self._built:
            return jnp.zeros((), self._dtype)
        found, wrong, missed, support = (getattr(self, name).read() for name in _COUNTS)
        precision, recall = found / (found + wrong + epsilon()), found / (found + missed + epsilon())
        square = self.beta**2
        score = precision * recall / (square * precision + recall + epsilon()) * (1 + square)
        if self.average == "weighted":
            return jnp.sum(score * (support / (jnp.sum(support) + epsilon())))
        return score if self.average is None else jnp.mean(score)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {**super().get_config(), "average": self.average, "beta": self.beta, "threshold": self.threshold}


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall, for each class or averaged.

    Args:
      average: None, "micro", "macro" or "weighted", as in ``FBetaScore``.
      threshold: a score above it counts as positive, in (0, 1]; None: the largest score of a sample does.
      name: "f1_score" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> metric = kerax.metrics.F1Score(threshold=0.5)
      >>> metric([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]).round(1)
      Array([0.5, 0.8, 0.7], dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ):
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = super().get_config()
        del config["beta"]
        return config
