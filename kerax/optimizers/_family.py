"""Names of the optimizers, and looking them up."""

from __future__ import annotations

from typing import Any

from kerax.optimizers._algorithms import CLASSES, LEGACY
from kerax.optimizers.from_optax import OptaxOptimizer, from_optax, is_optax
from kerax.optimizers.loss_scale import LossScaleOptimizer
from kerax.optimizers.multi import MultiOptimizer
from kerax.optimizers.optimizer import Optimizer
from kerax.registry import Family

FAMILY = Family(
    "optimizer", "keras.optimizers",
    classes={cls.__name__: cls for cls in (*CLASSES, LossScaleOptimizer, MultiOptimizer)},
)  # fmt: skip
FAMILY.relatives.append(LEGACY)


def get(identifier: Any) -> Any:
    """Returns the optimizer an identifier stands for.

    Args:
      identifier: name (``"adam"``, ``"Adam"``), configuration, class, instance, an optax transformation, or None.

    Raises:
      ValueError: for an unknown name.
      TypeError: for anything else.

    Example:
      >>> import kerax
      >>> kerax.optimizers.get("rmsprop").rho
      0.9
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if is_optax(identifier):
        return from_optax(identifier)
    found = FAMILY.get(identifier)
    if not isinstance(found, Optimizer):
        raise TypeError(
            f"Expected an optimizer given as a name, configuration, class, instance or optax transformation; "
            f"received {identifier!r}."
        )
    return found


def serialize(optimizer: Any, use_legacy_format: bool = False) -> Any:
    """Returns the configuration of an optimizer.

    Args:
      optimizer: the optimizer.
      use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Raises:
      ValueError: for an optax transformation, which has no configuration.

    Example:
      >>> import kerax
      >>> kerax.optimizers.serialize(kerax.optimizers.SGD(momentum=0.5))["config"]["momentum"]
      0.5
    """
    if isinstance(optimizer, OptaxOptimizer):
        return optimizer.get_config()
    return FAMILY.serialize(optimizer, use_legacy_format)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Returns the optimizer a configuration describes.

    Args:
      config: what ``serialize`` returned, in Keras 2 or Keras 3 form, or a name.
      custom_objects: the user's own classes by name.
      use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
      ValueError: for an unknown class.

    Example:
      >>> import kerax
      >>> kerax.optimizers.deserialize({"class_name": "SGD", "config": {"learning_rate": 0.5}}).name
      'sgd'
    """
    return FAMILY.deserialize(config, custom_objects)
