"""TimeDistributed: one layer for every step."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers.call_signature import signature_of
from kerax.layers.checks import check_mask
from kerax.layers.core.wrapper import Wrapper
from kerax.state import get_mask, set_mask


class TimeDistributed(Wrapper):
    """Applies a layer to every step of sequences, with the same weights.

    Batch and time are joined into one axis, so that the layer is called once.

    Args:
        layer: the layer.
        **kwargs: ``name``, ``dtype``...

    Raises:
        TypeError: if ``layer`` is no layer.
        ValueError: when called on inputs with fewer than three axes, or with a mask of another batch size or length.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.TimeDistributed(kerax.layers.Dense(4))(np.ones((2, 5, 3), "float32")).shape
        (2, 5, 4)
    """

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Builds the layer inside for the inputs of one step.

        Args:
            input_shape: (batch, time, ...), or a structure of such shapes.
        """
        self.layer.__dict__["_path"] = f"{self.path}/{self.layer.name}"
        super().build(_map_shapes(self._step_shape, input_shape))

    def _step_shape(self, shape: Any) -> tuple:
        if len(shape) < 3:
            raise ValueError(
                f"Layer {self.path!r} (TimeDistributed) needs inputs with at least three axes, (batch, time, ...); "
                f"received shape {tuple(shape)}."
            )
        return (shape[0], *shape[2:])

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Computes the layer's output."""
        leaves = jax.tree.leaves(inputs)
        for leaf in leaves:
            self._step_shape(leaf.shape)
        batch, time = leaves[0].shape[:2]
        signature, kwargs = signature_of(type(self.layer)), {}
        if signature.training:
            kwargs["training"] = training
        if mask is not None:
            for one in jax.tree.leaves(mask):
                check_mask(self, "mask", one, leaves[0].shape[:2])
            if signature.mask and all(m.ndim > 2 for m in jax.tree.leaves(mask)):
                # A mask of (batch, time, ...) tells the layer about each step's own elements.
                kwargs["mask"] = jax.tree.map(_join, mask)
        outputs = self.layer(jax.tree.map(_join, inputs), **kwargs)
        return jax.tree.map(lambda y: y.reshape((batch, time, *y.shape[1:])), outputs)


def _join(x: jax.Array) -> jax.Array:
    """(batch, time, ...) -> (batch * time, ...), for masks noted on the array too."""
    joined = jnp.reshape(x, (x.shape[0] * x.shape[1], *x.shape[2:]))
    mask = get_mask(x)
    if mask is not None and mask.ndim > 2:
        set_mask(joined, jnp.reshape(mask, (mask.shape[0] * mask.shape[1], *mask.shape[2:])))
    return joined


def _map_shapes(function: Any, shapes: Any) -> Any:
    if isinstance(shapes, dict):
        return {name: _map_shapes(function, shape) for name, shape in shapes.items()}
    if shapes and isinstance(shapes[0], (list, tuple)):
        return [_map_shapes(function, shape) for shape in shapes]
    return function(shapes)
