"""Names of the layers, and looking them up.

The table is empty here and filled by ``kerax/layers/__init__.py``, because wrappers look up the layers that they
wrap. Models add themselves, so that a nested model is found like a layer.
"""

from __future__ import annotations

from typing import Any

from kerax.activations._family import FAMILY as ACTIVATIONS
from kerax.registry import Family

FAMILY = Family("layer", "keras.layers")
ACTIVATIONS.relatives.append(FAMILY)  # Dense(3, activation=PReLU()) is written and read as a layer


def get(identifier: Any) -> Any:
    """Return the layer an identifier stands for.

    Args:
        identifier: name, configuration, class, layer or callable; None is returned as it is.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> import kerax
        >>> kerax.layers.get("flatten").name.startswith("flatten")
        True
    """
    return FAMILY.get(identifier)


def serialize(layer: Any, use_legacy_format: bool = False) -> dict[str, Any]:
    """Return the configuration of a layer: its class name and constructor arguments.

    Args:
        layer: the layer.
        use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Example:
        >>> import kerax
        >>> kerax.layers.serialize(kerax.layers.Dense(3))["class_name"]
        'Dense'
    """
    return FAMILY.serialize(layer, use_legacy_format)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Return the layer a configuration describes; its weights are new.

    Args:
        config: what `serialize` returned, in Keras 2 or Keras 3 form.
        custom_objects: the user's own classes and functions by name.
        use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
        ValueError: for an unknown class or a damaged configuration.

    Example:
        >>> import kerax
        >>> config = kerax.layers.serialize(kerax.layers.Dense(3))
        >>> kerax.layers.deserialize(config).units
        3
    """
    return FAMILY.deserialize(config, custom_objects)
