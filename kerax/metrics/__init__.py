"""Running statistics of training and evaluation."""

from kerax.metrics.metric import Metric, PureMetric
from kerax.metrics.reduction import Mean, MeanMetricWrapper, Sum

__all__ = ["Mean", "MeanMetricWrapper", "Metric", "PureMetric", "Sum"]
