"""Masking: marks time steps to be skipped."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.layer import Layer


class Masking(Layer):
    """Masks the time steps whose features all equal ``mask_value``, and sets them to 0.

    Args:
        mask_value: the value that marks padding.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> x = np.array([[[1.0], [9.0]]], "float32")
        >>> kerax.layers.Masking(mask_value=9.0)(x).tolist()
        [[[1.0], [0.0]]]
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, mask_value: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        if isinstance(mask_value, str):
            raise ValueError(f"Masking: argument mask_value must be a number, received {mask_value!r}.")
        self.mask_value = mask_value

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """True where a time step counts."""
        return jnp.any(inputs != self.mask_value, axis=-1)

    def call(self, inputs: Any) -> Any:
        """Sets masked steps to 0."""
        keep = jnp.any(inputs != self.mask_value, axis=-1, keepdims=True)
        return jnp.where(keep, inputs, jnp.zeros((), inputs.dtype))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "mask_value": self.mask_value}
