"""Functions of tf.keras are the same objects by whatever name they are asked for.

``tf.keras.activations.get("relu")``, ``Dense(1, activation="relu").activation`` and ``tf.keras.activations.relu`` are
one function in tf.keras, and programs compare them with ``==`` and ``is``. In kerax a layer holds the function on
arrays; scripts are shown its counterpart on tensors, of which there is one.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from kerax.compat.tensorflow._edges import entering, handed_in, in_script
from kerax.compat.tensorflow._keras_types import of_module
from kerax.layers.layer import Layer

_KEPT = "_kerax_for_scripts"  # where a function on arrays keeps its counterpart
_SHARED = ("kerax.activations", "kerax.losses", "kerax.metrics")
_ATTRIBUTES = ("activation", "recurrent_activation")


def for_scripts(function: Any, source: str = "") -> Any:
    """The function on tensors for one of kerax's on arrays; one for all names that activations and losses have.

    Args:
      function: the function on arrays.
      source: kerax's module that it was found in.
    """
    if source not in _SHARED:
        return of_module(entering(function), source)
    importlib.import_module("kerax.compat.tensorflow._keras_parts")  # has some of its own
    known = function.__dict__.get(_KEPT)
    return known if known is not None else keep(of_module(entering(function), source), function)


def keep(counterpart: Any, function: Any) -> Any:
    """Makes a function on tensors the one that scripts are shown for a function on arrays, and returns it."""
    setattr(function, _KEPT, counterpart)
    return counterpart


def shown(found: Any) -> Any:
    """What a script sees of an activation, loss or metric: its own function as it wrote it, kerax's on tensors."""
    if not inspect.isfunction(found):
        return found
    if getattr(found, "_kerax_leaving", False):
        return found.__wrapped__
    plain = handed_in(found)
    source = next((one for one in _SHARED if (plain.__module__ or "").startswith(one)), None)
    return entering(plain) if source is None else for_scripts(plain, source)


def _attribute(name: str) -> property:
    def look(self: Any) -> Any:
        try:
            found = self.__dict__[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}") from None
        return shown(found) if in_script() else found

    def put(self: Any, value: Any) -> None:
        self.__dict__[name] = handed_in(value) if inspect.isfunction(value) and in_script() else value

    def remove(self: Any) -> None:
        self.__dict__.pop(name)

    return property(look, put, remove, f"The {name.replace('_', ' ')}.")


def install() -> None:
    """Shows scripts the activations of layers."""
    for name in _ATTRIBUTES:
        setattr(Layer, name, _attribute(name))
