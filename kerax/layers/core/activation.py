"""Activation: an activation function as a layer."""

from __future__ import annotations

from typing import Any

from kerax import activations
from kerax.layers.layer import Layer


class Activation(Layer):
    """Applies a function element by element.

    Args:
        activation: name or callable.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Activation("relu")(np.array([-1.0, 2.0], "float32"))
        Array([0., 2.], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return inputs if self.activation is None else self.activation(inputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "activation": activations.serialize(self.activation)}
