"""Rarer parts of ``tf.sparse`` and ``tf.ragged``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import integer, ints
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._gather import gather
from kerax.compat.tensorflow._joining import pad
from kerax.compat.tensorflow._ragged import RaggedTensor
from kerax.compat.tensorflow._ragged_ops import stack_rows
from kerax.compat.tensorflow._reducing import bincount as dense_bincount
from kerax.compat.tensorflow._reducing import segment_mean as dense_mean
from kerax.compat.tensorflow._reducing import segment_sum as dense_sum
from kerax.compat.tensorflow._sparse import IndexedSlices, SparseTensor, from_dense
from kerax.compat.tensorflow._tensor import Tensor, convert


def _both(name: str, function: Callable) -> Callable:
    def run(sp_a: Any, sp_b: Any, name: Any = None) -> SparseTensor:
        a, b = sp_a._plain, sp_b._plain
        places = np.unique(np.concatenate([a.indices, b.indices]), axis=0)
        keys = tuple(places.T)
        return SparseTensor(places, function(a.to_dense()[keys], b.to_dense()[keys]), a.dense_shape)

    run.__name__ = name
    run.__doc__ = f"The {name} of two sparse tensors, at the places of either."
    return run


maximum, minimum = _both("maximum", np.maximum), _both("minimum", np.minimum)


def reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """The same elements in another dense shape, the smallest by default."""
    plain = sp_input._plain
    shape = plain.indices.max(0) + 1 if new_shape is None else np.asarray(ints(new_shape))
    if new_shape is not None and (len(shape) != plain.ndim or (shape < plain.dense_shape).any()):
        raise ValueError(f"Requested new_shape should have sizes >= {plain.shape}, received {shape.tolist()}")
    return SparseTensor(plain.indices, plain.values, shape)


def split(sp_input: Any = None, num_split: Any = None, axis: Any = None, name: Any = None) -> list:
    """Parts along an axis, the first ones larger where they cannot be alike."""
    plain, count = sp_input._plain, integer(num_split)
    place = integer(axis) % plain.ndim
    size, more = divmod(int(plain.dense_shape[place]), count)
    ends, parts = np.cumsum([0] + [size + (i < more) for i in range(count)]), []
    for low, high in zip(ends[:-1], ends[1:]):
        keep = (plain.indices[:, place] >= low) & (plain.indices[:, place] < high)
        indices, shape = plain.indices[keep].copy(), plain.dense_shape.copy()
        indices[:, place] -= low
        shape[place] = high - low
        parts.append(SparseTensor(indices, plain.values[keep], shape))
    return parts


def mask(a: Any, mask_indices: Any, name: Any = None) -> IndexedSlices:
    """Slices without the rows of some numbers."""
    numbers = known(a.indices)
    keep = np.flatnonzero(~np.isin(numbers, known(mask_indices)))
    return IndexedSlices(gather(a.values, keep), Tensor(numbers[keep]), a.dense_shape)


def bincount(
    values: Any,
    weights: Any = None,
    axis: Any = 0,
    minlength: Any = None,
    maxlength: Any = None,
    binary_output: bool = False,
    name: Any = None,
) -> SparseTensor:
    """How often each number occurs, as a sparse tensor."""
    if isinstance(values, SparseTensor):
        counts = bincount_rows(values, weights, minlength, maxlength, "int64", axis, binary_output)
        return from_dense(counts)
    numbers = known(values)
    counts = dense_bincount(
        numbers, weights, minlength, maxlength, axis=axis if axis else None, binary_output=binary_output
    )
    kind = np.int64 if weights is None else np.asarray(known(weights)).dtype
    return from_dense(Tensor(np.asarray(counts.numpy()).astype(kind)))


def bincount_rows(
    values: Any, weights: Any, minlength: Any, maxlength: Any, dtype: Any, axis: Any, binary_output: bool
) -> Tensor:
    """How often each number occurs in the rows of a ragged or sparse tensor, or in all of it."""
    several = isinstance(values, SparseTensor)
    flat = known(values.values if several else values.flat_values)
    options = (minlength, maxlength, dtype)
    shares = None
    if weights is not None:
        shares = known(weights.values if several else getattr(weights, "flat_values", weights))
    if axis != -1:
        return dense_bincount(flat, shares, *options, binary_output=binary_output)
    rows = values._plain.indices[:, 0] if several else known(values.value_rowids())
    count = int(values._plain.dense_shape[0]) if several else len(values._plain)
    width = int(flat.max(initial=-1)) + 1
    parts = [
        dense_bincount(
            flat[rows == i], None if shares is None else shares[rows == i], max(width, minlength or 0), *options[1:],
            binary_output=binary_output,
        ).numpy()
        for i in range(count)
    ]  # fmt: skip
    return Tensor(np.stack(parts))


def _segments(name: str, function: Callable) -> Callable:
    def run(
        data: Any,
        indices: Any,
        segment_ids: Any,
        num_segments: Any = None,
        name: Any = None,
        sparse_gradient: bool = False,
    ) -> Any:
        found = function(gather(data, indices), segment_ids)
        if num_segments is None:
            return found
        missing = integer(num_segments) - int(found.shape[0])
        if missing < 0:
            raise errors.InvalidArgumentError(None, None, f"segment ids must be < num_segments = {num_segments}")
        return pad(found, [[0, missing]] + [[0, 0]] * (found.ndim - 1))

    run.__name__ = name
    run.__doc__ = f"``tf.sparse.{name}``: of the rows at some indices."
    return run


def _sqrt_n(data: Any, segment_ids: Any) -> Any:
    ones = Tensor(np.bincount(known(segment_ids)).astype(np.float32))
    counts = ones.numpy().reshape(-1, *[1] * (convert(data).ndim - 1))
    return dense_sum(data, segment_ids) / Tensor(np.sqrt(np.maximum(counts, 1)))


segment_sum, segment_mean = _segments("segment_sum", dense_sum), _segments("segment_mean", dense_mean)
segment_sqrt_n = _segments("segment_sqrt_n", _sqrt_n)


def stack_dynamic_partitions(data: Any, partitions: Any, num_partitions: Any, name: Any = None) -> RaggedTensor:
    """The elements of each partition as a row."""
    numbers = known(partitions)
    order = np.argsort(numbers, kind="stable")
    return RaggedTensor.from_value_rowids(gather(data, order), numbers[order], num_partitions)


def cross(inputs: Any, name: Any = None) -> RaggedTensor:
    """All combinations of the elements of each row, joined by ``_X_``."""
    rows = []
    for several in zip(*inputs):
        texts: list = [b""]
        for number, one in enumerate(several):
            parts = [part if isinstance(part, bytes) else str(part).encode() for part in np.ravel(one.numpy())]
            texts = [a + (b"_X_" if number else b"") + b for a in texts for b in parts]
        rows.append(Tensor(np.asarray(texts, object)))
    return stack_rows(rows)
