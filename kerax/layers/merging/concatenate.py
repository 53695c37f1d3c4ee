"""Concatenate."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.checks import known_axis
from kerax.layers.merging.base import Merge


class Concatenate(Merge):
    """Joins its inputs along an axis.

    Args:
        axis: the axis; all other sizes must be equal.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: when called on shapes that differ elsewhere.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Concatenate()([np.ones((2, 3), "float32"), np.ones((2, 4), "float32")]).shape
        (2, 7)
    """

    def __init__(self, axis: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis

    def check(self, shapes: Any) -> None:
        """Raise a ``ValueError`` that names the layer if the shapes cannot be joined."""
        self.check_list(shapes)
        ranks = {len(shape) for shape in shapes}
        listed = ", ".join(str(tuple(shape)) for shape in shapes)
        if len(ranks) > 1:
            raise ValueError(
                f"Layer {self.path!r} (Concatenate) needs inputs with the same number of axes, received shapes "
                f"{listed}."
            )
        joined = known_axis(self, self.axis, ranks.pop())
        for axis in range(len(shapes[0])):
            sizes = {shape[axis] for shape in shapes} - {None}
            if axis != joined and len(sizes) > 1:
                raise ValueError(
                    f"Layer {self.path!r} (Concatenate) joins along axis {joined}, so all other sizes must be equal; "
                    f"received shapes {listed}."
                )

    def merge(self, arrays: list[jax.Array]) -> jax.Array:
        """The joined array."""
        return jnp.concatenate(arrays, axis=self.axis)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The masks, joined as well where the time axis is; an input without a mask counts throughout."""
        if not isinstance(previous_mask, (list, tuple)) or all(mask is None for mask in previous_mask):
            return None
        axis = self.axis % inputs[0].ndim
        masks = []
        for array, mask in zip(inputs, previous_mask, strict=True):
            mask = jnp.ones(array.shape[:2], bool) if mask is None else mask
            # Masks may have fewer axes than the inputs: the missing ones are added, then dropped again.
            masks.append(jnp.broadcast_to(mask.reshape((*mask.shape, *(1,) * (array.ndim - mask.ndim))), array.shape))
        return jnp.any(jnp.concatenate(masks, axis=axis), axis=tuple(range(2, inputs[0].ndim)))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "axis": self.axis}


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """Join a list of arrays or symbolic tensors along an axis.

    Args:
        inputs: list of arrays or symbolic tensors.
        axis: the axis.
        **kwargs: of ``Concatenate``.

    Returns:
        The joined array or symbolic tensor.

    Example:
        >>> import kerax
        >>> kerax.layers.concatenate([kerax.Input((3,)), kerax.Input((4,))]).shape
        (None, 7)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)
