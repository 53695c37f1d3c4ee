"""Metrics of probabilities: crossentropies, divergences."""

from __future__ import annotations

from typing import Any

from kerax.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
)
from kerax.metrics.reduction import MeanMetricWrapper


class KLDivergence(MeanMetricWrapper):
    """The mean Kullback-Leibler divergence of predictions from labels.

    Args:
      name: "kl_divergence" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.KLDivergence()([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
      0.4581
    """

    _direction = "down"

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None):
        super().__init__(kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """The mean Poisson loss, ``y_pred - y_true * log(y_pred)``.

    Args:
      name: "poisson" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.Poisson()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [0.0, 0.0]])), 4)
      0.5
    """

    _direction = "down"

    def __init__(self, name: str | None = "poisson", dtype: Any = None):
        super().__init__(poisson, name, dtype)


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean crossentropy of labels 0 or 1.

    Args:
      name: "binary_crossentropy" by default.
      dtype: dtype name of the state.
      from_logits: whether predictions are scores before the sigmoid.
      label_smoothing: in [0, 1]; moves labels towards one half.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.BinaryCrossentropy()([[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
      0.8149
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ):
        super().__init__(binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)
        self.from_logits, self.label_smoothing = from_logits, label_smoothing


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean crossentropy of one-hot labels.

    Args:
      name: "categorical_crossentropy" by default.
      dtype: dtype name of the state.
      from_logits: whether predictions are scores before the softmax.
      label_smoothing: in [0, 1]; moves labels towards equal shares.
      axis: of the classes.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.CategoricalCrossentropy()([[0, 1], [0, 1]], [[0.05, 0.95], [0.9, 0.1]])), 4)
      1.1769
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ):
        super().__init__(
            categorical_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing, axis=axis
        )
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean crossentropy of integer labels.

    Args:
      name: "sparse_categorical_crossentropy" by default.
      dtype: dtype name of the state.
      from_logits: whether predictions are scores before the softmax.
      ignore_class: a label whose loss counts as 0.
      axis: of the classes.

    Example:
      >>> import kerax
      >>> round(float(kerax.metrics.SparseCategoricalCrossentropy()([1, 2], [[0.05, 0.95, 0.0], [0.1, 0.8, 0.1]])), 4)
      1.1769
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ):
        super().__init__(
            sparse_categorical_crossentropy, name, dtype, from_logits=from_logits, ignore_class=ignore_class, axis=axis
        )
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis
