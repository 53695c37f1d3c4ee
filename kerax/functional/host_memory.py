"""Large arrays on the host, in memory that was used before.

Memory fresh from the operating system is handed out page by page, at the first write to each, which for the arrays of
an image pipeline took longer than filling them: a third of the processor time of decoding, resizing and batching
JPEG files. Here the memory of an array that nobody refers to any more serves the next one of its size.
"""

from __future__ import annotations

import math
import weakref
from collections import defaultdict, deque
from typing import Any

import numpy as np

_SMALLEST = 1 << 17  # bytes; smaller ones the C library serves from memory that it keeps
_LARGEST = 1 << 26
_KEPT_BYTES = 1 << 27  # that wait to be used again
_STEP = 1 << 16  # sizes are rounded up, so that similar ones share

_free: defaultdict[int, deque[memoryview]] = defaultdict(deque)
_in_use: dict[int, Any] = {}  # keeps the weak references alive
_kept = 0


def empty(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Returns an array whose values are not set, as ``numpy.empty`` does.

    Args:
      shape: its shape.
      dtype: its dtype.

    Example:
      >>> from kerax.functional.host_memory import empty
      >>> empty((2, 3), "float32").shape
      (2, 3)
    """
    global _kept
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if not _SMALLEST <= size <= _LARGEST or dtype.hasobject:
        return np.empty(shape, dtype)
    rounded = -(-size // _STEP) * _STEP
    try:
        block = _free[rounded].pop()
        _kept -= rounded
    except IndexError:
        block = np.empty(rounded, np.uint8).data
    # Every view, and whatever else uses the memory, refers to this array: NumPy looks through arrays for the owner of
    # memory, but not through other objects.
    owner = np.frombuffer(block, np.uint8)
    _in_use[id(owner)] = weakref.ref(owner, _returning(id(owner), rounded, block))
    return owner[:size].view(dtype).reshape(shape)


def _returning(key: int, size: int, block: memoryview) -> Any:
    def back(_: Any) -> None:
        global _kept
        _in_use.pop(key, None)
        if _kept + size <= _KEPT_BYTES:
            _kept += size
            _free[size].append(block)

    return back
