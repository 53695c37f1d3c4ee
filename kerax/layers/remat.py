"""remat: a layer whose activations are computed again for the gradient instead of being kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax

from kerax.layers.core.wrapper import Wrapper
from kerax.layers.layer import Layer
from kerax.state import Scope, get_mask, set_mask, walk


class Remat(Wrapper):
    """Runs a layer under ``jax.checkpoint``: less memory for the gradient, at the price of a second forward pass.

    Args:
        layer: the layer inside.
        policy: which values are kept, one of ``jax.checkpoint_policies``; none by default.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.remat(kerax.layers.Dense(2))
        >>> layer(np.ones((1, 3), "float32")).shape
        (1, 2)
    """

    supports_masking = True

    def __init__(self, layer: Any, policy: Callable | None = None, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.policy = policy
        self.built = layer.built

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        if not self.layer.built:
            self.layer._build_for(args, kwargs)
        self.built = True

    def call(self, *args: Any, training: bool | None = None, mask: Any = None, **kwargs: Any) -> Any:
        """Calls the layer inside."""
        entries = walk(self.layer)
        variables = [variable for _, variable, _ in entries]
        moving = [variable for _, variable, trainable in entries if not trainable]
        masks = jax.tree.map(get_mask, args)
        try:
            key = self.next_key() if training else None
        except ValueError:  # a functional call without a key: fine unless the layer draws noise
            key = None
        owners: list[Layer] = []

        def run(values: list, args: tuple, masks: Any, key: Any, kwargs: dict) -> Any:
            with Scope({id(v): a for v, a in zip(variables, values, strict=True)}, key=key, training=training) as scope:
                jax.tree.map(set_mask, args, masks, is_leaf=lambda x: x is None)
                outputs = self.layer(*args, training=training, **kwargs)
                owners[:] = [layer for layer, _ in scope.losses]
                new = [scope.values[id(variable)] for variable in moving]
                return outputs, new, [loss for _, loss in scope.losses], jax.tree.map(get_mask, outputs)

        arrays = {name: value for name, value in kwargs.items() if isinstance(value, jax.Array)}
        static = {name: value for name, value in kwargs.items() if name not in arrays}
        checkpointed = jax.checkpoint(
            lambda values, args, masks, key, arrays: run(values, args, masks, key, {**static, **arrays}),
            policy=self.policy,
        )
        outputs, new, losses, out_masks = checkpointed([v.read() for v in variables], args, masks, key, arrays)
        for variable, array in zip(moving, new, strict=True):
            variable.assign(array)
        for owner, loss in zip(owners, losses, strict=True):
            owner.add_loss(loss)
        jax.tree.map(set_mask, outputs, out_masks, is_leaf=lambda x: x is None)
        return outputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: ``call`` has noted the masks of the layer inside."""
        return None


def remat(target: Any, policy: Callable | None = None) -> Any:
    """Make a layer, or a function of arrays, save memory by computing its activations twice.

    Args:
        target: a layer or a function.
        policy: which values are kept, one of ``jax.checkpoint_policies``.

    Returns:
        A ``Remat`` layer around a layer; a function for a function.

    Raises:
        TypeError: for anything else.

    Example:
        >>> import jax, kerax
        >>> float(jax.grad(kerax.remat(lambda x: x**2))(3.0))
        6.0
    """
    if isinstance(target, Layer):
        return Remat(target, policy)
    if callable(target):
        return functools.wraps(target)(jax.checkpoint(target, policy=policy))
    raise TypeError(f"kerax.remat() takes a layer or a function, received {target!r}.")
