"""remat: a layer whose activations are computed again for the gradient instead of being kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax

from kerax.layers.checkpointed import checkpointed
from kerax.layers.core.wrapper import Wrapper
from kerax.layers.layer import Layer


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
        return checkpointed(self.layer, self.layer, args, {"training": training, **kwargs}, self.policy)

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
