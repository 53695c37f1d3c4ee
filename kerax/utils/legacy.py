"""Names that Keras keeps under ``utils.legacy``: objects as ``{"class_name": ..., "config": ...}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerax.errors import unknown_name
from kerax.registry import custom_object_scope, get_registered_name, get_registered_object
from kerax.registry import deserialize_keras_object as _deserialize

__all__ = ["deserialize_keras_object", "serialize_keras_object"]


def serialize_keras_object(instance: Any) -> Any:
    """An object as tf.keras wrote it before version 2.12.

    Args:
      instance: object with ``get_config()``, a function or class, or None.

    Returns:
      ``{"class_name": ..., "config": ...}``; the name of a function or class; None for None.

    Raises:
      ValueError: for anything else.

    Example:
      >>> import kerax
      >>> kerax.utils.legacy.serialize_keras_object(kerax.regularizers.L2(0.1))
      {'class_name': 'L2', 'config': {'l2': 0.1}}
    """
    if instance is None:
        return None
    if not isinstance(instance, type) and hasattr(instance, "get_config"):
        return {"class_name": get_registered_name(type(instance)), "config": instance.get_config()}
    if hasattr(instance, "__name__"):
        return get_registered_name(instance)
    raise ValueError(
        f"serialize_keras_object() needs an object with get_config() or a function, received {instance!r}."
    )


def deserialize_keras_object(
    identifier: Any,
    module_objects: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """The object that ``serialize_keras_object`` wrote.

    Args:
      identifier: ``{"class_name": ..., "config": ...}``, a name, or None.
      module_objects: name to class or function, where the name is looked up.
      custom_objects: likewise, looked up first.
      printable_module_name: what the objects are called in messages.

    Returns:
      A new object, a function or class, or None for None.

    Raises:
      ValueError: for an unknown name, or something of another form.

    Example:
      >>> import kerax
      >>> legacy = kerax.utils.legacy
      >>> text = legacy.serialize_keras_object(kerax.regularizers.L2(0.1))
      >>> legacy.deserialize_keras_object(text, {"L2": kerax.regularizers.L2}).l2
      0.1
    """
    if identifier is None or (callable(identifier) and not isinstance(identifier, (str, Mapping))):
        return identifier
    named = isinstance(identifier, str)
    if not named and (not isinstance(identifier, Mapping) or not {"class_name", "config"} <= set(identifier)):
        raise ValueError(
            f"deserialize_keras_object() needs a name or a dict with class_name and config, received {identifier!r}."
        )
    if not named and "module" in identifier:  # of the format after it
        return _deserialize(dict(identifier), custom_objects=custom_objects)
    name = identifier if named else identifier["class_name"]
    made = get_registered_object(name, custom_objects, module_objects)
    if made is None:
        raise unknown_name(printable_module_name, name, [*(custom_objects or {}), *(module_objects or {})])
    if named or not hasattr(made, "from_config"):
        return made
    with custom_object_scope(custom_objects):
        return made.from_config(dict(identifier["config"]))
