"""Multiply."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.merging.base import Merge


class Multiply(Merge):
    """Multiplies its inputs element by element.

    Args:
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when called on shapes that do not broadcast.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Multiply()([np.array([[1.0, 5.0]], "float32"), np.array([[3.0, 2.0]], "float32")])
        Array([[ 3., 10.]], dtype=float32)
    """

    _function = staticmethod(jnp.multiply)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """Multiply a list of arrays or symbolic tensors element by element.

    Args:
        inputs: list of arrays or symbolic tensors.
        **kwargs: of ``Multiply``.

    Returns:
        The merged array or symbolic tensor.

    Example:
        >>> import kerax
        >>> a, b = kerax.Input((3,)), kerax.Input((3,))
        >>> kerax.layers.multiply([a, b]).shape
        (None, 3)
    """
    return Multiply(**kwargs)(inputs)
