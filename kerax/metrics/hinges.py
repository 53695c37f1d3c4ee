"""Hinge metrics of labels -1 and 1."""

from __future__ import annotations

from typing import Any

from kerax.losses import categorical_hinge, hinge, squared_hinge
from kerax.metrics.reduction import MeanMetricWrapper


class Hinge(MeanMetricWrapper):
    """The mean of ``max(0, 1 - y_true * y_pred)``; labels 0 stand for -1.

    Args:
      name: "hinge" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.Hinge()([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
      1.3
    """

    _direction = "down"

    def __init__(self, name: str | None = "hinge", dtype: Any = None):
        super().__init__(hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean of squared hinges; labels 0 stand for -1.

    Args:
      name: "squared_hinge" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.SquaredHinge()([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
      1.86
    """

    _direction = "down"

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None):
        super().__init__(squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean of ``max(0, 1 + best wrong score - right score)`` for one-hot labels.

    Args:
      name: "categorical_hinge" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.CategoricalHinge()([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
      1.4
    """

    _direction = "down"

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None):
        super().__init__(categorical_hinge, name, dtype)
