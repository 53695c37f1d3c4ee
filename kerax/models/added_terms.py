"""Losses and metrics that are symbolic tensors: ``model.add_loss(tensor)`` on a functional model, as in tf.keras.

In configurations they are layers of the graph whose outputs nothing uses, under the names that they have in tf.keras;
Keras 3 has no such layers.
"""

from __future__ import annotations

from typing import Any

from kerax.layers import Layer
from kerax.metrics import Mean


class AddLoss(Layer):
    """Adds what it is given to the loss of the model that it is part of.

    Args:
      unconditional: kept for the configurations of tf.keras, which have it.
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

    def __init__(self, unconditional: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.unconditional = unconditional

    def call(self, inputs: Any) -> Any:
        """Notes the loss and returns it."""
        self.add_loss(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "unconditional": self.unconditional}


class AddMetric(Layer):
    """Reports the mean of what it is given in the logs of the model that it is part of.

    Args:
      metric_name: the name in the logs.
      aggregation: ``"mean"`` or None, as in tf.keras.
      **kwargs: arguments of ``Layer``.
    """

    def __init__(self, metric_name: str, aggregation: str | None = "mean", **kwargs: Any):
        super().__init__(**kwargs)
        self.metric_name, self.aggregation = metric_name, aggregation
        self._added_metrics = {metric_name: Mean(name=metric_name)}

    def call(self, inputs: Any) -> Any:
        """Adds the value to the metric and returns it."""
        self.add_metric(inputs, name=self.metric_name)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "aggregation": self.aggregation, "metric_name": self.metric_name}
