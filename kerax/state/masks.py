"""Masks travel beside arrays: a side table from an array (or tracer) to the mask of its time steps."""

from __future__ import annotations

import weakref
from typing import Any

import jax

from kerax.state.scope import current_scope

_eager: dict[int, tuple[weakref.ref, Any]] = {}


def set_mask(array: Any, mask: Any) -> None:
    """Notes the mask of an array; None forgets it.

    Args:
      array: a JAX array or tracer, shape (batch, time, ...).
      mask: booleans, shape (batch, time), True where the step counts; or None.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.state import get_mask, set_mask
      >>> x = jnp.ones((1, 2, 3))
      >>> set_mask(x, jnp.array([[True, False]]))
      >>> get_mask(x)
      Array([[ True, False]], dtype=bool)
    """
    if not isinstance(array, jax.Array):
        return
    scope, key = current_scope(), id(array)
    if scope is not None:
        if mask is None:
            scope.masks.pop(key, None)
        else:
            scope.masks[key] = (array, mask)
    elif mask is None:
        _eager.pop(key, None)
    else:
        # Bound as a default: while the interpreter ends, the module's names are gone before the last arrays.
        _eager[key] = (weakref.ref(array, lambda _, table=_eager: table.pop(key, None)), mask)


def get_mask(array: Any) -> Any:
    """Returns the mask noted for an array, or None.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.state import get_mask
      >>> get_mask(jnp.ones(3)) is None
      True
    """
    scope, key = current_scope(), id(array)
    while scope is not None:
        entry = scope.masks.get(key)
        if entry is not None and entry[0] is array:
            return entry[1]
        scope = scope._parent
    if _eager:
        found = _eager.get(key)
        if found is not None and found[0]() is array:
            return found[1]
    return None
