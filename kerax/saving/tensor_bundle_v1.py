"""Checkpoints of TensorFlow's first format (before 1.0): one sorted table that holds names, parts and values.

Source: tensorflow/core/util/saved_tensor_slice.proto and tensorflow/core/framework/tensor.proto.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerax.saving.sstable import DamagedFile, read_table
from kerax.saving.tensor_slices import Slice, overlapping, slice_key
from kerax.utils.protobuf import Message, WireError
from kerax.utils.tf_dtypes import STRING, dtype_name, numpy_dtype

_MOST_AXES = 64
_INTEGERS = {
    "int32": 7,
    "int16": 7,
    "int8": 7,
    "uint8": 7,
    "uint16": 7,
    "int64": 10,
    "bool": 11,
    "uint32": 16,
    "uint64": 17,
}


def read_v1(path: str) -> dict[str, np.ndarray]:
    """Reads all tensors of a file of the first format.

    Args:
      path: the file.

    Returns:
      Names and arrays.

    Raises:
      ValueError: naming file and tensor, if it is damaged or no such file.
    """
    try:
        entries = {key: value for key, value, _ in read_table(path)}
        head = Message(entries.get(b"", b""), f"{path!r}").message(1)
        return {item.text(1): _tensor(path, item, entries) for item in head.messages(1)}
    except WireError as error:
        raise DamagedFile(str(error)) from error


def _tensor(path: str, item: Message, entries: dict[bytes, bytes]) -> np.ndarray:
    name = item.text(1)
    shape = tuple(dim.integer(1) for dim in item.message(2).messages(2))
    slices = [Slice.read(part) for part in item.messages(4)]
    dtype = numpy_dtype(item.integer(3))
    if dtype is None or any(size < 0 for size in shape) or len(shape) > _MOST_AXES:
        raise DamagedFile(f"{path!r}: tensor {name!r} has shape {shape} and dtype {dtype_name(item.integer(3))}.")
    places = [part.resolve(shape, name) for part in slices]
    covered = sum(math.prod(axis.stop - axis.start for axis in place) for place in places)
    if covered != math.prod(shape) or overlapping(places):
        raise DamagedFile(f"{path!r}: the parts of tensor {name!r} do not make up its shape {shape}.")
    parts = []
    for part, place in zip(slices, places):
        value = entries.get(slice_key(name, part))
        if value is None:
            raise DamagedFile(f"{path!r}: part {part.extents} of tensor {name!r} is missing.")
        sizes = tuple(axis.stop - axis.start for axis in place)
        data = _values(Message(value, f"{path!r}, tensor {name!r}").message(2).message(3), dtype, item.integer(3))
        if len(data) != math.prod(sizes):
            raise DamagedFile(f"{path!r}: part {part.extents} of tensor {name!r} holds {len(data)} values.")
        parts.append((place, data.reshape(sizes)))
    out = np.empty(shape, dtype)
    for place, piece in parts:
        out[place] = piece
    return out


def _values(message: Message, dtype: Any, number: int) -> np.ndarray:
    """The values in a TensorProto, flat."""
    if number == STRING:
        texts = message.all_data(8)
        out = np.empty(len(texts), object)
        out[:] = [bytes(text) for text in texts]
        return out
    if 4 in message:
        content = message.data(4)
        if len(content) % dtype.itemsize:
            raise WireError(f"{len(content)} bytes are no whole number of {dtype.name} values.")
        return np.frombuffer(content, dtype)
    if dtype.name in _INTEGERS:
        return message.integers(_INTEGERS[dtype.name]).astype(dtype)
    if dtype.itemsize == 2:  # float16 and bfloat16 stand as their bits
        return message.integers(13).astype(np.uint16).view(dtype)
    if dtype.kind == "c":
        return message.floats(9).view(dtype) if dtype.itemsize == 8 else message.doubles(12).view(dtype)
    return (message.doubles(6) if dtype.itemsize == 8 else message.floats(5)).astype(dtype)
