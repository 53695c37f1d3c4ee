"""``tf.io``: sparse tensors as bytes, compressed bytes."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._sparse import SparseTensor
from kerax.compat.tensorflow._tensor import Tensor
from kerax.data import BytesList, Example, Feature, Features, FloatList, Int64List, tensor_messages

_UNPACK = {"": bytes, "ZLIB": zlib.decompress, "GZIP": gzip.decompress}


def decode_compressed(bytes: Any, compression_type: str = "", name: str | None = None) -> Tensor:
    """What compressed bytes hold: ``""``, ``"ZLIB"`` or ``"GZIP"``, elementwise.

    Raises:
      InvalidArgumentError: for another kind, or bytes that are not compressed so.
    """
    if compression_type not in _UNPACK:
        raise errors.InvalidArgumentError(
            None, None, f"Value for attr 'compression_type' must be one of {sorted(_UNPACK)}, not {compression_type!r}."
        )
    texts = np.asarray(tensor(bytes).numpy(), object)
    found = np.empty(texts.shape, object)
    for place in np.ndindex(texts.shape):
        try:
            found[place] = _UNPACK[compression_type](texts[place])
        except (zlib.error, OSError, EOFError) as error:
            raise errors.DataLossError(None, None, f"decode_compressed: {error}") from error
    return Tensor(found)


def decode_json_example(json_examples: Any, name: str | None = None) -> Tensor:
    """Examples written as JSON, as the bytes of their messages, elementwise.

    Raises:
      InvalidArgumentError: for JSON that is no Example.
    """
    texts = np.asarray(tensor(json_examples).numpy(), object)
    found = np.empty(texts.shape, object)
    for place in np.ndindex(texts.shape):
        try:
            features = json.loads(texts[place])["features"]["feature"]
            made = {key: _feature(one) for key, one in features.items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise errors.InvalidArgumentError(None, None, f"Error while parsing JSON: {error!r}") from error
        found[place] = Example(features=Features(feature=made)).SerializeToString()
    return Tensor(found)


def _feature(described: dict) -> Feature:
    ((kind, values),) = described.items()
    listed = values.get("value", [])
    if kind in ("bytesList", "bytes_list"):
        return Feature(bytes_list=BytesList(value=[base64.b64decode(one) for one in listed]))
    if kind in ("floatList", "float_list"):
        return Feature(float_list=FloatList(value=[float(one) for one in listed]))
    if kind in ("int64List", "int64_list"):
        return Feature(int64_list=Int64List(value=[int(one) for one in listed]))
    raise ValueError(f"unknown list {kind!r}")


def _messages(indices: np.ndarray, values: np.ndarray, shape: np.ndarray) -> list[Any]:
    return [tensor_messages.serialize_tensor(part) for part in (indices, values, shape)]


def _parts(sp_input: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = (sp_input.indices, sp_input.values, sp_input.dense_shape)
    indices, values, shape = (np.asarray(one.numpy()) for one in parts)
    return indices.astype("int64"), values, shape.astype("int64")


def serialize_sparse(sp_input: Any, out_type: Any = "string", name: str | None = None) -> Tensor:
    """A sparse tensor as three texts: TensorProtos of its indices, values and shape."""
    found = np.empty(3, object)
    found[:] = _messages(*_parts(sp_input))
    return Tensor(found)


def serialize_many_sparse(sp_input: Any, out_type: Any = "string", name: str | None = None) -> Tensor:
    """The rows of a sparse tensor, each as ``serialize_sparse`` writes it: texts of the shape (rows, 3)."""
    indices, values, shape = _parts(sp_input)
    found = np.empty((int(shape[0]), 3), object)
    for row in range(len(found)):
        mine = indices[:, 0] == row
        found[row] = _messages(indices[mine, 1:], values[mine], shape[1:])
    return Tensor(found)


def deserialize_many_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """The sparse tensor of the rows that ``serialize_many_sparse`` or ``serialize_sparse`` wrote.

    Args:
      serialized_sparse: texts of the shape (rows, 3).
      dtype: of the values.
      rank: number of axes of a row, checked.
      name: accepted as in TensorFlow.

    Raises:
      InvalidArgumentError: for rows of another type or number of axes.
    """
    kind = as_dtype(dtype).name
    places, values, shapes = [], [], []
    with errors.TRANSLATED:
        for row, texts in enumerate(np.asarray(tensor(serialized_sparse).numpy(), object)):
            index = np.asarray(tensor_messages.parse_tensor(texts[0], "int64"))
            places.append(np.concatenate([np.full((len(index), 1), row, np.int64), index], 1))
            values.append(np.asarray(tensor_messages.parse_tensor(texts[1], kind)))
            shapes.append(np.asarray(tensor_messages.parse_tensor(texts[2], "int64")))
            if rank is not None and len(shapes[-1]) != rank:
                raise ValueError(f"Row {row} has {len(shapes[-1])} axes, not {rank}.")
    shape = [len(shapes), *np.max(shapes, axis=0).tolist()]
    return SparseTensor(np.concatenate(places), np.concatenate(values), shape)
