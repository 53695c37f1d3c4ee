"""``tf.sparse.cross``, ``cross_hashed`` and ``tf.ragged.cross_hashed``: all combinations of the values of each row."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._ragged import RaggedTensor
from kerax.compat.tensorflow._sparse import SparseTensor
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.functional.hashing import fingerprint64, fingerprint_cat

HASH_KEY = 0xDECAFCAFFE  # TensorFlow's, tensorflow/core/kernels/sparse_cross_op.cc
_LARGEST = 2**63 - 1


def _rows(value: Any) -> list[list]:
    """The values of each row."""
    if isinstance(value, RaggedTensor):
        return [list(np.ravel(row.numpy())) for row in value]
    if isinstance(value, SparseTensor):
        plain = value._plain
        return [list(plain.values[plain.indices[:, 0] == row]) for row in range(int(plain.dense_shape[0]))]
    array = np.asarray(convert(value).numpy())
    if array.ndim != 2:
        raise errors.InvalidArgumentError(None, None, f"cross takes inputs of two axes, received shape {array.shape}")
    return [list(row) for row in array]


def _combinations(inputs: Any) -> list[list[tuple]]:
    columns = [_rows(one) for one in inputs]
    if len({len(rows) for rows in columns}) > 1:
        raise errors.InvalidArgumentError(None, None, "cross takes inputs of one batch size")
    return [list(itertools.product(*several)) for several in zip(*columns)]


def _sparse(rows: list[list], kind: Any) -> SparseTensor:
    places = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = np.asarray([one for row in rows for one in row], kind)
    shape = [len(rows), max((len(row) for row in rows), default=0)]
    return SparseTensor(np.asarray(places, np.int64).reshape(-1, 2), values, shape)


def _text(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def cross(inputs: Any, name: str | None = None, separator: str | None = None) -> SparseTensor:
    """The combinations of each row's values as texts.

    Args:
      inputs: ordinary or sparse tensors of two axes, of texts or whole numbers.
      name: accepted as in TensorFlow.
      separator: what comes between the parts, ``_X_`` by default.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.sparse.cross([tf.constant([["a", "b"]]), tf.constant([["c"]])]).values.numpy().tolist()
      [b'a_X_c', b'b_X_c']
    """
    mark = ("_X_" if separator is None else separator).encode()
    return _sparse([[mark.join(map(_text, one)) for one in row] for row in _combinations(inputs)], object)


def _hashed(inputs: Any, num_buckets: int, hash_key: int | None) -> list[list]:
    def print_of(value: Any) -> np.ndarray:
        if isinstance(value, bytes):
            return fingerprint64(np.asarray([value], object))
        return np.asarray([int(value)], np.int64).view(np.uint64)

    def number(several: tuple) -> int:
        found = np.asarray([HASH_KEY if hash_key is None else hash_key], np.uint64)
        for one in several:
            found = fingerprint_cat(found, print_of(one))
        return int(found[0]) % (num_buckets or _LARGEST)

    return [[number(one) for one in row] for row in _combinations(inputs)]


def cross_hashed(
    inputs: Any, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> SparseTensor:
    """The combinations of each row's values as numbers of buckets: TensorFlow's hashes.

    Args:
      inputs: ordinary or sparse tensors of two axes, of texts or whole numbers.
      num_buckets: how many buckets there are; 0 for the hashes themselves.
      hash_key: where hashes begin.
      name: accepted as in TensorFlow.
    """
    return _sparse(_hashed(inputs, num_buckets, hash_key), np.int64)


def ragged_cross_hashed(
    inputs: Any, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> RaggedTensor:
    """As ``cross_hashed``, the combinations of each row as a row of a ragged tensor."""
    rows = _hashed(inputs, num_buckets, hash_key)
    values = np.asarray([one for row in rows for one in row], np.int64)
    return RaggedTensor.from_row_lengths(Tensor(values), np.asarray([len(row) for row in rows], np.int64))
