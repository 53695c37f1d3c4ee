"""``x[key]`` with numbers that are checked: JAX would take the nearest element instead of one that is not there."""

from __future__ import annotations

from typing import Any


def get_item(x: Any, key: Any) -> Any:
    """``x[key]``.

    Args:
      x: array.
      key: numbers, slices, None, Ellipsis, arrays, or a tuple (in a configuration: a list) of these.

    Raises:
      ValueError: if the key has more parts than the array axes, or a number that is out of range.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.state.indexing import get_item
      >>> get_item(jnp.array([1, 2, 3]), slice(1, None)).tolist()
      [2, 3]
    """
    if isinstance(key, list) and any(part is None or part is Ellipsis or isinstance(part, slice) for part in key):
        key = tuple(key)
    parts = key if isinstance(key, tuple) else (key,)
    known = [isinstance(part, (bool, int, slice)) or part is None or part is Ellipsis for part in parts]
    if all(known) and not any(isinstance(part, bool) for part in parts):
        _check(x.shape, parts)
    return x[key]


def _check(shape: tuple, parts: tuple) -> None:
    ellipses = sum(part is Ellipsis for part in parts)
    taken = sum(part is not None and part is not Ellipsis for part in parts)
    if ellipses > 1 or taken > len(shape):
        raise ValueError(f"The index {parts} has {taken} numbers and slices, the array of shape {shape} fewer axes.")
    axis = 0
    for part in parts:
        if part is Ellipsis:
            axis += len(shape) - taken
        elif part is not None:
            size = shape[axis]
            if isinstance(part, int) and isinstance(size, int) and not -size <= part < size:
                raise ValueError(f"Index {part} is out of range for axis {axis} of an array of shape {shape}.")
            axis += 1
