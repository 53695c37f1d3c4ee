"""MetricPair: a metric as the pair of value and update that TensorFlow 1's functions return."""

from __future__ import annotations

from typing import Any

from kerax.metrics import Metric


class MetricPair(tuple):
    """The pair ``(value, update)`` of a metric that has seen a batch; `EstimatorSpec` takes the metric out of it.

    Args:
      metric: the metric.

    Attributes:
      metric: the metric, which goes on counting over the batches of an evaluation.

    Example:
      >>> import kerax
      >>> from kerax.estimators.metric_pair import MetricPair
      >>> metric = kerax.metrics.Mean()
      >>> metric.update_state([1.0, 3.0])
      >>> value, update = MetricPair(metric)
      >>> float(value), float(update)
      (2.0, 2.0)
    """

    metric: Metric

    def __new__(cls, metric: Metric) -> MetricPair:
        now: Any = metric.result()
        pair = super().__new__(cls, (now, now))
        pair.metric = metric
        return pair
