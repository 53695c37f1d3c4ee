"""Gaussian noise and Gaussian dropout."""

from __future__ import annotations

from typing import Any

from kerax.functional.noise import gaussian_dropout, gaussian_noise
from kerax.layers.checks import number_in
from kerax.layers.layer import Layer
from kerax.random import SeedGenerator


class GaussianNoise(Layer):
    """Adds noise from N(0, stddev^2) while training.

    Args:
        stddev: standard deviation of the noise, at least 0.
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: for a negative ``stddev``.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.GaussianNoise(0.1)(np.ones((1, 2), "float32"))
        Array([[1., 1.]], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.stddev = number_in(self, "stddev", stddev, 0, float("inf"))
        self.seed = seed
        if self.stddev > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Adds noise."""
        if not training or self.stddev == 0:
            return inputs
        return gaussian_noise(inputs, self.next_key(self.seed), self.stddev)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}


class GaussianDropout(Layer):
    """Multiplies by noise from N(1, rate / (1 - rate)) while training.

    Reference: Srivastava et al., "Dropout", JMLR 15, 2014, section 10, https://jmlr.org/papers/v15/srivastava14a.html

    Args:
        rate: the dropout rate whose variance the noise has, in [0, 1).
        seed: makes this layer's noise reproducible on its own.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if ``rate`` is outside [0, 1]; while training also for 1, whose noise has no finite variance.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.GaussianDropout(0.3)(np.ones((1, 2), "float32"))
        Array([[1., 1.]], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.rate = number_in(self, "rate", rate, 0, 1)
        self.seed = seed
        if self.rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Multiplies by noise."""
        if not training or self.rate == 0:
            return inputs
        if self.rate >= 1:
            raise ValueError(
                f"Layer {self.path!r}: GaussianDropout with rate=1 has noise of infinite variance; choose a rate "
                "below 1."
            )
        return gaussian_dropout(inputs, self.next_key(self.seed), self.rate)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
