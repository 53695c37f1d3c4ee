"""ReLU and LeakyReLU."""

from __future__ import annotations

from typing import Any

from kerax import activations
from kerax.layers.checks import number_in
from kerax.layers.layer import Layer


class ReLU(Layer):
    """Rectified linear unit.

    Args:
        max_value: upper limit of the output, or None.
        negative_slope: slope below the threshold.
        threshold: inputs below it are damped.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: for a negative argument.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.ReLU(max_value=6.0)(np.array([-1.0, 2.0, 9.0], "float32"))
        Array([0., 2., 6.], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0, **kwargs: Any
    ):
        super().__init__(**kwargs)
        if max_value is not None:
            number_in(self, "max_value", max_value, 0, float("inf"))
        self.max_value = max_value
        self.negative_slope = number_in(self, "negative_slope", negative_slope, 0, float("inf"))
        self.threshold = number_in(self, "threshold", threshold, 0, float("inf"))

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.relu(
            inputs, negative_slope=self.negative_slope, max_value=self.max_value, threshold=self.threshold
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


class LeakyReLU(Layer):
    """``x`` for positive inputs, ``negative_slope * x`` for the rest.

    Args:
        negative_slope: slope for negative inputs.
        **kwargs: ``name``, ``dtype``..., and tf.keras's name ``alpha`` for the slope.

    Raises:
        ValueError: for a negative slope.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.LeakyReLU(0.5)(np.array([-1.0, 2.0], "float32"))
        Array([-0.5,  2. ], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any):
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = number_in(self, "negative_slope", negative_slope, 0, float("inf"))

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "negative_slope": self.negative_slope}
