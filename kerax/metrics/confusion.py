"""Counting true and false positives and negatives at thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax.config import epsilon
from kerax.debug import check_range
from kerax.metrics.weights import match_ranks, to_array

NEVER = -1e10  # a score below every threshold, and the threshold that only such scores miss
_COMPARE_ALL = 16  # up to so many thresholds, comparing every score with each is faster than sorting scores into bins


class Counts(NamedTuple):
    """Weighted counts, shape (thresholds,), or (thresholds, labels) when counted for each label."""

    true_positives: jax.Array
    false_positives: jax.Array
    true_negatives: jax.Array
    false_negatives: jax.Array


class Thresholds:
    """Thresholds, and how scores are compared with them.

    Args:
      values: numbers.

    Example:
      >>> from kerax.metrics.confusion import Thresholds
      >>> Thresholds([0.0, 0.5, 1.0]).even
      True
    """

    __slots__ = ("even", "values")

    def __init__(self, values: Sequence[float]):
        self.values = np.asarray(values, np.float64)
        count = len(self.values)
        # Even thresholds have a bin number by arithmetic, as Keras computes it: rounding at the borders then agrees.
        even = np.arange(count, dtype=np.float32) / max(count - 1, 1)
        self.even = count >= 3 and bool(np.allclose(self.values, even, atol=epsilon()))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def starts_below_zero(self) -> bool:
        """Whether even a score of 0 is above the first threshold."""
        return bool(self.values[0] < 0.0 or self.values[-1] > 1.0)


def parse_thresholds(metric: Any, thresholds: Any, default: float = 0.5) -> list[float]:
    """A list of thresholds from a number, a list or None.

    Args:
      metric: named in the message.
      thresholds: number or numbers in [0, 1], or None.
      default: stands for None.

    Raises:
      ValueError: for a threshold outside [0, 1].

    Example:
      >>> from kerax.metrics.confusion import parse_thresholds
      >>> parse_thresholds(None, 0.3)
      [0.3]
    """
    if thresholds is None:
        return [default]
    listed = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    wrong = [t for t in listed if t is None or not 0 <= t <= 1]
    if wrong or not listed:
        raise ValueError(
            f"Argument thresholds of {type(metric).__name__}() must be numbers in [0, 1], received {thresholds!r}."
        )
    return listed


def count(
    y_true: Any,
    y_pred: Any,
    thresholds: Thresholds,
    sample_weight: Any = None,
    *,
    dtype: str = "float32",
    top_k: int | None = None,
    class_id: int | None = None,
    by_label: bool = False,
    label_weights: jax.Array | None = None,
) -> Counts:
    """Counts scores above thresholds by label.

    Args:
      y_true: labels, 0 or not, shape (...).
      y_pred: scores, the same shape.
      thresholds: a score counts as positive when it is above.
      sample_weight: weights that broadcast against the labels from the left, or None.
      dtype: dtype to compute in.
      top_k: only the ``k`` largest scores along the last axis can be positive.
      class_id: count only this place of the last axis.
      by_label: whether every place of the last axis is counted on its own.
      label_weights: weights of the places of the last axis.

    Returns:
      The four counts. Time and memory are O(n log thresholds).

    Raises:
      ValueError: if shapes do not fit.

    Example:
      >>> from kerax.metrics.confusion import Thresholds, count
      >>> float(count([0, 1, 1], [0.2, 0.7, 0.4], Thresholds([0.5])).true_positives[0])
      1.0
    """
    y_true, y_pred = to_array(y_true, dtype), to_array(y_pred, dtype)
    y_pred, y_true = match_ranks(y_pred, y_true)
    if y_true.shape != y_pred.shape:
        raise ValueError(f"Labels of shape {y_true.shape} and predictions of shape {y_pred.shape} must have one shape.")
    check_range("y_pred of a metric with thresholds", y_pred, 0, 1)
    if sample_weight is not None:
        check_range("sample_weight of a metric", sample_weight, low=0)
        sample_weight = to_array(sample_weight, dtype)[..., None]
        _, sample_weight = match_ranks(y_true, sample_weight, expand_rank_1=False)
    if top_k is not None:
        y_pred = _keep_top_k(y_pred, top_k)
    if class_id is not None:
        _check_class(class_id, y_pred)
        y_true, y_pred = y_true[..., class_id, None], y_pred[..., class_id, None]
    weights = jnp.ones(y_pred.shape, y_pred.dtype) if sample_weight is None else _broadcast(sample_weight, y_pred.shape)
    if label_weights is not None:
        weights = weights * label_weights
    positive = (y_true != 0).astype(y_pred.dtype)
    labels = y_pred.shape[-1] if by_label else 1
    positive, scores, weights = (a.reshape(-1, labels) for a in (positive, y_pred, weights))
    counts = _counts(positive * weights, (1 - positive) * weights, scores, thresholds)
    return counts if by_label else Counts(*(c[:, 0] for c in counts))


def _counts(positive: jax.Array, negative: jax.Array, scores: jax.Array, thresholds: Thresholds) -> Counts:
    """Counts of two kinds of weights, shape (n, labels), by score."""
    both = jnp.stack([positive, negative], axis=-1)  # (n, labels, 2)
    if thresholds.even:
        above = _above_even(both, scores, thresholds)
    elif len(thresholds) <= _COMPARE_ALL:
        limits = jnp.asarray(thresholds.values, scores.dtype)
        above = jnp.einsum(
            "tnl,nlk->tlk", (scores[None] > limits[:, None, None]).astype(both.dtype), both, precision="highest"
        )
    else:
        order = np.argsort(thresholds.values)
        limits = jnp.asarray(thresholds.values[order], scores.dtype)
        bins = jnp.searchsorted(limits, scores, side="left")  # how many thresholds are below the score
        above = _sum_from_above(both, bins, len(thresholds))[np.argsort(order)]
    totals = jnp.sum(both, axis=0)
    return Counts(above[..., 0], above[..., 1], totals[..., 1] - above[..., 1], totals[..., 0] - above[..., 0])


def _above_even(both: jax.Array, scores: jax.Array, thresholds: Thresholds) -> jax.Array:
    size = len(thresholds)
    bins = jnp.ceil(jnp.clip(scores, 0.0, 1.0) * (size - 1)).astype(jnp.int32)
    if thresholds.starts_below_zero:
        bins = jnp.maximum(bins, 1)
    return _sum_from_above(both, bins, size)


def _sum_from_above(both: jax.Array, bins: jax.Array, size: int) -> jax.Array:
    """Adds weights up over the scores above each threshold; ``bins`` says above how many thresholds a score is."""
    labels = both.shape[1]
    columns = jnp.broadcast_to(jnp.arange(labels), bins.shape)
    filled = jnp.zeros((size + 1, labels, both.shape[2]), both.dtype).at[bins, columns].add(both)
    return jnp.cumsum(filled[::-1], axis=0)[::-1][1:]


def _keep_top_k(scores: jax.Array, k: int) -> jax.Array:
    places = jax.lax.top_k(scores, k)[1]
    kept = jnp.sum(jax.nn.one_hot(places, scores.shape[-1], dtype=scores.dtype), axis=-2)
    return scores * kept + NEVER * (1 - kept)


def _check_class(class_id: int, scores: jax.Array) -> None:
    if scores.ndim == 1 or not -scores.shape[-1] <= class_id < scores.shape[-1]:
        raise ValueError(
            f"class_id={class_id} needs predictions of shape (..., classes) with that class, received {scores.shape}."
        )


def _broadcast(weights: jax.Array, shape: tuple) -> jax.Array:
    try:
        return jnp.broadcast_to(weights, shape)
    except ValueError:
        raise ValueError(
            f"sample_weight of shape {weights.shape[:-1]} does not fit predictions of shape {shape}."
        ) from None
