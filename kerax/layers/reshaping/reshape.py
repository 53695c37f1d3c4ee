"""Reshape: other sizes for the same elements."""

from __future__ import annotations

import math
from typing import Any

from kerax.layers.layer import Layer
from kerax.layers.layer_weights import plain_shape


class Reshape(Layer):
    """Gives every sample another shape.

    Args:
        target_shape: sizes without the batch axis; one may be -1 (None likewise), then it is computed.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if more than one size is -1, or the number of elements does not fit.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Reshape((-1, 2))(np.ones((5, 6), "float32")).shape
        (5, 3, 2)
    """

    def __init__(self, target_shape: Any, **kwargs: Any):
        super().__init__(**kwargs)
        sizes = tuple(-1 if size is None else size for size in plain_shape(target_shape))
        if sizes.count(-1) > 1:
            raise ValueError(f"Reshape: at most one size of target_shape may be -1, received {tuple(target_shape)}.")
        if any(size < -1 for size in sizes):
            raise ValueError(
                "Reshape: sizes of target_shape must not be negative (but one may be -1), received "
                f"{tuple(target_shape)}."
            )
        self.target_shape = sizes

    def call(self, inputs: Any) -> Any:
        """Reshapes."""
        sizes = inputs.shape[1:]
        if all(isinstance(size, int) for size in sizes):
            have, known = math.prod(sizes), math.prod(size for size in self.target_shape if size != -1)
            if have != known if -1 not in self.target_shape else (known == 0 or have % known):
                raise ValueError(
                    f"Layer {self.path!r} cannot reshape samples of shape {tuple(sizes)} ({have} elements) into "
                    f"target_shape={self.target_shape}."
                )
        return inputs.reshape((inputs.shape[0], *self.target_shape))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "target_shape": self.target_shape}
