"""Elements and positions as bytes, and back, without executing anything: JSON for the structure, raw bytes for
arrays.
"""

from __future__ import annotations

import collections
import json
import keyword
import math
import struct
from typing import Any

import jax
import numpy as np

from kerax.data.operations.arrays import TensorSlice
from kerax.data.operations.window import Listed
from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.data.spec import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from kerax.data.structure import LEAF

_MAGIC = b"KXD1"
_HEAD = struct.Struct("<4sQ")


def encode(value: Any) -> bytes:
    """Returns nested containers of numbers, text, arrays, ragged and sparse tensors as bytes.

    Args:
      value: tuples, lists, dictionaries, ``None``, numbers, text, arrays, specs.

    Raises:
      TypeError: for anything else, such as a dataset inside an element.

    Example:
      >>> import numpy as np
      >>> from kerax.data.codec import decode, encode
      >>> decode(encode({"x": (np.arange(2), b"text", 1.5)}))
      {'x': (array([0, 1]), b'text', 1.5)}
    """
    blobs: list[bytes] = []
    tree = json.dumps(_pack(value, blobs), separators=(",", ":")).encode()
    sizes = struct.pack(f"<{len(blobs) + 1}Q", len(blobs), *map(len, blobs))
    return b"".join([_HEAD.pack(_MAGIC, len(tree)), tree, sizes, *blobs])


def decode(data: bytes) -> Any:
    """Returns the value that ``encode`` wrote.

    Raises:
      ValueError: if the bytes were not written by ``encode`` or are cut off.
    """
    try:
        magic, length = _HEAD.unpack_from(data)
        if magic != _MAGIC:
            raise ValueError("they begin otherwise")
        at = _HEAD.size + length
        tree = json.loads(data[_HEAD.size : at])
        (count,) = struct.unpack_from("<Q", data, at)
        if count > (len(data) - at) // 8:
            raise ValueError("they are cut off")
        sizes = struct.unpack_from(f"<{count}Q", data, at + 8)
        at += 8 * (count + 1)
        if sum(sizes) != len(data) - at:
            raise ValueError("they are cut off")
        blobs = []
        for size in sizes:
            blobs.append(data[at : at + size])
            at += size
        return _unpack(tree, blobs)
    except (struct.error, ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise ValueError(f"These {len(data)} bytes are no saved element or position: {error}.") from None


def _pack(value: Any, blobs: list[bytes]) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": _blob(bytes(value), blobs)}
    if isinstance(value, jax.Array):
        value = np.asarray(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return _pack_array(value, blobs)
    if isinstance(value, RaggedTensor):
        return {"ragged": [_pack(value.values, blobs), _pack(value.row_splits, blobs)]}
    if isinstance(value, SparseTensor):
        return {"sparse": [_pack(part, blobs) for part in (value.indices, value.values, value.dense_shape)]}
    if isinstance(value, TensorSpec):
        return {"spec": [type(value).__name__, value.shape, value.dtype, *_rest(value)]}
    if isinstance(value, list):
        return [_pack(item, blobs) for item in value]
    if isinstance(value, tuple):
        items = [_pack(item, blobs) for item in value]
        return (
            {"fields": [type(value).__name__, value._fields, items]} if hasattr(value, "_fields") else {"tuple": items}
        )
    if isinstance(value, dict):
        return {"dict": [[_pack(key, blobs), _pack(item, blobs)] for key, item in value.items()]}
    plan = getattr(value, "_plan", None)  # a window
    if isinstance(plan, TensorSlice) and plan.structure.kind == "leaf":
        return {"rows": _pack(plan.leaves[0], blobs)}
    if isinstance(plan, Listed):
        return {"listed": [_pack(component, blobs) for component in plan.components]}
    raise TypeError(
        f"A {type(value).__name__} cannot be written to a file: elements are made of arrays, numbers and text."
    )


def _rest(spec: TensorSpec) -> tuple:
    return (spec.ragged_rank, spec.row_splits_dtype) if isinstance(spec, RaggedTensorSpec) else ()


def _blob(data: bytes, blobs: list[bytes]) -> int:
    blobs.append(data)
    return len(blobs) - 1


def _pack_array(value: Any, blobs: list[bytes]) -> Any:
    array = np.asarray(value)
    scalar = not isinstance(value, np.ndarray)
    if array.dtype == object:
        texts = array.ravel().tolist()
        if not all(isinstance(text, bytes) for text in texts):
            raise TypeError("An array of Python objects can be written to a file only if it holds text.")
        lengths = np.array([len(text) for text in texts], np.int64)
        where = [_blob(lengths.tobytes(), blobs), _blob(b"".join(texts), blobs)]
        return {"texts": [array.shape, *where]}
    return {"array": [array.dtype.name, array.shape, _blob(np.ascontiguousarray(array).tobytes(), blobs), scalar]}


def _unpack(tree: Any, blobs: list[bytes]) -> Any:
    if isinstance(tree, list):
        return [_unpack(item, blobs) for item in tree]
    if not isinstance(tree, dict):
        return tree
    ((kind, content),) = tree.items()
    if kind == "dict":
        return {_unpack(key, blobs): _unpack(item, blobs) for key, item in content}
    if kind == "tuple":
        return tuple(_unpack(item, blobs) for item in content)
    if kind == "bytes":
        return blobs[content]
    if kind == "array":
        name, shape, index, scalar = content
        array = np.frombuffer(blobs[index], jax.numpy.dtype(name)).reshape(shape).copy()
        return array[()] if scalar else array
    if kind == "texts":
        shape, lengths_at, data_at = content
        return _texts(shape, lengths_at, data_at, blobs)
    if kind == "ragged":
        return RaggedTensor(*(_unpack(part, blobs) for part in content))
    if kind == "sparse":
        return SparseTensor(*(_unpack(part, blobs) for part in content))
    if kind in ("rows", "listed"):
        return _window(kind, content, blobs)
    if kind == "float":
        return float(content)
    if kind == "spec":
        classes = {cls.__name__: cls for cls in (TensorSpec, RaggedTensorSpec, SparseTensorSpec)}
        return classes[content[0]](*content[1:])
    if kind == "fields":
        name, fields, items = content
        if not all(field.isidentifier() and not keyword.iskeyword(field) for field in (name, *fields)):
            raise ValueError("the names of a tuple's fields are no names")
        return collections.namedtuple(name, fields)(*(_unpack(item, blobs) for item in items))
    raise ValueError(f"they hold an unknown kind of value, {kind!r}")


def _window(kind: str, content: Any, blobs: list[bytes]) -> Any:
    from kerax.data.dataset import Dataset  # which is made with this module

    if kind == "rows":
        return Dataset(TensorSlice(LEAF, (_unpack(content, blobs),)))
    return Dataset(Listed(tuple(_unpack(part, blobs) for part in content)))


def _texts(shape: list, lengths_at: int, data_at: int, blobs: list[bytes]) -> np.ndarray:
    lengths = np.frombuffer(blobs[lengths_at], np.int64)
    data = blobs[data_at]
    if (lengths < 0).any() or lengths.sum() != len(data) or math.prod(shape) != len(lengths):
        raise ValueError("the lengths of their texts do not fit")
    ends = np.cumsum(lengths).tolist()
    out = np.empty(len(lengths), object)
    out[:] = [data[end - length : end] for end, length in zip(ends, lengths.tolist())]
    return out.reshape(shape)
