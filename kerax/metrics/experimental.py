"""``metrics.experimental`` of tf.keras 2.15."""

from kerax.metrics.py_metric import PyMetric

__all__ = ["PyMetric"]
