"""Names of the schedules, and looking them up."""

from __future__ import annotations

from typing import Any

from kerax.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from kerax.optimizers.schedules.decay import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay
from kerax.registry import Family

_CLASSES = (
    ExponentialDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    InverseTimeDecay,
    CosineDecay,
    CosineDecayRestarts,
)

FAMILY = Family("learning rate schedule", "keras.optimizers.schedules", classes={cls.__name__: cls for cls in _CLASSES})


def get(identifier: Any) -> Any:
    """Returns the schedule an identifier stands for: a configuration, or a schedule or callable itself.

    Example:
      >>> import kerax
      >>> kerax.optimizers.schedules.get(kerax.optimizers.schedules.CosineDecay(0.1, 5)).decay_steps
      5
    """
    return FAMILY.get(identifier)


def serialize(learning_rate_schedule: Any, use_legacy_format: bool = False) -> Any:
    """Returns the configuration of a schedule.

    Args:
      learning_rate_schedule: the schedule.
      use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Example:
      >>> import kerax
      >>> kerax.optimizers.schedules.serialize(kerax.optimizers.schedules.CosineDecay(0.1, 5))["class_name"]
      'CosineDecay'
    """
    return FAMILY.serialize(learning_rate_schedule, use_legacy_format)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Returns the schedule a configuration describes.

    Args:
      config: what ``serialize`` returned.
      custom_objects: the user's own classes by name.
      use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
      ValueError: for an unknown class.

    Example:
      >>> import kerax
      >>> config = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 5}}
      >>> kerax.optimizers.schedules.deserialize(config).decay_steps
      5
    """
    return FAMILY.deserialize(config, custom_objects)
