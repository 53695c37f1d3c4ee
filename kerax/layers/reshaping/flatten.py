"""Flatten: every sample as one row."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from kerax.layers.checks import data_format_or_default
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class Flatten(Layer):
    """Joins all axes but the batch axis.

    Args:
        data_format: ``"channels_last"`` (the default of ``kerax.config``) or ``"channels_first"``; with channels
            first, the channel axis is moved to the end before flattening, so that both formats give the same order.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: for an unknown data format.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Flatten()(np.ones((2, 3, 4), "float32")).shape
        (2, 12)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = data_format_or_default("Flatten", data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """Flattens."""
        if inputs.ndim == 1:
            return inputs[:, None]
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = jnp.moveaxis(inputs, 1, -1)
        return inputs.reshape((inputs.shape[0], math.prod(inputs.shape[1:])))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "data_format": self.data_format}
