"""Subtract."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.merging.base import Merge


class Subtract(Merge):
    """Subtracts the second of two inputs from the first.

    Args:
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when called on anything but two inputs that broadcast.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Subtract()([np.array([[1.0, 5.0]], "float32"), np.array([[3.0, 2.0]], "float32")])
        Array([[-2.,  3.]], dtype=float32)
    """

    _function = staticmethod(jnp.subtract)
    _count = 2


def subtract(inputs: Any, **kwargs: Any) -> Any:
    """Subtract the second of two arrays or symbolic tensors from the first.

    Args:
        inputs: two arrays or symbolic tensors.
        **kwargs: of ``Subtract``.

    Returns:
        The merged array or symbolic tensor.

    Example:
        >>> import kerax
        >>> a, b = kerax.Input((3,)), kerax.Input((3,))
        >>> kerax.layers.subtract([a, b]).shape
        (None, 3)
    """
    return Subtract(**kwargs)(inputs)
