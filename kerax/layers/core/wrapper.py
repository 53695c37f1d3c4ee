"""Wrapper: a layer around another layer."""

from __future__ import annotations

from typing import Any

from kerax.layers._family import deserialize, serialize
from kerax.layers.layer import Layer


class Wrapper(Layer):
    """Base class of layers that change how another layer is used.

    Args:
        layer: the layer inside.
        **kwargs: ``name``, ``dtype``...

    Raises:
        TypeError: if ``layer`` is no layer.

    Example:
        >>> import kerax, numpy as np
        >>> class Twice(kerax.layers.Wrapper):
        ...     def call(self, inputs):
        ...         return self.layer(self.layer(inputs))
        >>> Twice(kerax.layers.Dense(2))(np.ones((1, 2), "float32")).shape
        (1, 2)
    """

    def __init__(self, layer: Any, **kwargs: Any):
        if not isinstance(layer, Layer):
            raise TypeError(f"{type(self).__name__}: layer must be a kerax layer, received {layer!r}.")
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Builds the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)

    def call(self, inputs: Any, **kwargs: Any) -> Any:
        """Calls the layer inside; subclasses change this."""
        return self.layer(inputs, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "layer": serialize(self.layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Wrapper:
        """Makes the wrapper and the layer inside."""
        config = dict(config)
        if isinstance(config.get("layer"), (dict, str)):
            config["layer"] = deserialize(config["layer"])
        return super().from_config(config)
