"""Losses and metrics that are symbolic tensors: ``model.add_loss(tensor)`` on a functional model, as in tf.keras."""

from __future__ import annotations

from typing import Any

from kerax.layers import Layer
from kerax.metrics import Mean


class AddLoss(Layer):
    """Adds what it is given to the loss of the model that it is part of.

    Args:
      **kwargs: arguments of ``Layer``.

    Example:
      >>> import kerax
      >>> x = kerax.Input((2,))
      >>> model = kerax.Model(x, kerax.layers.Dense(1)(x))
      >>> model.add_loss(kerax.ops.mean(x * x))
      >>> _ = model(kerax.ops.ones((1, 2)))
      >>> [float(loss) for loss in model.losses]
      [1.0]
    """

    def call(self, inputs: Any) -> Any:
        """Notes the loss and returns it."""
        self.add_loss(inputs)
        return inputs


class AddMetric(Layer):
    """Reports the mean of what it is given in the logs of the model that it is part of.

    Args:
      metric_name: the name in the logs.
      **kwargs: arguments of ``Layer``.
    """

    def __init__(self, metric_name: str, **kwargs: Any):
        super().__init__(**kwargs)
        self.metric_name = metric_name
        self._added_metrics = {metric_name: Mean(name=metric_name)}

    def call(self, inputs: Any) -> Any:
        """Adds the value to the metric and returns it."""
        self.add_metric(inputs, name=self.metric_name)
        return inputs
