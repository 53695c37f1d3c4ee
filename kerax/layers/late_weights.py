"""Layers that are used for the first time inside a compiled step: those without weights may be made there."""

from __future__ import annotations

from typing import Any, NoReturn

from kerax.state import current_scope


def no_weights_here() -> bool:
    """Whether a compiled step is being traced, whose weights are all known.

    Example:
      >>> from kerax.layers.late_weights import no_weights_here
      >>> no_weights_here()
      False
    """
    scope = current_scope()
    return scope is not None and scope.frozen


def refuse_weights(layer: Any) -> NoReturn:
    """Says that a layer came too late to create weights.

    Args:
      layer: the layer.

    Raises:
      ValueError: naming it.
    """
    raise ValueError(
        f"Layer {layer.name!r} ({type(layer).__name__}) is used for the first time inside a compiled step, where no "
        "weights can be created. Create layers in __init__ and call them for every input, or build the model on data "
        "first."
    )
