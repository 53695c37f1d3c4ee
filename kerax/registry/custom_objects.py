"""The user's own classes and functions by name: registered for the process, or known inside a ``with`` block."""

from __future__ import annotations

import contextvars
import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any

_registered: dict[str, Any] = {}
_registered_names: dict[Any, str] = {}
_scopes: contextvars.ContextVar[tuple[dict[str, Any], ...]] = contextvars.ContextVar("kerax_custom_objects", default=())


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable:
    """Class decorator that lets saved models name a class or function of the user's own.

    Args:
      package: prefix of the registered name.
      name: the name itself; the object's own by default.

    Returns:
      A decorator that returns its argument unchanged.

    Raises:
      ValueError: if a class has no ``get_config`` and is no dataclass, as Flax Linen's modules are.

    Example:
      >>> import kerax
      >>> @kerax.utils.register_keras_serializable("mine")
      ... def cube(x):
      ...     return x**3
      >>> kerax.utils.get_registered_object("mine>cube") is cube
      True
    """

    def decorate(obj: Any) -> Any:
        if inspect.isclass(obj) and not hasattr(obj, "get_config") and not dataclasses.is_dataclass(obj):
            raise ValueError(
                f"Cannot register a class that does not have a get_config() method: {obj.__name__}. Define one that "
                "returns the constructor's arguments."
            )
        full = f"{package}>{name or obj.__name__}"
        _registered[full] = obj
        _registered_names[obj] = full
        return obj

    return decorate


def registered_name_of(obj: Any) -> str | None:
    """The name an object was registered under, or None."""
    try:
        return _registered_names.get(obj)
    except TypeError:  # unhashable
        return None


def get_registered_name(obj: Any) -> str:
    """Returns the name an object was registered under; its own name if it was not.

    Example:
      >>> import kerax
      >>> kerax.utils.get_registered_name(len)
      'len'
    """
    return registered_name_of(obj) or obj.__name__


def get_registered_object(
    name: str | None, custom_objects: Mapping[str, Any] | None = None, module_objects: Mapping[str, Any] | None = None
) -> Any:
    """Returns the user's object of that name, else None.

    Args:
      name: the name.
      custom_objects: where to look first; then come open scopes and what was registered.
      module_objects: where to look last.

    Example:
      >>> import kerax
      >>> kerax.utils.get_registered_object("nothing") is None
      True
    """
    if not isinstance(name, str):
        return None
    for table in (custom_objects, *reversed(_scopes.get()), _registered, module_objects):
        if table and name in table:
            return table[name]
    return None


def find_by_short_name(name: str) -> Any:
    """The user's function registered as ``package>name``, else None; some files keep the short name only."""
    ending = f">{name}"
    tables = (*reversed(_scopes.get()), _registered)
    return next((obj for table in tables for key, obj in table.items() if str(key).endswith(ending)), None)


def get_custom_objects() -> dict[str, Any]:
    """Returns the table of objects that are known in the whole process; names may be added to it.

    Example:
      >>> import kerax
      >>> kerax.utils.get_custom_objects()["Doubled"] = lambda x: 2 * x
      >>> kerax.activations.get("Doubled")(3.0)
      6.0
      >>> _ = kerax.utils.get_custom_objects().pop("Doubled")
    """
    return _registered


class CustomObjectScope:
    """Makes the user's objects known by name inside a ``with`` block, in this thread.

    Args:
      *custom_objects: dicts from name to class or function.

    Example:
      >>> import kerax
      >>> with kerax.utils.custom_object_scope({"twice": lambda x: 2 * x}):
      ...     layer = kerax.layers.Activation("twice")
    """

    def __init__(self, *custom_objects: Mapping[str, Any] | None):
        self.custom_objects: dict[str, Any] = {}
        for table in custom_objects:
            self.custom_objects.update(table or {})
        self._tokens: list[contextvars.Token] = []

    def __enter__(self) -> CustomObjectScope:
        self._tokens.append(_scopes.set((*_scopes.get(), self.custom_objects)))
        return self

    def __exit__(self, *error: Any) -> None:
        _scopes.reset(self._tokens.pop())


custom_object_scope = CustomObjectScope
