"""``tf.compat.v1.metrics``: pairs of a value and an update, whose numbers stay in local variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

import kerax
from kerax.compat.tensorflow._edges import graph_mode, on_side, unwrap
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._graph_state import add_to_collections, current
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor


def _pair(
    metric: Any,
    values: tuple,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    updated: Callable | None = None,
) -> Any:
    """The pair of a metric: in a graph two tensors; else a metric that has seen the batch."""
    noted = graph_mode() and any(isinstance(one, (SymbolicTensor, Variable)) for one in (*values, weights))
    if not noted:
        from kerax.estimators.metric_pair import MetricPair

        metric.update_state(*values, sample_weight=weights)
        return MetricPair(metric)
    current().metrics.append(metric)

    def result() -> Any:
        return jnp.asarray(unwrap(metric.result()), "float32")

    def update(evaluation: Any) -> Any:
        arrays = [None if one is None else unwrap(evaluation.of(one)) for one in (*values, weights)]
        with on_side(kerax=True):
            metric.update_state(*arrays[:-1], sample_weight=arrays[-1])
            return (updated or result)()

    def look(evaluation: Any) -> Any:
        with on_side(kerax=True):
            return result()

    spec = jax.ShapeDtypeStruct((), "float32")
    shape = spec if updated is None else jax.eval_shape(updated)
    value, op = effect(look, spec, "value"), effect(update, shape, "update_op", [*values, weights])
    add_to_collections(metrics_collections or [], value)
    add_to_collections(updates_collections or [], op)
    return value, op


def _of(make: Callable, text: str) -> Callable:
    def function(
        labels: Any,
        predictions: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Any:
        return _pair(make(), (labels, predictions), weights, metrics_collections, updates_collections)

    function.__doc__ = text
    return function


_metrics = kerax.metrics


def _elementwise(function: Callable) -> Any:
    """The mean of a function of errors, every element of which counts alike."""
    return _metrics.MeanMetricWrapper(lambda y_true, y_pred: function(jnp.asarray(y_pred) - jnp.asarray(y_true)))


accuracy = _of(_metrics.Accuracy, "How often predictions are right.")
precision = _of(_metrics.Precision, "The share of right ones among what is predicted to be true.")
recall = _of(_metrics.Recall, "The share that is found of what is true.")
root_mean_squared_error = _of(_metrics.RootMeanSquaredError, "The root of the mean squared error.")
mean_squared_error = _of(lambda: _elementwise(jnp.square), "The mean squared error.")
mean_absolute_error = _of(lambda: _elementwise(jnp.abs), "The mean absolute error.")
true_positives = _of(_metrics.TruePositives, "How many true ones are predicted.")
false_positives = _of(_metrics.FalsePositives, "How many false ones are predicted to be true.")
true_negatives = _of(_metrics.TrueNegatives, "How many false ones are predicted.")
false_negatives = _of(_metrics.FalseNegatives, "How many true ones are predicted to be false.")


def mean(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Any:
    """The mean of values."""
    return _pair(_metrics.Mean(name=name), (values,), weights, metrics_collections, updates_collections)


def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Any = None,
) -> Any:
    """The area under the curve of a classifier of two classes, by the trapezoidal rule or another one."""
    method = {"trapezoidal": "interpolation", "careful_interpolation": "interpolation"}.get(summation_method)
    metric = _metrics.AUC(num_thresholds, curve, method or summation_method, thresholds=thresholds)
    return _pair(metric, (labels, predictions), weights, metrics_collections, updates_collections)


class _Confusion(_metrics.MeanIoU):
    """Counts of true and predicted classes."""

    def _counts(self) -> Any:
        """Rows are true classes, columns predicted ones."""
        return jnp.asarray(self.total_cm.read(), "float32")


class _PerClass(_Confusion):
    def _shares(self) -> Any:
        """The share of each class that is predicted right; zero where there are none."""
        counts = self._counts()
        totals = counts.sum(1)
        return jnp.where(totals > 0, jnp.diagonal(counts) / jnp.where(totals > 0, totals, 1), 0.0)

    def result(self) -> Any:
        """The mean of the shares."""
        return self._shares().mean()


def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Any:
    """The mean over classes of intersection over union; the update gives the table of classes."""
    metric = _Confusion(num_classes)
    return _pair(metric, (labels, predictions), weights, metrics_collections, updates_collections, metric._counts)


def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Any:
    """The mean over classes of the share that is predicted right; the update gives the share of each class."""
    metric = _PerClass(num_classes)
    return _pair(metric, (labels, predictions), weights, metrics_collections, updates_collections, metric._shares)
