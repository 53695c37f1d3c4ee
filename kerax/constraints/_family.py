"""Names of the constraints, and looking them up."""

from __future__ import annotations

from typing import Any

from kerax.constraints.constraint import Constraint
from kerax.constraints.norms import MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from kerax.constraints.radial import RadialConstraint
from kerax.registry import Family

FAMILY = Family(
    "constraint",
    "keras.constraints",
    classes={cls.__name__: cls for cls in (Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm, RadialConstraint)},
)


def get(identifier: Any) -> Any:
    """Return the constraint an identifier stands for.

    Args:
        identifier: name (``"max_norm"``, ``"MaxNorm"``), configuration, class, instance, callable ``w -> w``
            or ``None``.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> import kerax
        >>> kerax.constraints.get("non_neg")
        NonNeg()
    """
    return FAMILY.get(identifier)


def serialize(constraint: Any, use_legacy_format: bool = False) -> Any:
    """Return the configuration of a constraint.

    Args:
        constraint: the constraint.
        use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Example:
        >>> import kerax
        >>> kerax.constraints.serialize(kerax.constraints.MaxNorm(3))["config"]
        {'max_value': 3, 'axis': 0}
    """
    return FAMILY.serialize(constraint, use_legacy_format)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Return the constraint a configuration describes.

    Args:
        config: what `serialize` returned, in Keras 2 or Keras 3 form, or a name.
        custom_objects: the user's own classes and functions by name.
        use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
        ValueError: for an unknown class.

    Example:
        >>> import kerax
        >>> kerax.constraints.deserialize({"class_name": "UnitNorm", "config": {"axis": 1}})
        UnitNorm(axis=1)
    """
    return FAMILY.deserialize(config, custom_objects)
