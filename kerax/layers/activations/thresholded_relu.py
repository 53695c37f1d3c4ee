"""ThresholdedReLU, of tf.keras."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.checks import number_in
from kerax.layers.layer import Layer


class ThresholdedReLU(Layer):
    """``x`` for inputs above ``theta``, 0 for the rest.

    Reference: Konda et al., "Zero-bias autoencoders and the benefits of co-adapting features", 2014, https://arxiv.org/abs/1402.3337

    Args:
        theta: the threshold, at least 0.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.ThresholdedReLU(1.5)(np.array([1.0, 2.0], "float32"))
        Array([0., 2.], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, theta: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.theta = number_in(self, "theta", theta, 0, float("inf"))

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return jnp.where(inputs > self.theta, inputs, jnp.zeros((), inputs.dtype))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "theta": self.theta}
