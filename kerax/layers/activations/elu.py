"""ELU."""

from __future__ import annotations

from typing import Any

from kerax import activations
from kerax.layers.layer import Layer


class ELU(Layer):
    """``x`` for positive inputs, ``alpha * (exp(x) - 1)`` for the rest.

    Reference: Clevert et al., "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015, https://arxiv.org/abs/1511.07289

    Args:
        alpha: minus the value at minus infinity.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.ELU()(np.array([0.0, 2.0], "float32"))
        Array([0., 2.], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        if alpha is None:
            raise ValueError("ELU: alpha must be a number, received None.")
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        """Applies the function."""
        return activations.elu(inputs, alpha=self.alpha)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "alpha": self.alpha}
