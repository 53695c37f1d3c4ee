"""Errors of numbers: squared, absolute, relative, cosine."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.losses import (
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from kerax.metrics.reduction import Mean, MeanMetricWrapper
from kerax.metrics.weights import apply_mask, divide_no_nan, match_ranks, to_array
from kerax.state import get_mask


class MeanSquaredError(MeanMetricWrapper):
    """The mean of squared errors.

    Args:
      name: "mean_squared_error" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.5]])), 4)
      0.3125
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None):
        super().__init__(mean_squared_error, name, dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of absolute errors.

    Args:
      name: "mean_absolute_error" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.MeanAbsoluteError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.5]])), 4)
      0.375
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None):
        super().__init__(mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean of absolute errors in percent of the labels.

    Args:
      name: "mean_absolute_percentage_error" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.MeanAbsolutePercentageError()([[1.0, 2.0]], [[1.5, 2.0]])), 4)
      25.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None):
        super().__init__(mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of squared differences of ``log(1 + y)``.

    Args:
      name: "mean_squared_logarithmic_error" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.MeanSquaredLogarithmicError()([[0.0, 1.0]], [[1.0, 1.0]])), 4)
      0.2402
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None):
        super().__init__(mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """The mean of ``log(cosh(error))``.

    Args:
      name: "logcosh" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.LogCoshError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.5]])), 4)
      0.1385
    """

    _direction = "down"

    def __init__(self, name: str | None = "logcosh", dtype: Any = None):
        super().__init__(log_cosh, name, dtype)


class RootMeanSquaredError(Mean):
    """The root of the mean of squared errors.

    Args:
      name: "root_mean_squared_error" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.RootMeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]]))
      0.5
    """

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Takes a batch into account; arguments as in ``MeanMetricWrapper``."""
        mask = get_mask(y_pred) if isinstance(y_pred, jax.Array) else None
        y_true, y_pred = match_ranks(to_array(y_true, self._dtype), to_array(y_pred, self._dtype))
        if mask is not None:
            sample_weight = apply_mask(sample_weight, mask, self._dtype)
        super().update_state(jnp.square(y_pred - y_true), sample_weight)

    def result(self) -> jax.Array:
        """The root mean squared error, a scalar."""
        return jnp.sqrt(super().result())


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """The cosine of the angle between labels and predictions; 0 where either is the zero vector.

    Args:
      y_true: vectors along ``axis``.
      y_pred: vectors, the same shape.
      axis: along which the vectors lie.

    Example:
      >>> from kerax.metrics.regression import cosine_similarity
      >>> cosine_similarity([[0.0, 2.0]], [[0.0, 5.0]])
      Array([1.], dtype=float32)
    """
    y_pred = to_array(y_pred)
    y_true, y_pred = match_ranks(to_array(y_true, y_pred.dtype), y_pred)
    return jnp.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def _unit(x: jax.Array, axis: int) -> jax.Array:
    length = jnp.sqrt(jnp.sum(jnp.square(x), axis=axis, keepdims=True))
    return divide_no_nan(x, length)


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angles between labels and predictions.

    Args:
      name: "cosine_similarity" by default.
      dtype: dtype name of the state.
      axis: along which the vectors lie.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]])), 4)
      0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1):
        super().__init__(cosine_similarity, name, dtype, axis=axis)
        self.axis = axis


class MeanRelativeError(Mean):
    """The mean of absolute errors divided by given numbers.

    Args:
      normalizer: numbers that broadcast against the predictions; an error over 0 counts as 0.
      name: "mean_relative_error" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> metric = kerax.metrics.MeanRelativeError(normalizer=[1.0, 3.0, 2.0, 3.0])
      >>> float(metric([1.0, 3.0, 2.0, 3.0], [2.0, 4.0, 6.0, 8.0])) == 1.25
      True
    """

    _direction = "down"

    def __init__(self, normalizer: Any, name: str | None = None, dtype: Any = None):
        super().__init__(name, dtype)
        self.normalizer = to_array(normalizer, self._dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Takes a batch into account; arguments as in ``MeanMetricWrapper``."""
        y_true, y_pred = match_ranks(to_array(y_true, self._dtype), to_array(y_pred, self._dtype))
        normalizer = jnp.broadcast_to(self.normalizer, y_pred.shape)
        super().update_state(divide_no_nan(jnp.abs(y_true - y_pred), normalizer), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Name, dtype and the numbers."""
        return {**super().get_config(), "normalizer": self.normalizer.tolist()}
