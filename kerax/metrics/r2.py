"""R2Score: how much of the variance predictions explain."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.metrics.metric import Metric
from kerax.metrics.weights import match_ranks, to_array

_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """The coefficient of determination, ``1 - residual sum of squares / total sum of squares``.

    Args:
      class_aggregation: "uniform_average" (mean over outputs), "variance_weighted_average", or None (one number an
        output).
      num_regressors: number of inputs of the model, for the adjusted score; 0 for the plain one.
      name: "r2_score" by default.
      dtype: dtype name of the state.

    Raises:
      ValueError: for an argument out of range.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
      0.5714
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ):
        super().__init__(dtype, name)
        if class_aggregation not in _AGGREGATIONS:
            raise ValueError(
                f"Argument class_aggregation of R2Score() must be one of {list(_AGGREGATIONS)}, received "
                f"{class_aggregation!r}."
            )
        if not num_regressors >= 0:
            raise ValueError(f"Argument num_regressors of R2Score() must not be negative, received {num_regressors!r}.")
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._built = False

    def ensure_built(self, y_true: Any, y_pred: Any) -> None:
        """Creates the variables for predictions of this shape."""
        if self._built:
            return
        if len(y_pred.shape) != 2 or len(y_true.shape) != 2:
            raise ValueError(
                f"R2Score needs labels and predictions of shape (batch, outputs), received {tuple(y_true.shape)} and "
                f"{tuple(y_pred.shape)}."
            )
        shape = (int(y_pred.shape[-1]),)
        self.squared_sum = self.add_variable(shape, "zeros", name="squared_sum")
        self.sum = self.add_variable(shape, "zeros", name="sum")
        self.total_mse = self.add_variable(shape, "zeros", name="residual")
        self.count = self.add_variable(shape, "zeros", name="count")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account.

        Args:
          y_true: numbers, shape (batch, outputs).
          y_pred: numbers, shape (batch, outputs).
          sample_weight: shape (batch,) or (batch, outputs), or None.
        """
        y_true, y_pred = match_ranks(to_array(y_true, self._dtype), to_array(y_pred, self._dtype))
        self.ensure_built(y_true, y_pred)
        weights = to_array(1.0 if sample_weight is None else sample_weight, self._dtype)
        weights = jnp.broadcast_to(weights[:, None] if weights.ndim == 1 else weights, y_true.shape)
        added = {
            "sum": y_true * weights,
            "squared_sum": y_true * y_true * weights,
            "total_mse": jnp.square(y_true - y_pred) * weights,
            "count": weights,
        }
        for name, value in added.items():
            variable = getattr(self, name)
            variable.assign(variable.read() + jnp.sum(value, axis=0))
        self.num_samples.assign(self.num_samples.read() + y_true.size)

    def result(self) -> jax.Array:
        """The score: a scalar, or shape (outputs,) without aggregation."""
        if not self._built:
            return jnp.zeros((), self._dtype)
        mean = self.sum.read() / self.count.read()
        total = self.squared_sum.read() - self.sum.read() * mean
        score = 1 - self.total_mse.read() / total
        score = jnp.where(jnp.isinf(score), 0.0, score)
        if self.class_aggregation == "uniform_average":
            score = jnp.mean(score)
        elif self.class_aggregation == "variance_weighted_average":
            score = jnp.sum(total * score) / jnp.sum(total)
        if not self.num_regressors:
            return score
        # adjusted: 1 - (1 - R^2)(n - 1)/(n - p - 1); the plain score while there are too few samples for it
        samples = self.num_samples.read()
        free = samples - self.num_regressors - 1
        return jnp.where(free > 0, 1 - (1 - score) * (samples - 1) / jnp.where(free > 0, free, 1), score)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **config}
