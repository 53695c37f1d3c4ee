"""Metrics of ``tf.compat.v1`` at thresholds, among the best so many classes, and of differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._graph_state import add_to_collections, current
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor

_THRESHOLDS = 200  # of the curves of sensitivity_at_specificity and its counterpart
_TINY = 1e-7


class _Sums:
    """Sums that stay from batch to batch, and what follows from them.

    Args:
      count: ``arrays of a batch -> list of sums``.
      value: ``sums -> the metric``.
    """

    def __init__(self, count: Callable, value: Callable):
        self._count, self._value, self.variables = count, value, list[Any]()

    def reset_state(self) -> None:
        """Begins anew."""
        for one in self.variables:
            one.assign(Tensor(jnp.zeros(one._shape, one._dtype)))

    def build(self, specs: list) -> None:
        """Makes the sums."""
        if not self.variables:
            self.variables = [Variable(jnp.zeros(one.shape, one.dtype), trainable=False, name="sum") for one in specs]

    def update(self, arrays: list) -> Any:
        """Adds a batch; gives the metric."""
        for variable, more in zip(self.variables, self._count(*arrays), strict=True):
            variable.assign(variable.read() + more)
        return self.result()

    def result(self) -> Any:
        """The metric."""
        return self._value(*[one.read() for one in self.variables])


def _known(one: Any) -> Any:
    """A symbolic value's shape with ones in the place of unknown sizes, for finding shapes of sums."""
    if isinstance(one, SymbolicTensor):
        return jax.ShapeDtypeStruct(tuple(s if isinstance(s, int) else 1 for s in one.spec.shape), one.spec.dtype)
    if isinstance(one, Variable):
        return jax.ShapeDtypeStruct(one._shape, one._dtype)
    made = np.asarray(tensor(one).array)
    return jax.ShapeDtypeStruct(made.shape, made.dtype)


def _pair(count: Callable, value: Callable, given: list, metrics_collections: Any, updates_collections: Any) -> tuple:
    """The pair of a metric: its value, and the operation that adds a batch."""
    metric = _Sums(count, value)
    values = [one for one in given if one is not None]
    places = [place for place, one in enumerate(given) if one is not None]

    def filled(arrays: list) -> list:
        every: list[Any] = [None] * len(given)
        for place, one in zip(places, arrays):
            every[place] = one
        return every

    sums = jax.eval_shape(lambda *arrays: count(*filled(list(arrays))), *[_known(one) for one in values])
    metric.build(sums)
    spec = jax.eval_shape(value, *sums)
    if not graph_mode() and not any(isinstance(one, SymbolicTensor) for one in values):
        arrays = [jnp.asarray(unwrap(tensor(one))) for one in values]
        found = metric.update(filled(arrays))
        return jax.tree.map(Tensor, metric.result()), jax.tree.map(Tensor, found)
    current().metrics.append(metric)

    def update(evaluation: Any) -> Any:
        found = [unwrap(evaluation.of(one)) for one in values]
        arrays = [jnp.asarray(one.read() if isinstance(one, Variable) else unwrap(tensor(one))) for one in found]
        return metric.update(filled(arrays))

    result = effect(lambda evaluation: metric.result(), spec, "value", pure=True)
    op = effect(update, spec, "update_op", values, pure=True)
    add_to_collections(metrics_collections or [], result)
    add_to_collections(updates_collections or [], op)
    return result, op


def _weights(weights: Any, values: Any) -> Any:
    """Weights as wide as the values."""
    if weights is None:
        return jnp.ones(values.shape, jnp.float32)
    found = jnp.asarray(weights, jnp.float32)
    while found.ndim < values.ndim and found.ndim:
        found = found[..., None]
    return jnp.broadcast_to(found, values.shape)


def _safe(a: Any, b: Any) -> Any:
    return jnp.where(b == 0, 0.0, a / jnp.where(b == 0, 1.0, b))


def _mean_of(function: Callable, given: list, weights: Any, collections: tuple) -> tuple:
    def count(*arrays: Any) -> list:
        values = function(*arrays[:-1]).astype(jnp.float32)
        share = _weights(arrays[-1], values)
        return [(values * share).sum(), share.sum()]

    return _pair(count, _safe, [*given, weights], *collections)


