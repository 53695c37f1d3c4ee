"""Families of named objects (initializers, losses, layers...): look-up by identifier, configurations, custom objects.

A family resolves names only from its own explicit table, the user's ``custom_objects`` and what the user registered: a
configuration can never name a module to import.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kerax.errors import unknown_name

_registered: dict[str, Any] = {}
_registered_names: dict[Any, str] = {}
_scopes: list[dict[str, Any]] = []


def to_snake_case(name: str) -> str:
    """Turns ``"BatchNormalization"`` into ``"batch_normalization"``, as Keras names layers.

    Example:
      >>> from kerax.registry import to_snake_case
      >>> to_snake_case("Conv2DTranspose"), to_snake_case("Dense")
      ('conv2d_transpose', 'dense')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable:
    """Class decorator that lets saved models name a class or function of the user's own.

    Args:
      package: prefix of the registered name.
      name: the name itself; the object's own by default.

    Returns:
      A decorator that returns its argument unchanged.

    Raises:
      ValueError: if a class has no ``get_config``.

    Example:
      >>> import kerax
      >>> @kerax.utils.register_keras_serializable("mine")
      ... def cube(x):
      ...     return x**3
      >>> kerax.utils.get_registered_object("mine>cube") is cube
      True
    """

    def decorate(obj: Any) -> Any:
        if inspect.isclass(obj) and not hasattr(obj, "get_config"):
            raise ValueError(f"Cannot register class {obj.__name__}: it has no get_config() method.")
        full = f"{package}>{name or obj.__name__}"
        _registered[full] = obj
        _registered_names[obj] = full
        return obj

    return decorate


def get_registered_name(obj: Any) -> str | None:
    """Returns the name an object was registered under, or None.

    Example:
      >>> import kerax
      >>> kerax.utils.get_registered_name(len) is None
      True
    """
    try:
        return _registered_names.get(obj)
    except TypeError:  # unhashable
        return None


