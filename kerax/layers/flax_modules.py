"""Flax modules as configurations."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from kerax.errors import ConfigurationError
from kerax.registry import deserialize_keras_object, get_registered_name, get_registered_object, serialize_keras_object

_LINEN = "flax.linen"
_FIELD = "__flax_linen_module__"
_NOT_WRITTEN = ("parent", "name")


def is_linen(module: Any) -> bool:
    """Whether an object is a module of Flax Linen, told without importing Flax.

    Example:
        >>> import flax.linen as nn
        >>> from kerax.layers.flax_modules import is_linen
        >>> is_linen(nn.Dense(3)), is_linen(nn.Dense)
        (True, False)
    """
    return _is_from(module, _LINEN)


def is_nnx(module: Any) -> bool:
    """Whether an object is a module of Flax NNX, told without importing Flax.

    Example:
        >>> import flax.linen as nn
        >>> from kerax.layers.flax_modules import is_nnx
        >>> is_nnx(nn.Dense(3))
        False
    """
    return _is_from(module, "flax.nnx")


def _is_from(module: Any, package: str) -> bool:
    return any(cls.__module__.startswith(package) and cls.__name__ == "Module" for cls in type(module).__mro__)


def can_be_found(cls: type) -> bool:
    """Whether a configuration can name a module's class: it is Flax's own, registered, or has a ``get_config``.

    Example:
        >>> import flax.linen as nn
        >>> from kerax.layers.flax_modules import can_be_found
        >>> can_be_found(nn.Dense)
        True
    """
    known = cls.__module__.startswith(_LINEN) or hasattr(cls, "get_config")
    return known or get_registered_object(get_registered_name(cls)) is cls


class WrittenModule(Mapping):
    """What a file says of a module whose class only ``custom_objects`` can name; copies in memory take the module.

    The fields are looked at when they are written.

    Example:
        >>> import flax.linen as nn
        >>> from kerax.layers.flax_modules import WrittenModule, deserialize_module
        >>> deserialize_module(WrittenModule(nn.Dense(3))).features
        3
    """

    def __init__(self, module: Any):
        self.module = module

    def __repr__(self) -> str:
        return f"WrittenModule({self.module!r})"

    def __getitem__(self, key: str) -> Any:
        return _written(self.module)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_written(self.module))

    def __len__(self) -> int:
        return len(_written(self.module))


def serialize_module(module: Any) -> Any:
    """Returns a Linen module as plain values: its class and its fields, or what its ``get_config()`` says.

    Args:
        module: a module of Flax's own, or of a class that is registered.

    Raises:
        TypeError: for a class that is not registered, or a field that cannot be written down.

    Example:
        >>> import flax.linen as nn
        >>> from kerax.layers.flax_modules import serialize_module
        >>> serialize_module(nn.Dropout(0.5))["config"]["rate"]
        0.5
    """
    if hasattr(module, "get_config"):
        return serialize_keras_object(module)
    cls = type(module)
    if not can_be_found(cls):
        raise TypeError(
            f"The Flax module {cls.__name__} cannot be written to a file, because its class could not be found again: "
            "register it with @kerax.saving.register_keras_serializable()."
        )
    return _written(module)


def _written(module: Any) -> dict[str, Any]:
    """A Linen module's class and fields."""
    cls, config = type(module), {}
    for field in dataclasses.fields(module):
        if not field.init or field.name in _NOT_WRITTEN:
            continue
        value = getattr(module, field.name)
        default = field.default if field.default is not dataclasses.MISSING else None
        if value is default or (default is None and _is_factory_value(field, value)):
            continue
        if field.name.endswith("dtype"):
            config[field.name] = np.dtype(value).name
        else:
            config[field.name] = serialize_module(value) if is_linen(value) else serialize_keras_object(value)
    return {
        "module": cls.__module__,
        "class_name": _FIELD,
        "registered_name": cls.__name__ if cls.__module__.startswith(_LINEN) else get_registered_name(cls),
        "config": config,
    }


def _is_factory_value(field: Any, value: Any) -> bool:
    return field.default_factory is not dataclasses.MISSING and value == field.default_factory()


def deserialize_module(config: Any) -> Any:
    """Returns the Linen module that ``serialize_module`` wrote down.

    Only classes of ``flax.linen`` itself and registered ones are made.

    Args:
        config: what ``serialize_module`` returned; a module is returned as it is.

    Raises:
        ValueError: for a class that is not known, or a damaged configuration.

    Example:
        >>> import flax.linen as nn
        >>> from kerax.layers.flax_modules import deserialize_module, serialize_module
        >>> deserialize_module(serialize_module(nn.Dense(3))).features
        3
    """
    if isinstance(config, WrittenModule):
        return config.module
    if not isinstance(config, dict):
        return config
    if config.get("class_name") != _FIELD:
        return deserialize_keras_object(config)
    name, fields = config.get("registered_name"), config.get("config")
    if not isinstance(name, str) or not isinstance(fields, dict):
        raise ConfigurationError(f"Damaged configuration of a Flax module: {config!r}.")
    found = get_registered_object(name)
    if found is None and str(config.get("module")).startswith(_LINEN):
        import flax.linen as linen

        found = getattr(linen, name, None)
        found = found if inspect.isclass(found) and issubclass(found, linen.Module) else None
    if not inspect.isclass(found):
        raise ConfigurationError(
            f"Unknown Flax module {name!r}: pass its class in custom_objects, or register it with "
            "@kerax.saving.register_keras_serializable()."
        )
    return found(**{key: deserialize_module(value) for key, value in fields.items()})
