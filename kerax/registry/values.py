"""Any value as a configuration, and back: Keras's ``serialize_keras_object`` and ``deserialize_keras_object``."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerax import dtype_policies
from kerax.dtypes import DTypePolicy, device_dtype, standardize_dtype
from kerax.errors import ConfigurationError
from kerax.registry.custom_objects import (
    CustomObjectScope,
    find_by_short_name,
    get_registered_name,
    get_registered_object,
    registered_name_of,
)
from kerax.registry.function_code import dump_function, is_lambda, load_function
from kerax.registry.known import family_named, family_of
from kerax.registry.make import check_no_other_name, inner_of, make_from_config, shortened
from kerax.registry.safe_mode import in_safe_mode, safe_mode_scope
from kerax.registry.sharing import note_written
from kerax.state.symbolic import is_symbolic

_PLAIN = (bool, int, float, str, type(None))
_POLICIES = (
    "DTypePolicy", "QuantizedDTypePolicy", "DTypePolicyMap", "QuantizedFloat8DTypePolicy", "Int4DTypePolicy",
    "GPTQDTypePolicy", "AWQDTypePolicy",
)  # fmt: skip


# ---- writing --------------------------------------------------------------------------------------------------------
def serialize_keras_object(obj: Any) -> Any:
    """Returns any object as plain values that JSON can hold.

    Args:
      obj: a layer, model, loss, optimizer..., a function, an array, or a list, tuple or dict of such.

    Returns:
      Plain values as they are; objects as dicts with ``module``, ``class_name``, ``config`` and ``registered_name``.

    Raises:
      TypeError: for an object without ``get_config``.

    Example:
      >>> import kerax
      >>> kerax.saving.serialize_keras_object([kerax.regularizers.L2(0.5), (1, 2)])[0]["config"]
      {'l2': 0.5}
    """
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, (list, tuple)):
        values = [serialize_keras_object(item) for item in obj]
        return tuple(values) if isinstance(obj, tuple) else values
    if isinstance(obj, Mapping):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    special = _special(obj)
    if special is not None:
        return special
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and obj.ndim == 0):
        return obj.item()
    if isinstance(obj, (set, frozenset)):
        return sorted(obj)
    if isinstance(obj, np.dtype) or hasattr(obj, "as_numpy_dtype"):  # NumPy's, TensorFlow's
        return obj.name
    if is_lambda(obj):
        warnings.warn(
            f"A lambda ({obj.__qualname__}) is written as Python byte code, which is only read back with "
            "safe_mode=False and by the same version of Python. Use a named function and register it with "
            "@kerax.utils.register_keras_serializable().",
            stacklevel=2,
        )
        return {"class_name": "__lambda__", "config": {"value": dump_function(obj)}}
    if inspect.isclass(obj) or inspect.isroutine(obj) or (callable(obj) and not hasattr(obj, "get_config")):
        return _function_entry(obj)
    if isinstance(obj, DTypePolicy):
        return dtype_policies.serialize(obj)
    if not hasattr(obj, "get_config"):
        raise TypeError(
            f"Cannot serialize object {obj!r} of type {type(obj).__name__}: its class has no get_config() method."
        )
    family = family_of(obj)
    entry = family.serialize(obj) if family is not None else _custom_entry(obj)
    compile_config = obj.get_compile_config() if hasattr(obj, "get_compile_config") else None
    if compile_config is not None and isinstance(entry, dict):
        entry["compile_config"] = compile_config
    return entry


def _special(obj: Any) -> dict[str, Any] | None:
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, slice):
        parts = {"start": obj.start, "stop": obj.stop, "step": obj.step}
        return {"class_name": "__slice__", "config": serialize_keras_object(parts)}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if is_symbolic(obj):
        history = [obj.node.name, 0, 0] if getattr(obj, "node", None) is not None else None
        config = {"shape": obj.shape, "dtype": obj.dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}
    kind = "__tensor__" if isinstance(obj, jax.Array) else "__numpy__" if isinstance(obj, np.ndarray) else None
    if kind is None or (kind == "__numpy__" and obj.ndim == 0):
        return None
    return {"class_name": kind, "config": {"value": np.asarray(obj).tolist(), "dtype": standardize_dtype(obj.dtype)}}


def _function_entry(obj: Any) -> dict[str, Any]:
    name = registered_name_of(obj) or getattr(obj, "__name__", type(obj).__name__)
    known = family_of(obj) is not None
    return {
        "module": "builtins" if known or inspect.isclass(obj) else obj.__module__,
        "class_name": "type" if inspect.isclass(obj) else "function",
        "config": name,
        "registered_name": "function" if known else name,
    }


def _custom_entry(obj: Any) -> dict[str, Any]:
    cls = type(obj)
    config = obj.get_config()
    if not isinstance(config, dict):
        raise TypeError(f"get_config() of {obj!r} must return a dict, it returned {shortened(config)}.")
    entry = {
        "module": cls.__module__,
        "class_name": cls.__name__,
        "config": serialize_keras_object(config),
        "registered_name": get_registered_name(cls),
    }
    return note_written(obj, entry)


# ---- reading --------------------------------------------------------------------------------------------------------
def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool | None = None, **kwargs: Any
) -> Any:
    """Returns what a configuration describes; the inverse of ``serialize_keras_object``.

    Classes and functions come from kerax's own tables, ``custom_objects``, open scopes and what was registered, never
    from a module that the configuration names.

    Args:
      config: plain values.
      custom_objects: the user's own classes and functions by name.
      safe_mode: False to allow lambdas as byte code; True, or None outside of a loading function that was given
        False, refuses them.
      **kwargs: ``module_objects``, a dict of further classes and functions by name, as tf.keras takes it.

    Raises:
      ValueError: for an unknown name, a damaged configuration, or code.

    Example:
      >>> import kerax
      >>> config = kerax.saving.serialize_keras_object(kerax.regularizers.L2(0.5))
      >>> kerax.saving.deserialize_keras_object(config).l2
      0.5
    """
    objects = {**(kwargs.pop("module_objects", None) or {}), **(custom_objects or {})}
    kwargs.pop("printable_module_name", None)
    if kwargs:
        raise TypeError(f"deserialize_keras_object() got unknown argument(s) {sorted(kwargs)}.")
    with CustomObjectScope(objects), safe_mode_scope(in_safe_mode() if safe_mode is None else safe_mode):
        try:
            return _read(config)
        except RecursionError:
            raise ValueError("deserialize_keras_object(): the configuration is nested too deeply to be read.") from None


def _read(config: Any) -> Any:
    if isinstance(config, str):
        found = get_registered_object(config)
        return config if found is None else found
    if isinstance(config, (list, tuple)):
        return [_read(item) for item in config]
    if not isinstance(config, dict):
        if isinstance(config, _PLAIN):
            return config
        raise TypeError(f"Could not parse the configuration {shortened(config)}: it is no plain value.")
    if "class_name" not in config or "config" not in config:
        return {key: _read(value) for key, value in config.items()}
    name, inner = config["class_name"], config["config"]
    if not isinstance(name, str):
        raise ConfigurationError(f"A configuration's class_name must be a string, found {shortened(name)}.")
    if name.startswith("__") and name.endswith("__"):
        return read_special(name, inner)
    if name == "function":
        return _read_function(config, inner)
    if name in _POLICIES or (str(config.get("module")).startswith("keras.dtype_policies")):
        return dtype_policies.get(config)
    found = get_registered_object(config.get("registered_name")) or get_registered_object(name)
    if found is not None:
        return _compiled(config, make_from_config(found, config, inner_of(config, name), repr(name)))
    family = family_named(config.get("module"), name)
    if family is None:
        raise ConfigurationError(
            f"Could not locate class {name!r}. Pass custom_objects={{{name!r}: ...}}, or register the class with "
            f"@kerax.saving.register_keras_serializable(). Configuration: {shortened(config)}"
        )
    return _compiled(config, family.deserialize(config))


def _compiled(config: dict[str, Any], obj: Any) -> Any:
    settings = config.get("compile_config")
    if settings and hasattr(obj, "compile_from_config"):
        obj.compile_from_config(settings)
    return obj


def _read_function(config: dict[str, Any], name: Any) -> Any:
    if not isinstance(name, str):
        raise TypeError(f"Expected 'config' to be a non-null str for a function, received {shortened(name)}.")
    found = get_registered_object(name)
    if found is None:
        family = family_named(config.get("module"), name)
        found = family.lookup(name) if family is not None else None
        if found is not None:
            check_no_other_name(config, name, True)
    if found is None:
        found = find_by_short_name(name)
    if found is None:
        raise ConfigurationError(
            f"Could not locate function {name!r}. Pass custom_objects={{{name!r}: ...}}, or register it with "
            "@kerax.saving.register_keras_serializable()."
        )
    return found


def read_special(name: str, inner: Any) -> Any:
    """The value that a special entry (``__numpy__``, ``__slice__``...) stands for.

    Raises:
      ValueError: for an unknown kind or a damaged entry.
      TypeError: for a type specification that is no list.
    """
    try:
        if name == "__ellipsis__":
            return Ellipsis
        if name == "__slice__":
            parts = [inner["start"], inner["stop"], inner["step"]] if isinstance(inner, dict) else list(inner)
            return slice(*[_read(part) for part in parts])
        if name == "__tuple__":
            return tuple(_read(item) for item in inner)
        if name == "__bytes__":
            return inner["value"].encode("utf-8")
        if name == "__numpy__":
            return np.array(inner["value"], dtype=device_dtype(inner["dtype"]))
        if name == "__tensor__":
            return jax.numpy.asarray(inner["value"], dtype=device_dtype(inner["dtype"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"Damaged entry {name}: {shortened(inner)} ({error}).") from error
    if name == "__lambda__":
        return load_function(inner.get("value", inner) if isinstance(inner, dict) else inner, "A function")
    if name == "__typespec__":
        if not isinstance(inner, (list, tuple)):
            raise TypeError(f"Expected 'config' to be a list or a tuple for __typespec__, received {shortened(inner)}.")
        return [_read(item) for item in inner]
    raise ConfigurationError(f"Unknown kind of value {name!r} in a configuration.")
