"""Permute: another order of axes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class Permute(Layer):
    """Reorders the axes of every sample.

    Args:
        dims: the axes in their new order, counted from 1; the batch axis stays.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if ``dims`` is no permutation of 1, 2, ..., n.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Permute((2, 1))(np.ones((5, 3, 4), "float32")).shape
        (5, 4, 3)
    """

    def __init__(self, dims: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute: dims must be a permutation of 1 to {len(self.dims)} (the batch axis is not counted), "
                f"received {dims!r}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """Reorders the axes."""
        return jnp.transpose(inputs, (0, *self.dims))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "dims": self.dims}
