"""What tapes take for a value: arrays, variables, and the wrappers of other namespaces."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.state import Variable

# Types that wrap one array: how to take it out, and how to wrap a gradient for it.
_wrappers: dict[type, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {}


def register_wrapper(kind: type, unwrap: Callable[[Any], Any], wrap: Callable[[Any], Any]) -> None:
    """Lets tapes take a type that wraps one array; the gradient for such a source is wrapped again.

    Args:
      kind: the type; its subclasses are taken as well.
      unwrap: ``value -> array``.
      wrap: ``array -> value``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.tape import register_wrapper
      >>> class Boxed:
      ...     def __init__(self, array):
      ...         self.array = array
      >>> register_wrapper(Boxed, lambda boxed: boxed.array, Boxed)
    """
    _wrappers[kind] = (unwrap, wrap)


def _wrapper_of(value: Any) -> tuple[Callable, Callable] | None:
    for kind in type(value).__mro__:
        if kind in _wrappers:
            return _wrappers[kind]
    return None


def is_value(value: Any) -> bool:
    """Whether a node of a structure is one value: a variable or a wrapper."""
    return isinstance(value, Variable) or (bool(_wrappers) and _wrapper_of(value) is not None)


def is_wrapper(value: Any) -> bool:
    """Whether a value is a wrapper."""
    return bool(_wrappers) and _wrapper_of(value) is not None


def unwrap(value: Any) -> Any:
    """The array inside a wrapper; anything else as it is."""
    found = _wrapper_of(value) if _wrappers else None
    return value if found is None else found[0](value)


def wrap_like(value: Any, array: Any) -> Any:
    """Wraps an array as a value is wrapped."""
    found = _wrapper_of(value) if _wrappers else None
    return array if found is None or array is None else found[1](array)


def flatten(tree: Any) -> tuple[list[Any], Any]:
    """The values of a structure and what ``jax.tree.unflatten`` needs to build it again."""
    if type(tree) is list and all(isinstance(one, Variable) for one in tree):  # as a rule: a model's weights
        return list(tree), _list_of(len(tree))
    return jax.tree.flatten(tree, is_leaf=is_value)


@functools.lru_cache(maxsize=256)
def _list_of(size: int) -> Any:
    return jax.tree.structure([0] * size)


@functools.lru_cache(maxsize=256)
def kind_of(value: Any) -> tuple[Any, Any]:
    """What tells values apart for a table of programs: shape and dtype, or the type of what has none."""
    return getattr(value, "shape", ()), getattr(value, "dtype", None) or type(value)


def is_differentiable(dtype: Any) -> bool:
    """Whether arrays of a dtype have gradients: floats and complex numbers."""
    return bool(jnp.issubdtype(dtype, np.inexact))


def as_target(value: Any, where: str, argument: str) -> Any:
    """The array of a tensor argument, or of a variable.

    Raises:
      TypeError: for anything else.
    """
    value = unwrap(value)
    if isinstance(value, jax.Array):
        return value
    if argument == "targets" and isinstance(value, (bool, int, float, complex, np.ndarray, np.generic)):
        raise TypeError(
            f"{where}: the target {value!r} is no JAX array but of type {type(value).__name__}: what is computed with "
            "Python's numbers or by NumPy is not recorded. Compute the target with JAX from end to end, without "
            "float(), .item() or NumPy functions."
        )
    raise TypeError(
        f"{where}: {argument} must be JAX arrays or kerax Variables, received {value!r} of type "
        f"{type(value).__name__}. Make an array of it first: jnp.asarray(value)."
    )
