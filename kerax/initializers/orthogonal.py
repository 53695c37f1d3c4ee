"""Initializer of (semi-)orthogonal matrices."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.initializers._sampling import draw
from kerax.initializers.random import RandomInitializer

# Matrix factorisations exist for these types; narrower ones are factored in float32.
_FACTORED_TYPES = ("float32", "float64")


class Orthogonal(RandomInitializer):
    """A matrix with orthonormal rows or columns, whichever are fewer: Saxe et al. 2014.

    A weight with more than two axes is filled through its ``(product of the others, last)`` matrix. The matrix is the Q
    of the QR factorisation of normal samples, with the signs that make R's diagonal positive, so that it is uniformly
    distributed over the orthogonal matrices (Mezzadri 2007).

    Args:
        gain: factor on the matrix.
        seed: int, seed generator, or ``None``.

    Raises:
        ValueError: at the call, if the shape has fewer than two sizes.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> q = kerax.initializers.Orthogonal(seed=0)((4, 2))
        >>> bool(abs(q.T @ q - jnp.eye(2)).max() < 1e-6)
        True
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return an orthogonal weight of ``shape``."""
        shape, dtype = self._checked(shape, dtype, kwargs)
        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs a shape of at least two sizes, got {shape}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        factored = dtype if dtype in _FACTORED_TYPES else "float32"
        samples = draw("normal", self.seed, (max(rows, columns), min(rows, columns)), factored)
        numeric: Any = jnp if isinstance(samples, jax.core.Tracer) else np
        q, r = numeric.linalg.qr(samples)
        q = q * numeric.sign(numeric.diagonal(r))
        if rows < columns:
            q = q.T
        return jnp.asarray((q * numeric.asarray(self.gain, q.dtype)).reshape(shape).astype(dtype))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "gain": self.gain}
