"""``layer.add_metric(metric(values))``: a metric's own result is reported by the metric, under the metric's name."""

from __future__ import annotations

import functools
from typing import Any

import kerax
from kerax.compat.tensorflow._tensor import Tensor
from kerax.metrics import Metric

_OWNER = "_metric_obj"  # attribute of a tensor that a metric's call returned, as in tf.keras


def install() -> None:
    """Lets results know their metric, and ``add_metric`` ask them."""
    plain = Metric.__call__

    @functools.wraps(plain)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = plain(self, *args, **kwargs)
        if isinstance(result, Tensor):
            setattr(result, _OWNER, self)
        return result

    Metric.__call__ = call  # type: ignore[method-assign]
    for cls in (kerax.layers.Layer, kerax.Model):
        cls.add_metric = _asking(cls.add_metric)  # type: ignore[method-assign]


def _asking(add: Any) -> Any:
    @functools.wraps(add)
    def add_metric(self: Any, value: Any, name: Any = None, *args: Any, **kwargs: Any) -> Any:
        metric = getattr(value, _OWNER, None)
        if metric is None:
            return add(self, value, name, *args, **kwargs)
        if not any(one is metric for one in vars(self).values()):  # of an attribute the logs know already
            self.__dict__.setdefault("_added_metrics", {}).setdefault(metric.name, metric)
        return None

    return add_metric
