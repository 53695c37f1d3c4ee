"""Stored bytes into arrays: numbers as they are, texts as bytes or str."""

from __future__ import annotations

import math

import numpy as np

from kerax.saving.hdf5.datatype import Datatype
from kerax.saving.hdf5.heaps import global_heap_object
from kerax.saving.hdf5.source import Cursor, Source

_NULL_TERMINATED, _SPACE_PADDED = 0, 2


def decode(source: Source, datatype: Datatype, shape: tuple[int, ...], data: bytes, address: int) -> np.ndarray:
    """Values of one type.

    Args:
      source: the file.
      datatype: what each value is.
      shape: of the array.
      data: the stored bytes.
      address: where they begin, for messages.

    Raises:
      ValueError: if there are too few bytes, or values of a type that is not read.
    """
    count = math.prod(shape)
    if count * datatype.size > len(data):
        raise source.damage(address, f"{len(data)} bytes should hold {count} values of {datatype.size} bytes")
    data = data[: count * datatype.size]
    if datatype.dtype is not None:
        return as_values(np.frombuffer(bytearray(data), np.uint8), datatype).reshape(shape)
    if datatype.padding is not None:
        size = datatype.size
        texts = [_fixed(data[i : i + size], datatype.padding) for i in range(0, len(data), size)]
        return np.array(texts, f"S{size}").reshape(shape)
    if datatype.is_text:
        cursor = Cursor(source, data, address)
        out = np.empty(count, object)
        for i in range(count):
            out[i] = _text(cursor)
        return out.reshape(shape)
    raise source.unreadable(address, datatype.name)


def as_values(data: np.ndarray, datatype: Datatype) -> np.ndarray:
    """Bytes as the numbers that they are."""
    assert datatype.dtype is not None
    return data != 0 if datatype.is_truth else data.view(datatype.dtype)


def _fixed(text: bytes, padding: int) -> bytes:
    if padding == _NULL_TERMINATED:
        return text.partition(b"\0")[0]
    return text.rstrip(b" " if padding == _SPACE_PADDED else b"\0")


def _text(cursor: Cursor) -> str:
    """Section "Global Heap": a text's length, the collection it stands in, and its number there."""
    size, address, index = cursor.unsigned(4), cursor.offset(), cursor.unsigned(4)
    if not size or not address:
        return ""
    text = global_heap_object(cursor.source, address, index, size)
    return text.partition(b"\0")[0].decode("utf-8", "replace")
