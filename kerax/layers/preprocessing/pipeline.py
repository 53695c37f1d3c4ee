"""Pipeline: layers, one after the other, as one layer."""

from __future__ import annotations

from typing import Any

from kerax.layers import _family
from kerax.layers.call_signature import signature_of
from kerax.layers.layer import Layer


class Pipeline(Layer):
    """Applies layers one after the other; made for preprocessing, in ``Dataset.map`` or in a model.

    Args:
      layers: the layers.
      name: the pipeline's name.
      **kwargs: ``dtype``...

    Raises:
      TypeError: if ``layers`` is no list of layers.

    Example:
      >>> import kerax, numpy as np
      >>> pipeline = kerax.layers.Pipeline([kerax.layers.Rescaling(0.5), kerax.layers.CenterCrop(1, 1)])
      >>> pipeline(np.full((1, 3, 3, 1), 4.0, "float32")).shape
      (1, 1, 1, 1)
    """

    autocast = False

    def __init__(self, layers: Any, name: str | None = None, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        if not isinstance(layers, (list, tuple)) or not all(isinstance(layer, Layer) for layer in layers):
            raise TypeError(f"Pipeline: layers must be a list of layers, received {layers!r}.")
        self._pipeline_layers = list(layers)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return list(self._pipeline_layers)

    def call(self, inputs: Any, training: bool = True) -> Any:
        """Runs the layers."""
        for layer in self._pipeline_layers:
            inputs = layer(inputs, training=training) if signature_of(type(layer)).training else layer(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "layers": [_family.serialize(layer) for layer in self._pipeline_layers]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Pipeline:
        """Makes a pipeline from ``get_config()``."""
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(
                f"`Pipeline` config must contain a `layers` key mapping to a list of serialized layers. Received "
                f"layers={layers}."
            )
        return super().from_config({**config, "layers": [_family.deserialize(layer) for layer in layers]})
