"""Names of the regularizers, and looking them up."""

from __future__ import annotations

from typing import Any

from kerax.registry import Family
from kerax.regularizers.norms import L1, L1L2, L2
from kerax.regularizers.orthogonal import OrthogonalRegularizer
from kerax.regularizers.regularizer import Regularizer

FAMILY = Family(
    "regularizer",
    "keras.regularizers",
    classes={cls.__name__: cls for cls in (Regularizer, L1, L2, L1L2, OrthogonalRegularizer)},
    aliases={"l1_l2": "L1L2"},
)


def get(identifier: Any) -> Any:
    """Return the regularizer an identifier stands for.

    Args:
        identifier: name (``"l2"``, ``"L2"``), configuration, class, instance, callable ``x -> scalar``, or ``None``.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> import kerax
        >>> kerax.regularizers.get("l2")
        L2(l2=0.01)
    """
    return FAMILY.get(identifier)


def serialize(regularizer: Any, use_legacy_format: bool = False) -> Any:
    """Return the configuration of a regularizer.

    Args:
        regularizer: the regularizer.
        use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Example:
        >>> import kerax
        >>> kerax.regularizers.serialize(kerax.regularizers.L1(0.1))["config"]
        {'l1': 0.1}
    """
    return FAMILY.serialize(regularizer, use_legacy_format)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Return the regularizer a configuration describes.

    Args:
        config: what `serialize` returned, in Keras 2 or Keras 3 form, or a name.
        custom_objects: the user's own classes and functions by name.
        use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
        ValueError: for an unknown class.

    Example:
        >>> import kerax
        >>> kerax.regularizers.deserialize({"class_name": "L1L2", "config": {"l1": 0.5, "l2": 0.0}})
        L1L2(l1=0.5, l2=0.0)
    """
    return FAMILY.deserialize(config, custom_objects)
