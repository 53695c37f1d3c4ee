"""Rarer parts of ``tf.nn``: morphology, blocks of space and batch, places of maxima, repeated labels."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array, ints, label_of, op, out, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._tensor import Tensor


@op
def space_to_batch_nd(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Any:
    """Blocks of places moved into the batch."""
    x, blocks, fill = tensor(input), ints(block_shape), np.asarray(known(paddings)).reshape(-1, 2)
    many = len(blocks)
    padded = jnp.pad(x.array, [(0, 0), *map(tuple, fill.tolist()), *[(0, 0)] * (x.ndim - many - 1)])
    batch, sizes, rest = padded.shape[0], padded.shape[1 : many + 1], padded.shape[many + 1 :]
    parts = [part for size, block in zip(sizes, blocks) for part in (size // block, block)]
    order = [*range(2, 2 * many + 1, 2), 0, *range(1, 2 * many, 2), *range(2 * many + 1, 2 * many + 1 + len(rest))]
    found = padded.reshape(batch, *parts, *rest).transpose(order)
    count = int(np.prod(blocks)) * batch
    return out(found.reshape(count, *[s // b for s, b in zip(sizes, blocks)], *rest), label_of(x))


@op
def space_to_batch(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Any:
    """Blocks of places moved into the batch."""
    return space_to_batch_nd(input, block_shape, paddings)


@op
def batch_to_space(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Any:
    """Parts of the batch moved into blocks of places: the way back from ``space_to_batch``."""
    x, blocks, cut = tensor(input), ints(block_shape), np.asarray(known(crops)).reshape(-1, 2)
    many, value = len(blocks), x.array
    batch, sizes, rest = value.shape[0] // int(np.prod(blocks)), value.shape[1 : many + 1], value.shape[many + 1 :]
    order = [many, *[part for i in range(many) for part in (many + 1 + i, i)], *range(2 * many + 1, value.ndim + many)]
    found = value.reshape(*blocks, batch, *sizes, *rest).transpose(order)
    found = found.reshape(batch, *[s * b for s, b in zip(sizes, blocks)], *rest)
    for axis, (start, end) in enumerate(cut.tolist(), 1):
        found = jax.lax.slice_in_dim(found, start, found.shape[axis] - end, axis=axis)
    return out(found, label_of(x))


def _windows(x: Any, size: tuple, strides: tuple, dilations: tuple, padding: str, fill: Any) -> Any:
    """The window of each place of pictures (batch, rows, columns, channels), along two new axes before the channels."""
    reach = [(n - 1) * d + 1 for n, d in zip(size, dilations)]
    if padding.upper() == "SAME":
        counts = [-(-n // s) for n, s in zip(x.shape[1:3], strides)]
        totals = [max((c - 1) * s + r - n, 0) for c, s, r, n in zip(counts, strides, reach, x.shape[1:3])]
        x = jnp.pad(x, [(0, 0), *[(t // 2, t - t // 2) for t in totals], (0, 0)], constant_values=fill)
    counts = [(n - r) // s + 1 for n, r, s in zip(x.shape[1:3], reach, strides)]
    places = [
        np.arange(c)[:, None] * s + np.arange(n)[None, :] * d for c, s, n, d in zip(counts, strides, size, dilations)
    ]
    return x[:, places[0][:, None, :, None], places[1][None, :, None, :]]


@op
def dilation2d(
    input: Any, filters: Any, strides: Any, padding: str, data_format: str, dilations: Any, name: str | None = None
) -> Any:
    """The largest sum of a window and a filter (grey-scale dilation)."""
    x, kernel = array(input), array(filters)
    low = jnp.finfo(x.dtype).min if jnp.issubdtype(x.dtype, jnp.floating) else jnp.iinfo(x.dtype).min
    found = _windows(x, kernel.shape[:2], ints(strides)[1:3], ints(dilations)[1:3], padding, low)
    return Tensor(jnp.max(found + kernel, axis=(3, 4)))


@op
def erosion2d(
    value: Any, filters: Any, strides: Any, padding: str, data_format: str, dilations: Any, name: str | None = None
) -> Any:
    """The smallest difference of a window and a filter (grey-scale erosion)."""
    kernel = jnp.flip(array(filters), (0, 1))
    return Tensor(-array(dilation2d(-array(value), kernel, strides, padding, data_format, dilations)))


@op
def max_pool_with_argmax(
    input: Any,
    ksize: Any,
    strides: Any,
    padding: str,
    data_format: str = "NHWC",
    output_dtype: Any = "int64",
    include_batch_in_index: bool = False,
    name: str | None = None,
) -> Any:
    """The largest value of each window, and where it is among all of a picture's numbers."""
    x = array(input)
    size, steps = (_two(one) for one in (ksize, strides))
    rows, columns, channels = x.shape[1:]
    windows = _windows(x, size, steps, (1, 1), padding, -jnp.inf)
    numbers = jnp.arange(rows * columns, dtype="int32").reshape(1, rows, columns, 1)
    places = _windows(numbers, size, steps, (1, 1), padding, 0)[..., 0]
    flat = windows.reshape(*windows.shape[:3], -1, channels)
    best = jnp.argmax(flat, axis=3)
    where = jnp.take_along_axis(
        jnp.broadcast_to(places.reshape(*places.shape[:3], -1)[..., None], flat.shape), best[:, :, :, None], 3
    )[:, :, :, 0]
    where = where * channels + jnp.arange(channels)
    if include_batch_in_index:
        where = where + (jnp.arange(x.shape[0]) * x[0].size)[:, None, None, None]
    return Tensor(jnp.max(flat, axis=3)), out(where, None, as_dtype(output_dtype))


def _two(value: Any) -> tuple[int, ...]:
    numbers = ints(value)
    return tuple(numbers[1:3]) if len(numbers) == 4 else tuple(numbers) * 2 if len(numbers) == 1 else tuple(numbers)


def collapse_repeated(labels: Any, seq_length: Any, name: str | None = None) -> Any:
    """Labels without those that repeat the one before, filled up with zeros; and how many are left."""
    rows, lengths = known(labels), known(seq_length)
    kept = [row[:n][np.insert(np.diff(row[:n]) != 0, 0, True)[:n]] for row, n in zip(rows, lengths)]
    found = np.zeros((len(rows), max(map(len, kept), default=0)), rows.dtype)
    for place, row in enumerate(kept):
        found[place, : len(row)] = row
    return Tensor(found), Tensor(np.asarray([len(row) for row in kept], np.int32))


def ctc_unique_labels(labels: Any, name: str | None = None) -> Any:
    """The distinct labels of each row, and for every label which of them it is."""
    rows = known(labels)
    found, places = np.zeros(rows.shape, np.int64), np.zeros(rows.shape, np.int32)
    for number, row in enumerate(rows):
        values, first, which = np.unique(row, return_index=True, return_inverse=True)
        order = np.argsort(first)
        found[number, : len(values)] = values[order]
        places[number] = np.argsort(order)[which.reshape(-1)]
    return Tensor(found), Tensor(places)
