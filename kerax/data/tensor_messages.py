"""Arrays as bytes, and back: TensorProto messages, which TensorFlow's programs put into records and files.

Source: tensorflow/core/framework/tensor.proto and tensor_shape.proto.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerax.data.convert import STRING, as_component, dtype_name, to_array
from kerax.utils.protobuf import Message, WireError, iter_fields
from kerax.utils.protobuf_encode import bytes_field, int_field
from kerax.utils.tf_dtypes import dtype_name as name_of_number
from kerax.utils.tf_dtypes import dtype_number, numpy_dtype

_MESSAGE = "TensorProto"
_DTYPE, _SHAPE, _CONTENT, _TEXTS, _HALVES = 1, 2, 4, 8, 13
# Values may also stand one by one, in the field of their kind.
_FLOATS, _DOUBLES, _COMPLEX_FLOATS, _COMPLEX_DOUBLES = 5, 6, 9, 12
_WHOLE = (7, 10, 11, 16, 17)
_LARGEST = 1 << 28  # values that a message may ask for without holding them


def serialize_tensor(tensor: Any, name: str | None = None) -> bytes:
    """Returns an array as bytes.

    Args:
      tensor: an array of numbers or text.
      name: kept for compatibility.

    Raises:
      TypeError: if TensorFlow has no such dtype.

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> io.parse_tensor(io.serialize_tensor(np.array([[1.5, 2.5]], "float32")), "float32")
      array([[1.5, 2.5]], dtype=float32)
    """
    array = to_array(tensor)
    sizes = b"".join(bytes_field(2, int_field(1, size) if size else b"") for size in array.shape)
    parts = [int_field(_DTYPE, dtype_number(array.dtype)), bytes_field(_SHAPE, sizes)]
    if array.dtype == object:
        parts += [bytes_field(_TEXTS, text) for text in array.ravel().tolist()]
    elif array.size:
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        parts.append(bytes_field(_CONTENT, np.ascontiguousarray(little).tobytes()))
    return b"".join(parts)


def dtype_of_message(serialized: bytes) -> str:
    """The name of the dtype of an array that ``serialize_tensor`` wrote.

    Raises:
      ValueError: if the bytes are no such message.

    Example:
      >>> import numpy as np
      >>> from kerax.data.tensor_messages import dtype_of_message, serialize_tensor
      >>> dtype_of_message(serialize_tensor(np.zeros(2, "int16")))
      'int16'
    """
    return name_of_number(Message(serialized, _MESSAGE).integer(_DTYPE))


def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Any:
    """Returns the array that ``serialize_tensor`` wrote, here or in TensorFlow.

    Args:
      serialized: the bytes.
      out_type: the dtype that the array must have.
      name: kept for compatibility.

    Raises:
      ValueError: if the bytes are no such message, hold another dtype, or another number of values than their shape
        asks for.
      TypeError: for anything but single bytes.

    Example:
      >>> from kerax.data import io
      >>> io.parse_tensor(io.serialize_tensor(["a", "b"]), "string").tolist()
      [b'a', b'b']
    """
    message = as_component(to_array(serialized))
    if not isinstance(message, bytes):
        raise TypeError(f"parse_tensor(serialized=...) expects bytes, received {type(serialized).__name__}.")
    fields = Message(message, _MESSAGE)
    number = fields.integer(_DTYPE)
    kind, wanted = name_of_number(number), dtype_name(out_type)
    if kind != wanted:
        raise ValueError(
            f"Type mismatch between parsed tensor ({kind}) and dtype ({wanted}): parse_tensor(out_type=...)"
        )
    sizes = [size.integer(1) for size in fields.message(_SHAPE).messages(2)]
    count = math.prod(sizes)
    if any(size < 0 for size in sizes):
        raise WireError(f"{_MESSAGE}: there is no array of shape {tuple(sizes)}.")
    values = _texts(message) if wanted == STRING else _numbers(fields, numpy_dtype(number), count)
    if len(values) != count:
        if not 0 < len(values) < count or count > _LARGEST:
            raise WireError(f"{_MESSAGE}: {len(values)} values where shape {tuple(sizes)} asks for {count}.")
        values = np.concatenate([values, np.repeat(values[-1:], count - len(values))])  # the last one is all the rest
    return as_component(values.reshape(sizes))


def _texts(message: bytes) -> np.ndarray:
    texts = [bytes(value) for field, wire, value, _ in iter_fields(message, _MESSAGE) if (field, wire) == (_TEXTS, 2)]
    values = np.empty(len(texts), object)
    values[:] = texts
    return values


def _numbers(fields: Message, dtype: Any, count: int) -> np.ndarray:
    if _CONTENT in fields:
        content = fields.data(_CONTENT)
        if len(content) != count * dtype.itemsize:
            raise WireError(f"{_MESSAGE}: {len(content)} bytes hold no {count} values of {dtype.name}.")
        return np.frombuffer(content, dtype.newbyteorder("<")).astype(dtype)
    if _HALVES in fields:
        return fields.integers(_HALVES).astype(np.uint16).view(dtype)
    for number, found in ((_FLOATS, fields.floats), (_DOUBLES, fields.doubles)):
        if number in fields:
            return found(number).astype(dtype)
    for number, parts in ((_COMPLEX_FLOATS, fields.floats), (_COMPLEX_DOUBLES, fields.doubles)):
        if number in fields:
            return parts(number).view(dtype)
    return next((fields.integers(number) for number in _WHOLE if number in fields), np.empty(0)).astype(dtype)
