"""Family: one kind of named object (initializers, losses, layers...), and the ways to name it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from kerax.errors import unknown_name
from kerax.registry.custom_objects import find_by_short_name, get_registered_object, registered_name_of
from kerax.registry.known import FAMILIES
from kerax.registry.make import check_no_other_name, inner_of, make_from_config, shortened
from kerax.registry.sharing import note_written
from kerax.registry.values import read_special, serialize_keras_object


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
        self._members: set[Any] = set()
        self.relatives: list[Family] = []  # families whose classes may stand here too: a layer as an activation
        FAMILIES.append(self)
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
        self._members.update(classes.values())
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

    def serialize(self, obj: Any, use_legacy_format: bool = False) -> Any:
        """Returns the configuration of an object, as Keras 3 writes it; a function of the family is its name.

        Args:
          obj: the object.
          use_legacy_format: whether to write only class name and arguments, as Keras did before 2.13.
        """
        if use_legacy_format:
            entry = self.serialize(obj)
            if not isinstance(entry, dict):
                return entry
            if entry["class_name"] == "function":
                return entry["config"]
            return {"class_name": entry.get("registered_name") or entry["class_name"], "config": entry["config"]}
        if obj is None:
            return None
        registered = registered_name_of(obj if inspect.isfunction(obj) else type(obj))
        if hasattr(obj, "get_config") and not inspect.isclass(obj):
            cls = type(obj)
            own = self.classes.get(cls.__name__) is cls
            for relative in self.relatives:
                if not own and relative.classes.get(cls.__name__) is cls:
                    return relative.serialize(obj)
            entry = {
                "module": self.module if own else cls.__module__,
                "class_name": cls.__name__,
                "config": serialize_keras_object(obj.get_config()),
                "registered_name": None if own else registered or cls.__name__,
            }
            build = obj.get_build_config() if hasattr(obj, "get_build_config") else None
            if build is not None:
                entry["build_config"] = build
            return note_written(obj, entry)
        name = self._function_names.get(obj)
        if name is not None:
            return name
        if callable(obj):
            return serialize_keras_object(obj)
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
        if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
            raise ValueError(
                f"A {self.kind} configuration is a name or a dict with the keys 'class_name' and 'config'. Expected a "
                f"dictionary containing a 'config' key; received {shortened(config)}."
            )
        name = config["class_name"]
        if name == "function":  # Keras 3 writes custom functions this way
            return self._function(config, custom_objects)
        if name.startswith("__"):
            return read_special(name, config.get("config"))
        for relative in self.relatives:  # classes of one name, such as those of keras.optimizers.legacy
            if config.get("module") == relative.module and name in relative.classes:
                return relative.deserialize(config, custom_objects)
        registered = config.get("registered_name")
        found = get_registered_object(registered, custom_objects)
        if found is None:
            found = self.lookup(name, custom_objects)
            check_no_other_name(config, name, found in self._members)
        if not inspect.isclass(found):
            return found
        return make_from_config(found, config, inner_of(config, name), f"{self.kind} {name!r}", custom_objects)

    def owns(self, obj: Any) -> bool:
        """Whether a class, the class of an object, or a function is one of the family's own."""
        try:
            return obj in self._function_names or obj in self._members or type(obj) in self._members
        except TypeError:  # unhashable
            return type(obj) in self._members

    def knows(self, name: str) -> bool:
        """Whether a class or function of the family has that name."""
        return name in self._table

    def _function(self, config: dict[str, Any], custom_objects: Mapping[str, Any] | None) -> Any:
        name = config.get("config")
        if not isinstance(name, str):
            raise TypeError(f"Expected 'config' to be a non-null str for a function, received {shortened(name)}.")
        found = get_registered_object(name, custom_objects)
        if found is None:
            found = find_by_short_name(name) if name not in self._table else None
        if found is None:
            found = self.lookup(name, custom_objects)
            check_no_other_name(config, name, True)
        return found


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
