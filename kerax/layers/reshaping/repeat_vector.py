"""RepeatVector: one vector as a sequence."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.checks import positive_int
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class RepeatVector(Layer):
    """Repeats every sample ``n`` times along a new time axis.

    Args:
        n: number of repetitions.
        **kwargs: ``name``, ``dtype``...

    Raises:
        TypeError, ValueError: if ``n`` is no positive integer.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.RepeatVector(3)(np.ones((2, 4), "float32")).shape
        (2, 3, 4)
    """

    def __init__(self, n: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.n = positive_int(self, "n", n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """Repeats."""
        return jnp.broadcast_to(inputs[:, None, :], (inputs.shape[0], self.n, inputs.shape[1]))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "n": self.n}
