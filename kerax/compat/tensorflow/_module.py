"""``tf.Module``: an object whose variables are found in its attributes."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import kerax
from kerax.compat.tensorflow._control import name_scope
from kerax.compat.tensorflow._string_variable import StringVariable
from kerax.registry import to_snake_case
from kerax.saving.trackable import is_trackable
from kerax.state import Variable

_NAME = re.compile(r"[A-Za-z_]\w*")


class _ModuleScope(name_scope):
    """The scope of a module: its name ends in a slash."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = f"{name}/"


class Module:
    """Base of objects that hold variables and other modules in attributes.

    Args:
      name: put before the names of variables made inside ``with_name_scope`` methods.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Dense(tf.Module):
      ...     def __init__(self, n):
      ...         super().__init__()
      ...         self.w = tf.Variable(tf.ones([n, n]), name="w")
      ...     def __call__(self, x):
      ...         return tf.matmul(x, self.w)
      >>> len(Dense(2).trainable_variables)
      1
    """

    _TF_MODULE_IGNORED_PROPERTIES: frozenset = frozenset()

    def __init__(self, name: str | None = None):
        if name is not None and not _NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python identifiers (e.g. a valid "
                "class name)."
            )
        self._name = name or to_snake_case(type(self).__name__)

    @property
    def name(self) -> str:
        """Its name."""
        return self.__dict__.get("_name") or to_snake_case(type(self).__name__)

    @property
    def name_scope(self) -> Any:
        """A scope of its name."""
        return _ModuleScope(self.name)

    @classmethod
    def with_name_scope(cls, method: Callable) -> Callable:
        """A method that runs in the scope of the object's name."""

        @functools.wraps(method)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return call

    @property
    def variables(self) -> tuple:
        """All variables, of the modules inside as well, by attribute names."""
        return tuple(_walk(self, lambda value: isinstance(value, (Variable, StringVariable))))

    @property
    def trainable_variables(self) -> tuple:
        """The variables that training changes."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple:
        """The others."""
        return tuple(v for v in self.variables if not v.trainable)

    def _trackable_children(self) -> list[tuple[str, Any]]:
        """What a checkpoint finds in it, by the names of attributes, as TensorFlow names them."""
        ignored = self._TF_MODULE_IGNORED_PROPERTIES
        parts = ((name, vars(self)[name]) for name in sorted(vars(self)) if name not in ignored)
        return [(name, part) for name, part in parts if _holds_variables(part)]

    @property
    def submodules(self) -> tuple:
        """All modules inside."""
        return tuple(_walk(self, lambda value: isinstance(value, (Module, kerax.Layer))))


def _holds_variables(value: Any) -> bool:
    if isinstance(value, (list, tuple, dict)):
        return any(map(_holds_variables, value.values() if isinstance(value, dict) else value))
    return is_trackable(value)


def _walk(root: Any, wanted: Callable[[Any], bool]) -> list:
    found: list = []
    seen: set[int] = {id(root)}

    def inner(value: Any) -> list:
        if isinstance(value, kerax.Layer):
            parts = [*value.weights, *[v for v in vars(value).values() if isinstance(v, (Module, kerax.Layer))]]
            return [*parts, *(getattr(value, "layers", None) or [])]
        if isinstance(value, Module):
            ignored = value._TF_MODULE_IGNORED_PROPERTIES
            return [vars(value)[key] for key in sorted(vars(value)) if key not in ignored]
        if isinstance(value, dict):
            return list(value.values())
        return list(value) if isinstance(value, (list, tuple)) else []

    def go(value: Any) -> None:
        for part in inner(value):
            if id(part) in seen or isinstance(part, (str, bytes, int, float)):
                continue
            seen.add(id(part))
            if wanted(part):
                found.append(part)
            if isinstance(part, (Module, kerax.Layer, dict, list, tuple)):
                go(part)

    go(root)
    return found