def get_registered_object(name: str | None, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Returns the user's object of that name from ``custom_objects``, open scopes or the register, else None.

    Example:
      >>> import kerax
      >>> kerax.utils.get_registered_object("nothing") is None
      True
    """
    if name is None:
        return None
    for table in ([custom_objects] if custom_objects else []) + list(reversed(_scopes)) + [_registered]:
        if name in table:
            return table[name]
    return None


@contextlib.contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any]) -> Iterator[None]:
    """Makes the user's objects known by name inside a ``with`` block.

    Args:
      custom_objects: name to class or function.

    Example:
      >>> import kerax
      >>> with kerax.utils.custom_object_scope({"twice": lambda x: 2 * x}):
      ...     layer = kerax.layers.Activation("twice")
    """
    _scopes.append(dict(custom_objects))
    try:
        yield
    finally:
        _scopes.pop()


class Family:
    """One kind of named object, and the ways to name it.

    Args:
      kind: in words, for messages ("optimizer").
      module: the public module as it stands in configurations ("keras.optimizers").
      classes: class name to class.
      functions: function name to function.
      aliases: other names of either.

    Example:
      >>> import kerax
      >>> kerax.activations.get("relu") is kerax.activations.relu
      True
    """

    def __init__(
        self,
        kind: str,
        module: str,
        classes: Mapping[str, type] | None = None,
        functions: Mapping[str, Callable] | None = None,
        aliases: Mapping[str, str] | None = None,
    ):
        self.kind, self.module = kind, module
        self.classes: dict[str, type] = {}
        self.functions: dict[str, Callable] = {}
        self._table: dict[str, Any] = {}
        self._function_names: dict[Any, str] = {}
        self.relatives: list[Family] = []  # families whose classes may stand here too: a layer as an activation
        self.extend(classes, functions, aliases)

    def extend(
        self,
        classes: Mapping[str, type] | None = None,
        functions: Mapping[str, Callable] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        """Adds names to the family; its members may need the family itself, so they are added once they exist."""
        classes, functions = dict(classes or {}), dict(functions or {})
        self.classes.update(classes)
        self.functions.update(functions)
        self._table.update(classes)
        self._table.update({to_snake_case(name): cls for name, cls in classes.items()})
        self._table.update({name.lower(): cls for name, cls in classes.items()})
        self._table.update(functions)
        self._table.update({alias: self._table[name] for alias, name in (aliases or {}).items()})
        for name, function in functions.items():
            self._function_names.setdefault(function, name)

    def lookup(self, name: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Returns the class or function of that name; raises a did-you-mean ``ValueError`` if there is none."""
        found = get_registered_object(name, custom_objects)
        if found is None:
            found = self._table.get(name)
        if found is None:
            found = self._table.get(name.lower())
        if found is None:
            found = next((relative.classes[name] for relative in self.relatives if name in relative.classes), None)
        if found is None:
            raise unknown_name(self.kind, name, [*self.functions, *self.classes], also=self._table)
        return found

    def get(self, identifier: Any) -> Any:
        """Returns the object that an identifier stands for.

        Args:
          identifier: None (returned as it is), a name, a configuration, a class (made with its defaults), or an
            instance
            or callable (returned as it is).

        Raises:
          ValueError: for an unknown name.
          TypeError: for anything else.
        """
        if identifier is None:
            return None
        if isinstance(identifier, dict):
            return self.deserialize(identifier)
        if isinstance(identifier, str):
            found = self.lookup(identifier)
            return self._make(found) if inspect.isclass(found) else found
        if inspect.isclass(identifier):
            return self._make(identifier)
        if callable(identifier) or hasattr(identifier, "get_config"):
            return identifier
        raise TypeError(
            f"Expected {_article(self.kind)} given as a name, configuration, class or callable; received "
            f"{identifier!r} of "
            f"type {type(identifier).__name__}."
        )

    def _make(self, cls: type) -> Any:
        try:
            return cls()
        except TypeError as error:
            raise TypeError(
                f"{_article(self.kind).capitalize()} {cls.__name__} given by class or name needs arguments: pass an "
                "instance, "
                f"{cls.__name__}(...). ({error})"
            ) from None

    def serialize(self, obj: Any) -> Any:
        """Returns the configuration of an object, as Keras 3 writes it; a function of the family is its name."""
        if obj is None:
            return None
        registered = get_registered_name(obj if inspect.isfunction(obj) else type(obj))
        if hasattr(obj, "get_config") and not inspect.isclass(obj):
            cls = type(obj)
            own = self.classes.get(cls.__name__) is cls
            for relative in self.relatives:
                if not own and relative.classes.get(cls.__name__) is cls:
                    return relative.serialize(obj)
            return {
                "module": self.module if own else None,
                "class_name": cls.__name__,
                "config": obj.get_config(),
                "registered_name": None if own else registered or cls.__name__,
            }
        name = self._function_names.get(obj)
        if name is not None:
            return name
        if callable(obj):
            return registered or getattr(obj, "__name__", type(obj).__name__)
        raise TypeError(f"Cannot write {obj!r} as {_article(self.kind)} configuration: it has no get_config().")

    def deserialize(self, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Returns the object that a configuration describes; the inverse of ``serialize``.

        Args:
          config: a name, or a dict with ``class_name`` and ``config`` (Keras 2 and Keras 3 forms).
          custom_objects: the user's own classes and functions by name.

        Raises:
          ValueError: for an unknown class or a damaged configuration.
        """
        if config is None:
            return None
        if isinstance(config, str):
            found = self.lookup(config, custom_objects)
            return self._make(found) if inspect.isclass(found) else found
        if not isinstance(config, dict) or "class_name" not in config:
            raise ValueError(
                f"A {self.kind} configuration is a name or a dict with the keys 'class_name' and 'config'; received "
                f"{config!r}."
            )
        if config["class_name"] == "function":  # Keras 3 writes custom functions this way
            return self.lookup(str(config["config"]), custom_objects)
        name = config["class_name"]
        for relative in self.relatives:  # classes of one name, such as those of keras.optimizers.legacy
            if config.get("module") == relative.module and name in relative.classes:
                return relative.deserialize(config, custom_objects)
        found = get_registered_object(config.get("registered_name"), custom_objects)
        if found is None:
            found = self.lookup(str(name), custom_objects)
        inner = config.get("config") or {}
        if not inspect.isclass(found):
            return found
        if not isinstance(inner, dict):
            raise ValueError(f"The configuration of {self.kind} {name!r} must be a dict, received {inner!r}.")
        with custom_object_scope(custom_objects) if custom_objects else contextlib.nullcontext():
            return found.from_config(inner)  # type: ignore[attr-defined]


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
