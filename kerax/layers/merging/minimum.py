"""Minimum."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.merging.base import Merge


class Minimum(Merge):
    """Takes the smallest of its inputs element by element.

    Args:
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when called on shapes that do not broadcast.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Minimum()([np.array([[1.0, 5.0]], "float32"), np.array([[3.0, 2.0]], "float32")])
        Array([[1., 2.]], dtype=float32)
    """

    _function = staticmethod(jnp.minimum)


def minimum(inputs: Any, **kwargs: Any) -> Any:
    """Take the smallest of a list of arrays or symbolic tensors, element by element.

    Args:
        inputs: list of arrays or symbolic tensors.
        **kwargs: of ``Minimum``.

    Returns:
        The merged array or symbolic tensor.

    Example:
        >>> import kerax
        >>> a, b = kerax.Input((3,)), kerax.Input((3,))
        >>> kerax.layers.minimum([a, b]).shape
        (None, 3)
    """
    return Minimum(**kwargs)(inputs)
