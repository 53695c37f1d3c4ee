"""Names of the quantizers, and looking them up."""

from __future__ import annotations

from typing import Any

from kerax.quantizers.quantizers import AbsMaxQuantizer, Quantizer
from kerax.registry import Family

FAMILY = Family("quantizer", "keras.quantizers", classes={"AbsMaxQuantizer": AbsMaxQuantizer, "Quantizer": Quantizer})


def get(identifier: Any) -> Any:
    """Returns the quantizer an identifier stands for.

    Args:
        identifier: name, configuration, class, instance, or None.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> import kerax
        >>> kerax.quantizers.get("abs_max_quantizer").value_range
        (-127, 127)
    """
    return FAMILY.get(identifier)


def serialize(initializer: Any) -> Any:
    """Returns the configuration of a quantizer.

    Args:
        initializer: the quantizer; the name is Keras's.

    Example:
        >>> import kerax
        >>> kerax.quantizers.serialize(kerax.quantizers.AbsMaxQuantizer())["class_name"]
        'AbsMaxQuantizer'
    """
    return FAMILY.serialize(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """Returns the quantizer a configuration describes.

    Args:
        config: what ``serialize`` returned, or a name.
        custom_objects: the user's own classes by name.

    Raises:
        ValueError: for an unknown class.

    Example:
        >>> import kerax
        >>> kerax.quantizers.deserialize({"class_name": "AbsMaxQuantizer", "config": {"axis": 0}}).axis
        (0,)
    """
    return FAMILY.deserialize(config, custom_objects)
