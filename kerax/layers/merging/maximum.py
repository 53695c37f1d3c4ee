"""Maximum."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.layers.merging.base import Merge


class Maximum(Merge):
    """Takes the largest of its inputs element by element.

    Args:
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when called on shapes that do not broadcast.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Maximum()([np.array([[1.0, 5.0]], "float32"), np.array([[3.0, 2.0]], "float32")])
        Array([[3., 5.]], dtype=float32)
    """

    _function = staticmethod(jnp.maximum)


def maximum(inputs: Any, **kwargs: Any) -> Any:
    """Take the largest of a list of arrays or symbolic tensors, element by element.

    Args:
        inputs: list of arrays or symbolic tensors.
        **kwargs: of ``Maximum``.

    Returns:
        The merged array or symbolic tensor.

    Example:
        >>> import kerax
        >>> a, b = kerax.Input((3,)), kerax.Input((3,))
        >>> kerax.layers.maximum([a, b]).shape
        (None, 3)
    """
    return Maximum(**kwargs)(inputs)
