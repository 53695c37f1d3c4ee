"""What a dotted name of TensorFlow's is called in kerax, and whether it is there."""

from __future__ import annotations

import functools
import importlib
from typing import Any

from kerax.migrate.tables import FOREIGN, MODULES, NAMES, OPERATIONS, Operation

# Roots of names: packages that programs import under a short name and reach everything through.
ROOTS = ("tensorflow", "tensorflow.compat.v1", "tensorflow.compat.v2", "tensorflow.compat")
_FAMILIES = ("tensorflow", "keras", "tf_keras")
COMPAT = "kerax.compat.tensorflow"


def is_theirs(name: str) -> bool:
    """Whether a dotted name begins with TensorFlow or Keras."""
    return name.partition(".")[0] in _FAMILIES


def is_foreign(name: str) -> bool:
    """Whether a dotted name belongs to a package beside TensorFlow that kerax does not stand for."""
    return name.partition(".")[0] in FOREIGN


@functools.cache
def canonical(name: str) -> str:
    """A name as programs of today write it.

    The version of the API that it was reached through is left out where both mean the same; modules of older Keras and
    of ``tensorflow.python`` become the public ones that have the name.

    Example:
      >>> from kerax.migrate.names import canonical
      >>> canonical("keras.layers.core.Dense"), canonical("tensorflow.python.util.nest")
      ('tensorflow.keras.layers.Dense', 'tensorflow.nest')
    """
    for version in ("tensorflow.compat.v2", "tensorflow.compat.v1"):
        if name.startswith(version + "."):
            rest = name[len(version) + 1 :]
            same = version.endswith("v2") or rest.partition(".")[0] in ("keras", "data", "feature_column")
            return canonical(f"tensorflow.{rest}") if same else name
    return _moved(name) or _public(name) or name


def _moved(name: str) -> str | None:
    """Where the name of a module of older Keras is today."""
    old = importlib.import_module("kerax.compat.old_names")
    parts = (old.below_keras(name) or "").split(".")
    for count in range(len(parts), 0, -1):
        places = old.MOVED.get(".".join(parts[:count]))
        if places is not None:
            rest = "".join(f".{part}" for part in parts[count:])
            found = [one for one in places if exists(f"kerax.{one}{rest}")] or places
            return f"tensorflow.keras.{found[0]}{rest}"
    return None


def _public(name: str) -> str | None:
    """The public name of something that is reached through ``tensorflow.python``."""
    private = importlib.import_module("kerax.compat.private_names")
    parts = name.split(".")
    for count in range(len(parts), 2, -1):
        rest = "".join(f".{part}" for part in parts[count:])
        places = private.public_names(".".join(parts[:count])) or ()
        if not rest and len(places) > 1:
            return None  # no module has all of its names
        for public in reversed(places):
            found = f"tensorflow{rest}" if public == "-" else f"tensorflow.{public}{rest}"
            if public != "!" and compat_has(found):
                return found
    return None


def operation_of(name: str) -> Operation | None:
    """How calls of a function are written, if its arguments have other names in kerax."""
    operation = OPERATIONS.get(canonical(name))
    known = operation is not None and (operation.target == "print" or exists(operation.target))
    return operation if known else None


@functools.cache
def find(name: str) -> str | None:
    """What to write in the place of a dotted name: a dotted name, a literal, or None if kerax has nothing of the kind.

    Args:
      name: such as ``"tensorflow.keras.layers.Dense"``; attributes of classes may follow.

    Example:
      >>> from kerax.migrate.names import find
      >>> find("tensorflow.keras.layers.Dense"), find("tensorflow.float32"), find("tensorflow.strings.split")
      ('kerax.layers.Dense', '"float32"', None)
    """
    name = canonical(name)
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        head, rest = ".".join(parts[:count]), "".join(f".{part}" for part in parts[count:])
        if head in NAMES:
            target = NAMES[head]
            if not rest:
                return target if "." not in target or target.startswith("jax.") or exists(target) else None
            if "." not in target:  # an attribute of a dtype, say
                return None
            return target + rest if exists(target) and _has(target + rest) else None
        if head in MODULES:
            target = MODULES[head] + rest
            return target if _has(target) else None
    return None


def _has(target: str) -> bool:
    """Whether a name exists; of classes and functions, attributes are taken for granted."""
    parts = target.split(".")
    return any(exists(".".join(parts[:count]), leaf=count < len(parts)) for count in range(len(parts), 1, -1)) or (
        target == "kerax"
    )


def exists(name: str, leaf: bool = False) -> bool:
    """Whether a dotted name exists in kerax; with ``leaf`` only if it is a class or function, not a module."""
    value = _value(name)
    return value is not None and not (leaf and hasattr(value, "__path__") | (type(value).__name__ == "module"))


@functools.cache
def _value(name: str) -> Any:
    head, _, last = name.rpartition(".")
    if not head:
        return importlib.import_module(name)
    owner = _value(head)
    if owner is None:
        return None
    try:
        found = getattr(owner, last, None)
    except Exception:  # a part whose own package is missing on this machine
        return None
    if found is None and type(owner).__name__ == "module":
        try:
            found = importlib.import_module(name)
        except ImportError:
            found = None
    return found


def compat_has(name: str) -> bool:
    """Whether the namespace for unmodified TensorFlow programs has a name."""
    parts = name.removeprefix("tensorflow").strip(".").split(".")
    try:
        value: Any = importlib.import_module(COMPAT)
        for part in parts:
            value = getattr(value, part)
    except (ImportError, AttributeError):
        return False
    return True
