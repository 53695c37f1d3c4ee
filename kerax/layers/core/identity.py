"""Identity: a layer that changes nothing."""

from __future__ import annotations

from typing import Any

from kerax.layers.layer import Layer


class Identity(Layer):
    """Returns its inputs, of any structure, unchanged.

    Args:
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Identity()(np.array([1.0, 2.0], "float32"))
        Array([1., 2.], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Returns the inputs."""
        return inputs
