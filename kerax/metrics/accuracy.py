"""Accuracies: the share of predictions that are right."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.config import floatx
from kerax.metrics.reduction import MeanMetricWrapper
from kerax.metrics.weights import match_ranks, to_array

# From so many classes on, comparing with the label's score is faster on CPU than argmax (measured: 4 times at 1000).
_MANY_CLASSES = 64


def accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """1 where labels and predictions are equal, elementwise.

    Args:
      y_true: labels, any shape.
      y_pred: predictions, the same shape.

    Example:
      >>> from kerax.metrics.accuracy import accuracy
      >>> accuracy([1, 2, 3], [1, 2, 0])
      Array([1., 1., 0.], dtype=float32)
    """
    y_pred = to_array(y_pred)
    y_true, y_pred = match_ranks(to_array(y_true, y_pred.dtype), y_pred)
    return _checked_equal(y_true, y_pred)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> jax.Array:
    """1 where a probability is on its label's side of the threshold, elementwise.

    Args:
      y_true: labels 0 or 1, any shape.
      y_pred: probabilities, the same shape.
      threshold: a probability above it stands for 1.

    Example:
      >>> import kerax
      >>> kerax.metrics.binary_accuracy([1, 0, 1], [0.9, 0.6, 0.2])
      Array([1., 0., 0.], dtype=float32)
    """
    y_true, y_pred = match_ranks(to_array(y_true), to_array(y_pred))
    return _checked_equal(y_true, (y_pred > threshold).astype(y_true.dtype))


def categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """1 where the largest score is at the label's place.

    Args:
      y_true: one-hot labels, shape (..., classes).
      y_pred: scores, shape (..., classes).

    Returns:
      Shape (...).

    Raises:
      ValueError: if the shapes differ.

    Example:
      >>> import kerax
      >>> kerax.metrics.categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
      Array([1., 0.], dtype=float32)
    """
    y_true, y_pred = to_array(y_true), to_array(y_pred)
    if y_true.shape != y_pred.shape:
        hint = " Integer labels go with sparse_categorical_accuracy." if y_true.ndim < y_pred.ndim else ""
        raise ValueError(
            f"categorical_accuracy needs one-hot labels of the predictions' shape {y_pred.shape}, received "
            f"{y_true.shape}.{hint}"
        )
    return _is_first_maximum(jnp.argmax(y_true, axis=-1), y_pred)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """1 where the largest score is at the label's place.

    Args:
      y_true: integer labels, shape (...) or (..., 1).
      y_pred: scores, shape (..., classes).

    Returns:
      Shape (...).

    Raises:
      ValueError: if the shapes do not fit.

    Example:
      >>> import kerax
      >>> kerax.metrics.sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]])
      Array([1., 0.], dtype=float32)
    """
    y_true, y_pred = to_array(y_true), to_array(y_pred)
    matches = _is_first_maximum(_sparse_labels("sparse_categorical_accuracy", y_true, y_pred), y_pred)
    return matches[..., 0] if matches.ndim > 1 and matches.shape[-1] == 1 else matches


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> jax.Array:
    """1 where the label is among the ``k`` largest scores.

    Args:
      y_true: one-hot labels, shape (..., classes).
      y_pred: scores, shape (..., classes).
      k: how many scores count.

    Returns:
      Shape (...).

    Example:
      >>> import kerax
      >>> kerax.metrics.top_k_categorical_accuracy([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.3, 0.2, 0.5]], k=2)
      Array([1., 0.], dtype=float32)
    """
    return _in_top_k(jnp.argmax(to_array(y_true), axis=-1), to_array(y_pred), k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> jax.Array:
    """1 where the label is among the ``k`` largest scores.

    Args:
      y_true: integer labels, shape (...) or (..., 1).
      y_pred: scores, shape (..., classes); with ``from_sorted_ids`` class numbers in falling order of their scores.
      k: how many scores count.
      from_sorted_ids: whether ``y_pred`` holds class numbers.

    Returns:
      Shape of ``y_true``.

    Example:
      >>> import kerax
      >>> kerax.metrics.sparse_top_k_categorical_accuracy([2, 1], [[0.1, 0.9, 0.8], [0.3, 0.2, 0.5]], k=2)
      Array([1., 0.], dtype=float32)
    """
    y_true, y_pred = to_array(y_true), to_array(y_pred)
    labels = _sparse_labels("sparse_top_k_categorical_accuracy", y_true, y_pred)
    if from_sorted_ids:
        found = jnp.any(labels[..., None].astype(y_pred.dtype) == y_pred[..., :k], axis=-1)
        return found.astype(floatx()).reshape(y_true.shape)
    return _in_top_k(labels.astype(jnp.int32), y_pred, k).reshape(y_true.shape)


def _checked_equal(y_true: jax.Array, y_pred: jax.Array) -> jax.Array:
    try:
        return (y_true == y_pred).astype(floatx())
    except (TypeError, ValueError):
        raise ValueError(
            f"Labels of shape {y_true.shape} and predictions of shape {y_pred.shape} do not fit."
        ) from None


def _sparse_labels(name: str, y_true: jax.Array, y_pred: jax.Array) -> jax.Array:
    labels = y_true[..., 0] if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1 else y_true
    if labels.ndim != y_pred.ndim - 1:
        hint = " One-hot labels go with categorical_accuracy." if y_true.shape == y_pred.shape else ""
        raise ValueError(
            f"{name} needs integer labels of shape (...) or (..., 1) for predictions of shape (..., classes); "
            f"received {y_true.shape} "
            f"and {y_pred.shape}.{hint}"
        )
    return labels


def _is_first_maximum(labels: jax.Array, scores: jax.Array) -> jax.Array:
    """1 where ``argmax(scores) == labels``."""
    classes = scores.shape[-1]
    if not isinstance(classes, int) or classes < _MANY_CLASSES:
        return (jnp.argmax(scores, axis=-1) == labels).astype(floatx())
    index = labels.astype(jnp.int32)[..., None]
    places = jax.lax.broadcasted_iota(jnp.int32, (classes,), 0)
    own = jnp.take_along_axis(scores, jnp.clip(index, 0, classes - 1), axis=-1)
    # argmax takes the first of equal scores: those before the label must be smaller, those after it may be equal
    beaten = jnp.where(places < index, ~(own > scores), ~(own >= scores))
    valid = (labels == index[..., 0]) & (index[..., 0] >= 0) & (index[..., 0] < classes)
    return (valid & ~jnp.any(beaten, axis=-1)).astype(floatx())


def _in_top_k(labels: jax.Array, scores: jax.Array, k: int) -> jax.Array:
    """1 where fewer than ``k`` scores are larger than the label's; a label that is no class is not in."""
    classes = scores.shape[-1]
    index = labels[..., None]
    own = jnp.take_along_axis(scores, jnp.clip(index, 0, classes - 1), axis=-1)
    larger = jnp.sum(scores > own, axis=-1)
    valid = (labels >= 0) & (labels < classes) & jnp.isfinite(own[..., 0])
    return (valid & (larger < k)).astype(floatx())


