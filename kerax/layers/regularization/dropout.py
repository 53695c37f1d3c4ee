"""Dropout."""

from __future__ import annotations

from typing import Any

from kerax.functional.noise import dropout
from kerax.layers.checks import number_in
from kerax.layers.layer import Layer
from kerax.random import SeedGenerator


class Dropout(Layer):
    """Sets a share of its inputs to 0 while training and scales up the others; does nothing otherwise.

    Args:
        rate: share of elements to drop, in [0, 1].
        noise_shape: shape of the mask, None where it follows the inputs; 1 shares the decision along an axis.
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError, TypeError: if ``rate`` is no number in [0, 1].

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Dropout(0.5)(np.ones((1, 3), "float32"))
        Array([[1., 1., 1.]], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.rate = number_in(self, "rate", rate, 0, 1)
        self.seed = seed
        if self.rate > 0:
            self.seed_generator = SeedGenerator(seed)
        if noise_shape is not None and (isinstance(noise_shape, (int, str)) or not hasattr(noise_shape, "__iter__")):
            raise ValueError(f"Dropout: noise_shape must be a tuple of integers and None, received {noise_shape!r}.")
        if noise_shape is not None and any(size is not None and size < 1 for size in noise_shape):
            raise ValueError(f"Dropout: the sizes in noise_shape must be positive or None, received {noise_shape!r}.")
        self.noise_shape = noise_shape if noise_shape is None else tuple(noise_shape)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drops."""
        if not training or self.rate == 0:
            return inputs
        return dropout(inputs, self.next_key(self.seed), self.rate, mask_shape(self, inputs.shape, self.noise_shape))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed, "noise_shape": self.noise_shape}


def mask_shape(layer: Layer, shape: tuple, noise_shape: tuple | None) -> tuple | None:
    """The shape of the noise: None sizes in ``noise_shape`` are those of the inputs.

    Example:
        >>> import kerax
        >>> from kerax.layers.regularization.dropout import mask_shape
        >>> mask_shape(kerax.layers.Dropout(0.5), (2, 3, 4), (None, 1, None))
        (2, 1, 4)
    """
    if noise_shape is None:
        return None
    if len(noise_shape) != len(shape):
        raise ValueError(
            f"Layer {layer.path!r}: noise_shape={noise_shape} has {len(noise_shape)} sizes, inputs have {len(shape)} "
            "axes."
        )
    sizes = tuple(have if want is None else want for want, have in zip(noise_shape, shape, strict=True))
    for want, have in zip(sizes, shape, strict=True):
        if isinstance(want, int) and isinstance(have, int) and want not in (1, have):
            raise ValueError(
                f"Layer {layer.path!r}: noise_shape={noise_shape} does not broadcast to inputs of shape {shape}."
            )
    return sizes
