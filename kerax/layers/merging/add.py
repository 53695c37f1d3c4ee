"""Add."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.merging.base import Merge


class Add(Merge):
    """Adds its inputs.

    Args:
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when called on shapes that do not broadcast.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Add()([np.array([[1.0, 5.0]], "float32"), np.array([[3.0, 2.0]], "float32")])
        Array([[4., 7.]], dtype=float32)
    """

    _function = staticmethod(jnp.add)


def add(inputs: Any, **kwargs: Any) -> Any:
    """Add a list of arrays or symbolic tensors.

    Args:
        inputs: list of arrays or symbolic tensors.
        **kwargs: of ``Add``.

    Returns:
        The merged array or symbolic tensor.

    Example:
        >>> import kerax
        >>> a, b = kerax.Input((3,)), kerax.Input((3,))
        >>> kerax.layers.add([a, b]).shape
        (None, 3)
    """
    return Add(**kwargs)(inputs)
