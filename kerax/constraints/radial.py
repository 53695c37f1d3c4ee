"""Constraint that makes square convolution kernels constant on square rings."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.constraints.constraint import Constraint


class RadialConstraint(Constraint):
    """Makes each filter of a 2-D convolution kernel depend only on the distance (in rings) from its middle.

    With ``n`` the side of the kernel and ``h = n // 2``, ring ``r`` (0 in the middle) takes its value from diagonal
    element ``h + r - 1``. The middle of an even kernel is a 2 x 2 block that takes element ``h - 1``; its ring ``r``
    takes element ``h + r``. These are the elements that tf.keras takes.

    Raises:
        ValueError: at the call, if the weight has not the shape ``(n, n, inputs, outputs)``.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kernel = jnp.arange(9.0).reshape(3, 3, 1, 1)
        >>> kerax.constraints.RadialConstraint()(kernel)[..., 0, 0].tolist()
        [[4.0, 4.0, 4.0], [4.0, 0.0, 4.0], [4.0, 4.0, 4.0]]
    """

    def __call__(self, w: Any) -> jax.Array:
        """Return the kernel made constant on every ring."""
        w = jnp.asarray(w)
        if w.ndim != 4 or w.shape[0] != w.shape[1]:
            raise ValueError(
                f"RadialConstraint works on 2-D convolution kernels (n, n, inputs, outputs), got shape {w.shape}."
            )
        source = _diagonal_element_of_each_place(w.shape[0])
        return w[source, source]


def _diagonal_element_of_each_place(side: int) -> np.ndarray:
    """Return, for every place of a ``side x side`` kernel, the index of the diagonal element that it takes."""
    half = side // 2
    steps = np.abs(np.arange(side) - (side - 1) / 2)  # 0, 1, 2... from the middle; 0.5, 1.5... if the side is even
    ring = np.floor(np.maximum(steps[:, None], steps[None, :])).astype(int)
    return np.where(ring == 0, max(half - 1, 0), ring + (half - 1 if side % 2 else half))
