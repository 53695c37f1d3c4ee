"""Alpha dropout, for self-normalizing networks."""

from __future__ import annotations

from typing import Any

from kerax.functional.noise import alpha_dropout
from kerax.layers.regularization.dropout import Dropout, mask_shape


class AlphaDropout(Dropout):
    """Dropout that keeps mean 0 and variance 1: it drops to SELU's negative saturation value.

    Reference: Klambauer et al., "Self-Normalizing Neural Networks", 2017, https://arxiv.org/abs/1706.02515

    Args:
        rate: share of elements to drop, in [0, 1].
        noise_shape: shape of the mask, None where it follows the inputs.
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError, TypeError: if ``rate`` is no number in [0, 1].

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.AlphaDropout(0.3)(np.ones((1, 2), "float32"))
        Array([[1., 1.]], dtype=float32)
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drops."""
        if not training or self.rate == 0:
            return inputs
        return alpha_dropout(
            inputs, self.next_key(self.seed), self.rate, mask_shape(self, inputs.shape, self.noise_shape)
        )