def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple:
    """One minus the mean of the products of vectors of length one along an axis."""

    def function(right: Any, said: Any) -> Any:
        return (right.astype(said.dtype) * said).sum(dim, keepdims=True)

    def count(right: Any, said: Any, share: Any) -> list:
        values = function(right, said)
        wide = _weights(share, values)
        return [(values * wide).sum(), wide.sum()]

    return _pair(count, lambda a, b: 1.0 - _safe(a, b), [labels, predictions, weights], metrics_collections,
                 updates_collections)  # fmt: skip


def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple:
    """The mean of absolute errors divided by other numbers; zero where those are zero."""

    def function(right: Any, said: Any, by: Any) -> Any:
        error = jnp.abs(right.astype(jnp.float32) - said)
        return _safe(error, jnp.broadcast_to(by.astype(jnp.float32), error.shape))

    return _mean_of(function, [labels, predictions, normalizer], weights, (metrics_collections, updates_collections))


def percentage_below(
    values: Any,
    threshold: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple:
    """The share of values below a threshold."""
    return _mean_of(lambda one: one < threshold, [values], weights, (metrics_collections, updates_collections))


def mean_tensor(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple:
    """The mean of every element over batches."""

    def count(one: Any, share: Any) -> list:
        wide = _weights(share, one)
        return [one.astype(jnp.float32) * wide, wide]

    return _pair(count, _safe, [values, weights], metrics_collections, updates_collections)


# ---- thresholds -----------------------------------------------------------------------------------------------------
def _table(right: Any, said: Any, share: Any, thresholds: Any) -> list:
    """True positives, false negatives, true negatives and false positives at thresholds."""
    wide = _weights(share, said).reshape(-1)
    truth = jnp.broadcast_to(right, said.shape).astype(bool).reshape(-1)
    above = said.reshape(-1)[None, :] > jnp.asarray(thresholds, said.dtype)[:, None]
    cases = (above & truth, ~above & truth, ~above & ~truth, above & ~truth)
    return [(one * wide).sum(1) for one in cases]


def _at_thresholds(value: Callable, doc: str) -> Callable:
    def function(
        labels: Any,
        predictions: Any,
        thresholds: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> tuple:
        def count(right: Any, said: Any, share: Any) -> list:
            return _table(right, said, share, thresholds)

        return _pair(count, value, [labels, predictions, weights], metrics_collections, updates_collections)

    function.__doc__ = doc
    return function


true_positives_at_thresholds = _at_thresholds(lambda tp, fn, tn, fp: tp, "True positives at each threshold.")
false_negatives_at_thresholds = _at_thresholds(lambda tp, fn, tn, fp: fn, "False negatives at each threshold.")
true_negatives_at_thresholds = _at_thresholds(lambda tp, fn, tn, fp: tn, "True negatives at each threshold.")
false_positives_at_thresholds = _at_thresholds(lambda tp, fn, tn, fp: fp, "False positives at each threshold.")
precision_at_thresholds = _at_thresholds(lambda tp, fn, tn, fp: tp / (tp + fp + _TINY), "Precision at each threshold.")
recall_at_thresholds = _at_thresholds(lambda tp, fn, tn, fp: tp / (tp + fn + _TINY), "Recall at each threshold.")


def _curve(num_thresholds: int) -> list[float]:
    inner = [(one + 1) / (num_thresholds - 1) for one in range(num_thresholds - 2)]
    return [0.0 - _TINY, *inner, 1.0 + _TINY]


def _from_curve(value: Callable, given: list, count: int, collections: tuple) -> tuple:
    if count < 2:
        raise ValueError(f"num_thresholds must be at least 2, received {count}.")
    points = _curve(count)
    return _pair(lambda right, said, share: _table(right, said, share, points), value, given, *collections)


def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = _THRESHOLDS,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple:
    """The share of true ones that is found, at the threshold where the specificity is nearest to a number."""
    if not 0 <= specificity <= 1:
        raise ValueError("`specificity` must be in the range [0, 1].")

    def value(tp: Any, fn: Any, tn: Any, fp: Any) -> Any:
        place = jnp.argmin(jnp.abs(_safe(tn, tn + fp) - specificity))
        return (tp / (tp + fn + _TINY))[place]

    return _from_curve(
        value, [labels, predictions, weights], num_thresholds, (metrics_collections, updates_collections)
    )


def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = _THRESHOLDS,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple:
    """The share of false ones that is left out, at the threshold where the sensitivity is nearest to a number."""
    if not 0 <= sensitivity <= 1:
        raise ValueError("`sensitivity` must be in the range [0, 1].")

    def value(tp: Any, fn: Any, tn: Any, fp: Any) -> Any:
        found = tp / (tp + fn + _TINY)
        near = jnp.abs(found - sensitivity)
        place = near.size - 1 - jnp.argmin(near[::-1])  # the last of those that are alike
        return (tn / (tn + fp + _TINY))[place]

    return _from_curve(
        value, [labels, predictions, weights], num_thresholds, (metrics_collections, updates_collections)
    )


# ---- the best classes -----------------------------------------------------------------------------------------------
def _hits(right: Any, places: Any, class_id: Any) -> tuple:
    """Which of the best classes are right, which right classes were not among them, and both of one class alone."""
    right = right[..., None] if right.ndim < places.ndim else right
    same = places[..., :, None] == right[..., None, :]
    good, missed = same.any(-1), ~same.any(-2)
    if class_id is None:
        return good, ~good, missed & (right >= 0)
    mine, wanted = places == class_id, right == class_id
    return good & mine, ~good & mine, missed & wanted


def _rows(flags: Any, share: Any) -> Any:
    counts = flags.sum(-1).astype(jnp.float32)
    return (counts * _weights(share, counts)).sum()


def _of_best(part: int, doc: str) -> Callable:
    def function(
        labels: Any,
        predictions_idx: Any,
        k: int | None = None,
        class_id: int | None = None,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> tuple:
        def count(right: Any, places: Any, share: Any) -> list:
            found = _hits(right, places, class_id)
            share = None if share is None else share.reshape(share.shape[: places.ndim - 1])
            return [_rows(found[0], share), _rows(found[part], share)]

        return _pair(
            count,
            lambda good, bad: jnp.where(good + bad > 0, good / jnp.maximum(good + bad, _TINY), jnp.nan),
            [labels, predictions_idx, weights],
            metrics_collections,
            updates_collections,
        )

    function.__doc__ = doc
    return function


precision_at_top_k = _of_best(1, "The share of right ones among given classes.")
recall_at_top_k = _of_best(2, "The share of right classes that is among given ones.")


def _best(predictions: Any, k: int) -> Any:
    from kerax.compat.tensorflow._gather import top_k

    return top_k(predictions, k)[1]


def _at_k(function: Callable, doc: str) -> Callable:
    def call(
        labels: Any,
        predictions: Any,
        k: int,
        class_id: int | None = None,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> tuple:
        best = _best(predictions, k)
        return function(labels, best, k, class_id, weights, metrics_collections, updates_collections)

    call.__doc__ = doc
    return call


precision_at_k = _at_k(precision_at_top_k, "The share of right ones among the k best classes.")
recall_at_k = _at_k(recall_at_top_k, "The share of right classes that is among the k best.")
sparse_precision_at_k = precision_at_k


def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> tuple:
    """The mean of the precisions at 1, 2, ... k, counted where the class at that place is right."""

    def function(right: Any, places: Any) -> Any:
        right = right[..., None] if right.ndim < places.ndim else right
        good = (places[..., :, None] == right[..., None, :]).any(-1).astype(jnp.float32)
        precision = jnp.cumsum(good, -1) / jnp.arange(1, k + 1)
        most = jnp.minimum((right >= 0).sum(-1), k).astype(jnp.float32)
        return _safe((precision * good).sum(-1), most)

    return _mean_of(function, [labels, _best(predictions, k)], weights, (metrics_collections, updates_collections))


sparse_average_precision_at_k = average_precision_at_k
