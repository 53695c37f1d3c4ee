"""``tf.register_tensor_conversion_function``: how objects of a script's own classes become tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

# What was registered: ``(priority, classes, function)``.
CONVERSIONS: list[tuple[int, Any, Any]] = []


def by_registered(value: Any, dtype: Any, hint: Any) -> Any:
    """What a script's own function makes of a value of its class, None if there is no such function."""
    for _, kinds, function in CONVERSIONS:
        if isinstance(value, kinds):
            made = NotImplemented
            if hint is not None and dtype is None:
                made = function(value, dtype=hint, name=None, as_ref=False)
            if made is NotImplemented:
                made = function(value, dtype=dtype, name=None, as_ref=False)
            if made is not NotImplemented:
                return made
    return None


def register_tensor_conversion_function(base_type: Any, conversion_func: Callable, priority: int = 100) -> None:
    """Says how objects of a class become tensors where a tensor is wanted.

    Args:
      base_type: the class, or a tuple of classes.
      conversion_func: of ``value``, ``dtype``, ``name`` and ``as_ref``; returns a tensor, or NotImplemented.
      priority: functions with a smaller number are asked first.

    Raises:
      TypeError: if something else was given, or a class whose way is fixed: numbers, arrays, tensors.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Money:
      ...     def __init__(self, cents):
      ...         self.cents = cents
      >>> tf.register_tensor_conversion_function(
      ...     Money, lambda value, dtype=None, name=None, as_ref=False: tf.constant(value.cents / 100))
      >>> float(tf.convert_to_tensor(Money(250)))
      2.5
    """
    from kerax.compat.tensorflow._tensor import Tensor

    kinds = base_type if isinstance(base_type, tuple) else (base_type,)
    if not kinds or not all(isinstance(one, type) for one in kinds):
        raise TypeError("Argument `base_type` must be a type or a tuple of types.")
    if any(issubclass(one, (int, float, np.generic, np.ndarray, Tensor)) for one in kinds):
        raise TypeError("Cannot register conversions for Python numeric types and NumPy scalars and arrays.")
    if not callable(conversion_func):
        raise TypeError("Argument `conversion_func` must be callable.")
    CONVERSIONS.append((priority, kinds, conversion_func))
    CONVERSIONS.sort(key=lambda one: one[0])
