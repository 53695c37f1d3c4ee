"""Applying a function to every text of an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.data.convert import to_array
from kerax.data.ragged import RaggedTensor


def texts(value: Any, where: str) -> np.ndarray:
    """Returns an array of ``bytes``.

    Raises:
      TypeError: for anything that is not text.
    """
    array = to_array(value)
    if isinstance(array, np.ndarray) and array.size == 0:
        return array.astype(object)
    if not isinstance(array, np.ndarray) or array.dtype != object:
        raise TypeError(f"strings.{where}() expects text, received {getattr(array, 'dtype', type(array).__name__)}.")
    return array


def each(function: Callable[[bytes], Any], value: Any, where: str, dtype: Any = object) -> Any:
    """Returns what a function gives for every text: an array of the same shape, or one value for one text."""
    if type(value) is bytes:
        result = function(value)
        return result if dtype is object else np.dtype(dtype).type(result)
    if isinstance(value, RaggedTensor):
        return RaggedTensor(each(function, value.values, where, dtype), value.row_splits)
    array = texts(value, where)
    out = np.empty(array.size, dtype)
    out[:] = [function(text) for text in array.ravel().tolist()]
    return out.reshape(array.shape)[()]


def ragged_each(function: Callable[[bytes], list], value: Any, where: str, dtype: Any = object) -> Any:
    """Like ``each`` for functions that return lists: an array for one text, ragged rows for an array of texts."""
    array = texts(value, where)
    parts = [function(text) for text in array.ravel().tolist()]
    flat = np.empty(sum(map(len, parts)), dtype)
    flat[:] = [item for part in parts for item in part]
    if array.ndim == 0:
        return flat
    rows: Any = RaggedTensor.from_row_lengths(flat, [len(part) for part in parts])
    for axis in range(array.ndim - 1, 0, -1):
        count, width = int(np.prod(array.shape[:axis])), array.shape[axis]
        rows = RaggedTensor(rows, np.arange(count + 1, dtype=np.int64) * width)
    return rows