class Accuracy(MeanMetricWrapper):
    """How often predictions equal labels.

    Args:
      name: "accuracy" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
      0.75
    """

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: Any = None):
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often probabilities are on their labels' side of a threshold.

    Args:
      name: "binary_accuracy" by default.
      dtype: dtype name of the state.
      threshold: a probability above it stands for 1.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.BinaryAccuracy()([1, 1, 0, 0], [0.98, 1, 0, 0.6]))
      0.75
    """

    _direction = "up"

    def __init__(self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest score is at the place of a one-hot label.

    Args:
      name: "categorical_accuracy" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]))
      0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest score is at the place of an integer label.

    Args:
      name: "sparse_categorical_accuracy" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> float(kerax.metrics.SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.4, 0.6]]))
      0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often a one-hot label is among the ``k`` largest scores.

    Args:
      k: how many scores count.
      name: "top_k_categorical_accuracy" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> metric = kerax.metrics.TopKCategoricalAccuracy(k=2)
      >>> float(metric([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.3, 0.2, 0.5]]))
      0.5
    """

    _direction = "up"

    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None):
        _check_k(self, k)
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often an integer label is among the ``k`` largest scores.

    Args:
      k: how many scores count.
      name: "sparse_top_k_categorical_accuracy" by default.
      dtype: dtype name of the state.
      from_sorted_ids: whether predictions are class numbers in falling order of their scores.

    Example:
      >>> import kerax
      >>> metric = kerax.metrics.SparseTopKCategoricalAccuracy(k=2)
      >>> float(metric([2, 1], [[0.1, 0.9, 0.8], [0.3, 0.2, 0.5]]))
      0.5
    """

    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ):
        _check_k(self, k)
        options = {"from_sorted_ids": True} if from_sorted_ids else {}
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, **options)
        self.k, self.from_sorted_ids = k, from_sorted_ids


def _check_k(metric: Any, k: Any) -> None:
    if isinstance(k, bool) or not isinstance(k, int) or k < 1:
        raise ValueError(f"Argument k of {type(metric).__name__}() must be a positive integer, received {k!r}.")
