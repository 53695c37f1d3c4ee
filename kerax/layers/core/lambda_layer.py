"""Lambda: any function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax

from kerax.activations._family import FAMILY as ACTIVATIONS
from kerax.layers.layer import Layer
from kerax.registry import (
    FunctionCode,
    custom_object_scope,
    deserialize_keras_object,
    get_registered_object,
    is_lambda,
    load_function,
    registered_name_of,
    safe_mode_scope,
)
from kerax.tape.values import is_wrapper, unwrap


class Lambda(Layer):
    """Applies a function of arrays.

    Args:
        function: ``function(inputs)``; it may also take ``mask`` and ``training``.
        output_shape: accepted for Keras's sake; shapes are inferred exactly.
        mask: the output's mask, or a function ``(inputs, mask) -> mask``.
        arguments: keyword arguments for the function.
        **kwargs: ``name``, ``dtype``...

    Raises:
        TypeError: if ``function`` is not callable.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Lambda(lambda x: x**2)(np.array([2.0, 3.0], "float32"))
        Array([4., 9.], dtype=float32)
    """

    runs_user_code = True

    def __init__(
        self,
        function: Callable,
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"Lambda: function must be callable, received {function!r}.")
        self.function, self.mask, self.arguments = function, mask, dict(arguments or {})
        self._output_shape = output_shape
        self.supports_masking = mask is not None
        try:
            self._takes = set(inspect.signature(function).parameters)
        except (TypeError, ValueError):  # builtins without a signature
            self._takes = set()

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """Applies the function."""
        options = dict(self.arguments)
        if "mask" in self._takes:
            options["mask"] = mask
        if "training" in self._takes:
            options["training"] = training
        outputs = self.function(inputs, **options)
        return jax.tree.map(unwrap, outputs, is_leaf=is_wrapper)  # the function may speak in another kind of tensors

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The given mask; none otherwise, because a function may do anything to the time axis."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments; a named function is written by its name, a lambda as byte code.

        Byte code is read back only with ``safe_mode=False``.
        """
        config = {**super().get_config(), "function": _write(self.function), "arguments": self.arguments}
        if self._output_shape is not None:
            config["output_shape"] = _write(self._output_shape) if callable(self._output_shape) else self._output_shape
        if self.mask is not None:
            config["mask"] = _write(self.mask) if callable(self.mask) else self.mask
        return config

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None, safe_mode: bool | None = None
    ) -> Lambda:
        """Makes the layer; functions are found by name among custom and registered objects.

        Args:
            config: what ``get_config()`` returned.
            custom_objects: the user's own functions by name.
            safe_mode: False to run byte code from the configuration; that of the loading function by default.

        Raises:
            ValueError: if the function is not known, or the configuration holds code and the caller did not pass
                ``safe_mode=False``.
        """
        if safe_mode is not None:
            with safe_mode_scope(safe_mode):
                return cls.from_config(config, custom_objects)
        if custom_objects:
            with custom_object_scope(custom_objects):
                return cls.from_config(config)
        config = {
            key: value
            for key, value in config.items()
            if not key.endswith(("function_type", "_module", "_type")) and key != "module"
        }
        name = str(config.get("name"))
        config["function"] = _read(config.get("function"), name)
        if config.get("arguments"):
            config["arguments"] = deserialize_keras_object(config["arguments"])
        for key in ("output_shape", "mask"):
            if isinstance(config.get(key), dict):
                array = config[key].get("class_name") in ("__tensor__", "__numpy__")
                config[key] = deserialize_keras_object(config[key]) if array else _read(config[key], name)
        return super().from_config(config)


def _write(function: Callable) -> Any:
    if is_lambda(function):
        return FunctionCode(function)
    name = registered_name_of(function) or getattr(function, "__name__", type(function).__name__)
    return {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}


def _read(value: Any, layer_name: str) -> Callable:
    """The function that a configuration names; the layer's own name may stand for it in ``custom_objects``."""
    if callable(value):
        return value
    if isinstance(value, FunctionCode):
        return value.function
    name, code = value, value
    if isinstance(value, dict):
        name = value.get("config") if value.get("class_name") == "function" else None
        code = value.get("config")
    found = get_registered_object(name) if isinstance(name, str) else None
    found = found or get_registered_object(layer_name)
    if found is None and isinstance(name, str) and ACTIVATIONS.knows(name):
        found = ACTIVATIONS.get(name)  # the functions that a file may name anywhere
    if found is not None:
        return found
    if isinstance(name, str):
        raise ValueError(
            f"Lambda layer {layer_name!r} needs the function {name!r}: pass "
            f"custom_objects={{{name!r}: your_function}}, or register it with "
            "@kerax.utils.register_keras_serializable()."
        )
    return load_function(
        code, f"Lambda layer {layer_name!r} (which custom_objects={{{layer_name!r}: your_function}} would replace)"
    )
