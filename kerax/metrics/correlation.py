"""Correlations of labels and predictions."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.config import epsilon
from kerax.metrics.reduction import MeanMetricWrapper
from kerax.metrics.weights import match_ranks, to_array


def _pair(y_true: Any, y_pred: Any) -> tuple[jax.Array, jax.Array]:
    y_pred = to_array(y_pred)
    return match_ranks(to_array(y_true, y_pred.dtype), y_pred)


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Pearson's correlation along an axis: the covariance over the product of the standard deviations.

    Args:
      y_true: labels, any shape.
      y_pred: predictions, the same shape.
      axis: along which to correlate; its size should be 2 or more.

    Example:
      >>> import kerax
      >>> kerax.metrics.pearson_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]]).round(3)
      Array([1.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = y_true - jnp.mean(y_true, axis=axis, keepdims=True)
    y_pred = y_pred - jnp.mean(y_pred, axis=axis, keepdims=True)
    y_true = y_true / jnp.std(y_true, axis=axis, keepdims=True)
    y_pred = y_pred / jnp.std(y_pred, axis=axis, keepdims=True)
    return jnp.mean(y_true * y_pred, axis=axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Lin's concordance correlation along an axis: correlation that also counts differences of mean and scale.

    Args:
      y_true: labels, any shape.
      y_pred: predictions, the same shape.
      axis: along which to correlate; its size should be 2 or more.

    Reference: Lin, "A Concordance Correlation Coefficient to Evaluate Reproducibility", 1989.

    Example:
      >>> import kerax
      >>> kerax.metrics.concordance_correlation([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]]).round(3)
      Array([1.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    true_mean, pred_mean = jnp.mean(y_true, axis=axis, keepdims=True), jnp.mean(y_pred, axis=axis, keepdims=True)
    covariance = (y_true - pred_mean) * (y_pred - pred_mean)
    true_variance, pred_variance = jnp.var(y_true, axis=axis, keepdims=True), jnp.var(y_pred, axis=axis, keepdims=True)
    scale = true_variance + pred_variance + jnp.square(true_mean - pred_mean)
    return jnp.mean(2 * covariance / (scale + epsilon()), axis=axis)


class PearsonCorrelation(MeanMetricWrapper):
    """The mean of Pearson's correlations along an axis.

    Args:
      name: "pearson_correlation" by default.
      dtype: dtype name of the state.
      axis: along which to correlate.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.PearsonCorrelation()([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])), 3)
      1.0
    """

    _direction = "up"

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean of Lin's concordance correlations along an axis.

    Args:
      name: "concordance_correlation" by default.
      dtype: dtype name of the state.
      axis: along which to correlate.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.ConcordanceCorrelation()([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])), 3)
      1.0
    """

    _direction = "up"

    def __init__(self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
        self.axis = axis
