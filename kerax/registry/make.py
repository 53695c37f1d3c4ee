"""Making an object of a class from its configuration: the one place where ``from_config`` is called for a file."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from kerax.errors import ConfigurationError
from kerax.registry.custom_objects import CustomObjectScope
from kerax.registry.file_arguments import check_arguments_from_file
from kerax.registry.sharing import note_read, shared_object

_SHOWN = 120  # characters of a configuration in a message


def shortened(value: Any) -> str:
    """A value in few words, for messages."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def inner_of(config: dict[str, Any], name: str) -> dict[str, Any]:
    """The constructor arguments of a configuration.

    Raises:
      TypeError: if they are no dict.
    """
    inner = config.get("config")
    if inner is None:
        return {}
    if isinstance(inner, list) and name == "Sequential":  # Keras 1 and early tf.keras: a bare list of layers
        return {"layers": inner}
    if not isinstance(inner, dict):
        raise ConfigurationError(f"Expected 'config' to be a dict for {name!r}, received {shortened(inner)}.")
    return inner


def make_from_config(
    found: Any,
    config: dict[str, Any],
    inner: dict[str, Any],
    what: str,
    custom_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Makes the object, or returns the one that an earlier entry with the same ``shared_object_id`` made.

    Args:
      found: the class; anything else, such as a function, is returned as it is.
      config: the whole entry.
      inner: the constructor arguments.
      what: the object, for messages.
      custom_objects: the user's own classes and functions by name.

    Raises:
      ValueError: for arguments that would open a file.
      TypeError: for a class without ``from_config``.
    """
    if not inspect.isclass(found):
        return found
    shared = shared_object(config)
    if shared is not None:
        return shared
    if not hasattr(found, "from_config"):
        raise ConfigurationError(
            f"Unable to reconstruct an instance of {what}: the class {found.__name__} has no from_config() method."
        )
    check_arguments_from_file(inner, what)
    with CustomObjectScope(custom_objects):
        obj = found.from_config(dict(inner))
        build = config.get("build_config")
        if build and isinstance(build, dict) and hasattr(obj, "build_from_config") and not getattr(obj, "built", True):
            obj.build_from_config(build)
    note_read(config, obj)
    return obj


def check_no_other_name(config: dict[str, Any], name: str, built_in: bool) -> None:
    """Refuses a built-in object that claims to be registered under another name.

    Raises:
      ValueError: naming both.
    """
    registered = config.get("registered_name")
    if built_in and registered and registered not in (name, config.get("class_name")):
        raise ConfigurationError(
            f"registered_name={registered!r} stands in the configuration, but {name!r} resolved to a Keras built-in, "
            "which has no registered name. Is the class registered under another name?"
        )
