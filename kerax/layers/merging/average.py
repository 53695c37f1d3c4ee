"""Average."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.functional.merging import fold
from kerax.layers.merging.base import Merge


class Average(Merge):
    """Takes the mean of its inputs element by element.

    Args:
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when called on shapes that do not broadcast.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Average()([np.array([[1.0, 5.0]], "float32"), np.array([[3.0, 2.0]], "float32")])
        Array([[2. , 3.5]], dtype=float32)
    """

    def merge(self, arrays: list) -> Any:
        """The mean."""
        return fold(jnp.add, arrays) / len(arrays)


def average(inputs: Any, **kwargs: Any) -> Any:
    """Take the mean of a list of arrays or symbolic tensors, element by element.

    Args:
        inputs: list of arrays or symbolic tensors.
        **kwargs: of ``Average``.

    Returns:
        The merged array or symbolic tensor.

    Example:
        >>> import kerax
        >>> a, b = kerax.Input((3,)), kerax.Input((3,))
        >>> kerax.layers.average([a, b]).shape
        (None, 3)
    """
    return Average(**kwargs)(inputs)
