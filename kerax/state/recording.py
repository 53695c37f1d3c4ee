"""Lets a pure function take symbolic tensors: it is then recorded instead of computed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from kerax.state.symbolic import SymbolicTensor, record, symbolic_leaves

Function = TypeVar("Function", bound=Callable[..., Any])
_CONTAINERS = frozenset({list, tuple, dict})


def is_recorded(args: tuple, kwargs: dict) -> bool:
    """Whether a symbolic tensor is among the arguments, inside lists, tuples and dicts too.

    Example:
      >>> import kerax
      >>> from kerax.state.recording import is_recorded
      >>> is_recorded(([1.0, kerax.Input((2,))],), {}), is_recorded((1.0,), {"axis": 0})
      (True, False)
    """
    for value in args:
        if isinstance(value, SymbolicTensor) or (value.__class__ in _CONTAINERS and symbolic_leaves(value)):
            return True
    return bool(kwargs) and is_recorded(tuple(kwargs.values()), {})


def recordable(function: Function) -> Function:
    """Returns ``function``, made to record a node when a symbolic tensor is among its arguments.

    Example:
      >>> import jax.numpy as jnp
      >>> import kerax
      >>> from kerax.state.recording import recordable
      >>> recordable(jnp.stack)([kerax.Input((3,)), kerax.Input((3,))]).shape
      (2, None, 3)
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if is_recorded(args, kwargs):
            return record(call, *args, **kwargs)
        return function(*args, **kwargs)

    return call  # type: ignore[return-value]
