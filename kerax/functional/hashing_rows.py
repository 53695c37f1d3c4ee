"""Strings as bytes, grouped by length, so that a hash runs over many of them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_CHUNK = 1 << 14  # rows hashed at once: their intermediate words stay in the processor's cache


class Rows:
    """Byte strings of one length, one after another in a buffer.

    Args:
      buffer: the bytes.
      start: where the first string begins.
      count: number of strings.
      length: bytes of each.
    """

    __slots__ = ("buffer", "count", "length", "start")

    def __init__(self, buffer: bytes, start: int, count: int, length: int):
        self.buffer, self.start, self.count, self.length = buffer, start, count, length

    def words(self, place: int) -> np.ndarray:
        """The 8 bytes at a place of every string as little-endian numbers, uint64 of shape (count,)."""
        return self._read("<u8", place).astype(np.uint64)

    def halves(self, place: int) -> np.ndarray:
        """The 4 bytes at a place of every string, as uint64."""
        return self._read("<u4", place).astype(np.uint64)

    def bytes(self, place: int) -> np.ndarray:
        """The byte at a place of every string, as uint64."""
        return self._read("u1", place).astype(np.uint64)

    def _read(self, dtype: str, place: int) -> np.ndarray:
        return np.ndarray((self.count,), dtype, self.buffer, self.start + place, (self.length,))


def to_bytes(values: Any) -> list[bytes]:
    r"""The bytes that are hashed for each value: UTF-8 of text, the digits of whole numbers.

    Args:
      values: array (or nested list) of str, bytes, ints or bools; read in C order.

    Returns:
      One bytes object per element.

    Raises:
      TypeError: for any other element; the message shows it.

    Example:
      >>> from kerax.functional.hashing_rows import to_bytes
      >>> to_bytes(["é", "b"]), to_bytes([12])
      ([b'\xc3\xa9', b'b'], [b'12'])
    """
    array = np.asarray(values)
    if array.dtype.kind in "US" and isinstance(values, (list, tuple)):
        array = np.asarray(values, object)  # NumPy's own strings lose zeros at their end
    kind = array.dtype.kind
    if kind == "S":
        return array.ravel().tolist()
    if kind == "b":
        array = array.astype(np.int64)
    if kind in "iub":
        return [str(number).encode("ascii") for number in array.ravel().tolist()]
    items = array.ravel().tolist()
    if kind in "UOT":
        try:
            return [item if item.__class__ is bytes else item.encode("utf-8") for item in items]
        except AttributeError:
            return [_one(item) for item in items]
    raise TypeError(f"Strings, bytes or whole numbers can be hashed, received an array of dtype {array.dtype}.")


def _one(item: Any) -> bytes:
    if isinstance(item, str):
        return item.encode("utf-8")
    if isinstance(item, bytes):
        return bytes(item)
    if isinstance(item, (int, np.integer)):
        return str(int(item)).encode("ascii")
    raise TypeError(
        f"Strings, bytes or whole numbers can be hashed, received {item!r} of type {type(item).__name__}. Replace "
        "missing values first, for example by ''."
    )


def hash_rows(values: Any, kernel: Callable[[Rows], np.ndarray]) -> np.ndarray:
    """Applies a hash to every value, by groups of equal length.

    Args:
      values: as for ``to_bytes``.
      kernel: ``Rows -> uint64 array`` of one hash per row.

    Returns:
      uint64 array of the shape of ``values``.
    """
    shape = np.shape(values)
    strings = to_bytes(values)
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    order = np.argsort(lengths, kind="stable")
    buffer = b"".join(map(strings.__getitem__, order.tolist()))
    hashes = np.empty(len(strings), np.uint64)
    sizes, firsts, counts = np.unique(lengths[order], return_index=True, return_counts=True)
    start = 0
    with np.errstate(over="ignore"):  # hashing is arithmetic modulo 2**64
        for length, first, count in zip(sizes.tolist(), firsts.tolist(), counts.tolist(), strict=True):
            for row in range(0, count, _CHUNK):
                rows = min(_CHUNK, count - row)
                place = order[first + row : first + row + rows]
                hashes[place] = kernel(Rows(buffer, start + row * length, rows, length))
            start += count * length
    return hashes.reshape(shape)
