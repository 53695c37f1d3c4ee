"""Losses, metrics and layers of TensorFlow 1, as functions."""

from __future__ import annotations

from typing import Any

import kerax
from kerax.compat.tensorflow import _nn
from kerax.compat.tensorflow._core import array, op, tensor
from kerax.compat.tensorflow._tensor import Tensor


class Reduction:
    """How losses become one number."""

    NONE, SUM, MEAN = "none", "weighted_sum", "weighted_mean"
    SUM_OVER_BATCH_SIZE, SUM_BY_NONZERO_WEIGHTS = "weighted_sum_over_batch_size", "weighted_sum_by_nonzero_weights"


def _reduced(losses: Any, weights: Any, reduction: str) -> Tensor:
    values = array(losses)
    weight = array(weights).astype(values.dtype)
    weighted = values * weight
    if reduction == Reduction.NONE:
        return Tensor(weighted)
    total = weighted.sum()
    if reduction == Reduction.SUM:
        return Tensor(total)
    spread = weight + 0 * values
    if reduction == Reduction.MEAN:
        return Tensor(total / spread.sum())
    if reduction == Reduction.SUM_OVER_BATCH_SIZE:
        return Tensor(total / values.size)
    count = (spread != 0).sum()
    return Tensor(total / count.astype(values.dtype).clip(1))


_BY_NONZERO = Reduction.SUM_BY_NONZERO_WEIGHTS


@op
def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = None,
    reduction: str = _BY_NONZERO,
) -> Any:
    """The mean of squared differences."""
    x = tensor(predictions)
    return _reduced((x.array - array(labels).astype(x.array.dtype)) ** 2, weights, reduction)


@op
def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = None,
    reduction: str = _BY_NONZERO,
) -> Any:
    """The mean of absolute differences."""
    x = tensor(predictions)
    return _reduced(abs(x.array - array(labels).astype(x.array.dtype)), weights, reduction)


@op
def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = None,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Cross-entropy of class numbers."""
    return _reduced(_nn.sparse_softmax_cross_entropy_with_logits(labels, logits), weights, reduction)


@op
def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: Any = None,
    loss_collection: Any = None,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Cross-entropy of probabilities."""
    x = tensor(logits)
    right = array(onehot_labels).astype(x.array.dtype)
    right = right * (1 - label_smoothing) + label_smoothing / right.shape[-1]
    return _reduced(_nn.softmax_cross_entropy_with_logits(Tensor(right), x), weights, reduction)


@op
def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: Any = None,
    loss_collection: Any = None,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Cross-entropy of independent classes."""
    x = tensor(logits)
    right = array(multi_class_labels).astype(x.array.dtype) * (1 - label_smoothing) + label_smoothing / 2
    return _reduced(_nn.sigmoid_cross_entropy_with_logits(Tensor(right), x), weights, reduction)


@op
def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: Any = None,
    loss_collection: Any = None,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Cross-entropy of probabilities of two classes."""
    import jax.numpy as jnp

    x, z = array(predictions), array(labels).astype(array(predictions).dtype)
    return _reduced(-z * jnp.log(x + epsilon) - (1 - z) * jnp.log(1 - x + epsilon), weights, reduction)


@op
def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: Any = None,
    loss_collection: Any = None,
    reduction: str = _BY_NONZERO,
) -> Any:
    """The hinge loss of labels 0 and 1."""
    x = array(logits)
    return _reduced((1 - (2 * array(labels).astype(x.dtype) - 1) * x).clip(0), weights, reduction)


@op
def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: Any = None,
    loss_collection: Any = None,
    reduction: str = _BY_NONZERO,
) -> Any:
    """Squares of small differences, absolute values of large ones."""
    error = abs(array(predictions) - array(labels).astype(array(predictions).dtype))
    small = error.clip(None, delta)
    return _reduced(0.5 * small**2 + delta * (error - small), weights, reduction)


# ---- metrics: a pair (metric, update) -------------------------------------------------------------------------------
def _metric(metric: Any, *values: Any, weights: Any = None) -> Any:
    from kerax.estimators.metric_pair import MetricPair

    metric.update_state(*values, sample_weight=weights)
    return MetricPair(metric)


def accuracy(labels: Any, predictions: Any, weights: Any = None, name: str = "accuracy", **options: Any) -> Any:
    """How often predictions are right: a metric that has seen the batch."""
    return _metric(kerax.metrics.Accuracy(name=name), labels, predictions, weights=weights)


def mean(values: Any, weights: Any = None, name: str = "mean", **options: Any) -> Any:
    """The mean of values."""
    return _metric(kerax.metrics.Mean(name=name), values, weights=weights)


def auc(
    labels: Any, predictions: Any, weights: Any = None, num_thresholds: int = 200, name: str = "auc", **options: Any
) -> Any:
    """The area under the ROC curve."""
    return _metric(kerax.metrics.AUC(num_thresholds=num_thresholds, name=name), labels, predictions, weights=weights)


def precision(labels: Any, predictions: Any, weights: Any = None, name: str = "precision", **options: Any) -> Any:
    """Precision."""
    return _metric(kerax.metrics.Precision(name=name), labels, predictions, weights=weights)


def recall(labels: Any, predictions: Any, weights: Any = None, name: str = "recall", **options: Any) -> Any:
    """Recall."""
    return _metric(kerax.metrics.Recall(name=name), labels, predictions, weights=weights)


def rmse(labels: Any, predictions: Any, weights: Any = None, name: str = "rmse", **options: Any) -> Any:
    """The root of the mean squared error."""
    return _metric(kerax.metrics.RootMeanSquaredError(name=name), labels, predictions, weights=weights)


def mae(labels: Any, predictions: Any, weights: Any = None, name: str = "mae", **options: Any) -> Any:
    """The mean absolute error."""
    return _metric(kerax.metrics.MeanAbsoluteError(name=name), labels, predictions, weights=weights)


# ---- layers ---------------------------------------------------------------------------------------------------------
def dense(inputs: Any, units: int, activation: Any = None, use_bias: bool = True, **options: Any) -> Any:
    """A new Dense layer of the inputs."""
    return kerax.layers.Dense(units, activation, use_bias, **_layer_options(options))(inputs)


def conv2d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    activation: Any = None,
    **options: Any,
) -> Any:
    """A new Conv2D layer of the inputs."""
    return kerax.layers.Conv2D(
        filters, kernel_size, strides, padding, activation=activation, **_layer_options(options)
    )(inputs)


def max_pooling2d(inputs: Any, pool_size: Any, strides: Any, padding: str = "valid", **options: Any) -> Any:
    """The largest value of each window."""
    return kerax.layers.MaxPooling2D(pool_size, strides, padding)(inputs)


def flatten(inputs: Any, **options: Any) -> Any:
    """All axes but the first as one."""
    return kerax.layers.Flatten()(inputs)


def dropout(
    inputs: Any, rate: float = 0.5, noise_shape: Any = None, seed: Any = None, training: bool = False, name: Any = None
) -> Any:
    """Elements set to zero at random while training."""
    return kerax.layers.Dropout(rate, noise_shape, seed)(inputs, training=training)


def batch_normalization(
    inputs: Any, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, training: bool = False, **options: Any
) -> Any:
    """A new BatchNormalization layer of the inputs."""
    return kerax.layers.BatchNormalization(axis, momentum, epsilon)(inputs, training=training)


def _layer_options(options: dict[str, Any]) -> dict[str, Any]:
    known = ("kernel_initializer", "bias_initializer", "kernel_regularizer", "name")
    return {key: value for key, value in options.items() if key in known}
