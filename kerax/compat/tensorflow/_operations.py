"""Operations that TensorFlow has under ``tf`` itself, without a function of their own in one of its modules.

Sources: tensorflow/core/kernels/random_index_shuffle.cc (2.15) for ``random_index_shuffle``: cycle walking (Black and
Rogaway, "Ciphers with arbitrary finite domains", 2002) over the block cipher Simon (Beaulieu et al., 2013,
https://eprint.iacr.org/2013/404).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax import ops
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, integer, ints, label_of, op, out, pair, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._tensor import Tensor

_LEAST_BLOCK = 16  # bits; with fewer the order shows patterns
_ROUND_CONSTANT = 0xFFFFFFFC
_SEQUENCE = 0x7369F885192C0EF5
_SEED_FILLER = 498247692  # stands before a seed of two numbers, as the operation wants three


class RaggedFillEmptyRows(NamedTuple):
    """What ``ragged_fill_empty_rows`` returns."""

    output_value_rowids: Any
    output_values: Any
    empty_row_indicator: Any
    reverse_index_map: Any


class RaggedFillEmptyRowsGrad(NamedTuple):
    """What ``ragged_fill_empty_rows_grad`` returns."""

    d_values: Any
    d_default_value: Any


# ---- Fourier transforms over any axes -------------------------------------------------------------------------------
def _over_axes(name: str, function: Callable, kind: str) -> Callable:
    def compute(input: Any, fft_length: Any, axes: Any, norm: Any) -> Any:
        x = tensor(input)
        if (kind == "real") == x.dtype.is_complex:
            raise errors.WrongTypeError(None, None, f"{name_} does not take {x.dtype.short}: use tf.cast.")
        places = tuple(range(x._value.ndim)) if axes is None else ints(axes, "axis")
        sizes = None if fft_length is None else ints(fft_length)
        found = function(x.array, sizes, places, norm)
        wide = x.dtype.name in ("float64", "complex128")
        return out(found, ("complex128" if jnp.iscomplexobj(found) else "float64") if wide else None)

    def run(
        input_tensor: Any, fft_length: Any = None, axes: Any = None, norm: str | None = None, name: str | None = None
    ) -> Any:
        return compute(input_tensor, fft_length, axes, norm)

    name_ = run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.signal.{name}``: over some axes, cut or filled up to ``fft_length``."
    return op(run)


def _by_name(function: Callable) -> Callable:
    """The same under the names of the operation's arguments: ``tf.fftnd``."""

    def run(input: Any, fft_length: Any, axes: Any, name: str | None = None) -> Any:
        return function(input, fft_length, axes)

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run


fftnd, ifftnd = _over_axes("fftnd", jnp.fft.fftn, "complex"), _over_axes("ifftnd", jnp.fft.ifftn, "complex")
rfftnd, irfftnd = _over_axes("rfftnd", jnp.fft.rfftn, "real"), _over_axes("irfftnd", jnp.fft.irfftn, "complex")
fftnd_operation, ifftnd_operation = _by_name(fftnd), _by_name(ifftnd)


def rfftnd_operation(input: Any, fft_length: Any, axes: Any, Tcomplex: Any = "complex64", name: Any = None) -> Any:
    """``tf.rfftnd``: as ``tf.signal.rfftnd``; the type of the result is that of ``input``."""
    return rfftnd(input, fft_length, axes)


def irfftnd_operation(input: Any, fft_length: Any, axes: Any, Treal: Any = "float32", name: Any = None) -> Any:
    """``tf.irfftnd``: as ``tf.signal.irfftnd``; the type of the result is that of ``input``."""
    return irfftnd(input, fft_length, axes)


# ---- convolutions ---------------------------------------------------------------------------------------------------
def _layout(data_format: str) -> str:
    return "channels_first" if data_format in ("CHANNELS_FIRST", "NCHW", "NCDHW") else "channels_last"


def _inner(numbers: Any, rank: int, layout: str) -> tuple:
    """Strides or rates of the axes between batch and channels."""
    found = ints(numbers)
    if len(found) == rank + 2:
        return found[2:] if layout == "channels_first" else found[1:-1]
    return found or (1,) * rank


def _forward(rank: int, strides: Any, padding: str, margins: Any, layout: str, dilations: Any) -> Callable:
    steps, rates = _inner(strides, rank, layout), _inner(dilations, rank, layout)

    def run(image: Any, kernel: Any) -> Any:
        if padding != "EXPLICIT":
            return ops.conv(image, kernel, steps, padding.lower(), layout, rates)
        edges = np.asarray(margins).reshape(-1, 2).tolist()
        return ops.conv(jnp.pad(image, edges), kernel, steps, "valid", layout, rates)

    return run


@op
def conv(
    input: Any,
    filter: Any,
    strides: Any,
    padding: str,
    explicit_paddings: Any = (),
    data_format: str = "CHANNELS_LAST",
    dilations: Any = (),
    batch_dims: int = 1,
    groups: int = 1,
    name: str | None = None,
) -> Any:
    """Convolution over two or three axes.

    Args:
      input: (batch, ..., channels), with ``batch_dims`` axes of batches.
      filter: (..., channels / groups, filters).
      strides: of all axes.
      padding: "SAME", "VALID" or "EXPLICIT".
      explicit_paddings: before and behind each axis.
      data_format: "CHANNELS_LAST" or "CHANNELS_FIRST".
      dilations: of all axes.
      batch_dims, groups: see ``input`` and ``filter``.
      name: accepted as in TensorFlow.
    """
    x, w = pair(input, filter, "Conv")
    batch, image = x._value.shape[:batch_dims], x.array
    rank = x._value.ndim - batch_dims - 1
    if rank not in (2, 3):
        raise errors.InvalidArgumentError(
            None, None, f"The input must have 2 or 3 spatial dimensions but got {rank} [Op:Conv]"
        )
    image = image.reshape(-1, *image.shape[batch_dims:])
    found = _forward(rank, strides, padding, explicit_paddings, _layout(data_format), dilations)(image, w.array)
    return out(found.reshape(*batch, *found.shape[1:]), label_of(x))


def gradient_by_image(
    sizes: Any, filter: Any, upstream: Any, strides: Any, padding: Any, margins: Any, layout: str, dilations: Any
) -> Any:
    """The gradient of a convolution with respect to its input, of a shape."""
    g, w = pair(upstream, filter, "ConvBackpropInput")
    forward = _forward(g._value.ndim - 2, strides, padding, margins, layout, dilations)
    _, back = jax.vjp(lambda image: forward(image, w.array), jnp.zeros(ints(sizes), g.array.dtype))
    return out(back(g.array)[0], label_of(g))


def gradient_by_filter(
    input: Any, sizes: Any, upstream: Any, strides: Any, padding: Any, margins: Any, layout: str, dilations: Any
) -> Any:
    """The gradient of a convolution with respect to its filter, of a shape."""
    x, g = pair(input, upstream, "ConvBackpropFilter")
    forward = _forward(g._value.ndim - 2, strides, padding, margins, layout, dilations)
    _, back = jax.vjp(lambda kernel: forward(x.array, kernel), jnp.zeros(ints(sizes), x.array.dtype))
    return out(back(g.array)[0], label_of(x))


@op
def conv2d_backprop_input_v2(
    input: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: str,
    use_cudnn_on_gpu: bool = True,
    explicit_paddings: Any = (),
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The gradient of ``conv2d`` with respect to its input, whose shape is that of ``input``."""
    layout, sizes = _layout(data_format), tensor(input)._value.shape
    return gradient_by_image(sizes, filter, out_backprop, strides, padding, explicit_paddings, layout, dilations)


@op
def conv2d_backprop_filter_v2(
    input: Any,
    filter: Any,
    out_backprop: Any,
    strides: Any,
    padding: str,
    use_cudnn_on_gpu: bool = True,
    explicit_paddings: Any = (),
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The gradient of ``conv2d`` with respect to its filter, whose shape is that of ``filter``."""
    layout, sizes = _layout(data_format), tensor(filter)._value.shape
    return gradient_by_filter(input, sizes, out_backprop, strides, padding, explicit_paddings, layout, dilations)


# ---- rows that are empty --------------------------------------------------------------------------------------------
@op
def ragged_fill_empty_rows(
    value_rowids: Any, values: Any, nrows: Any, default_value: Any, name: str | None = None
) -> RaggedFillEmptyRows:
    """Puts a value into each row that has none.

    Args:
      value_rowids: the row of each value, rising, int64.
      values: the values.
      nrows: number of rows.
      default_value: what empty rows get.
      name: accepted as in TensorFlow.

    Returns:
      Rows and values, which rows were empty, and where each value has gone.
    """
    rows, given, count = known(tensor(value_rowids, hint=None)).astype(np.int64), tensor(values), integer(nrows)
    filler = tensor(default_value, hint=given.dtype)
    numbers = np.asarray(known(given))
    if filler._value.ndim or (rows.size and (rows.min() < 0 or rows.max() >= count)):
        raise errors.InvalidArgumentError(
            None, None, f"Default value must be a scalar, rows below {count}; received {filler.shape}, {rows.tolist()}."
        )
    empty = ~np.isin(np.arange(count), rows)
    every = np.concatenate([rows, np.flatnonzero(empty)])
    order = np.argsort(every, kind="stable")
    padded = np.concatenate([numbers, np.full(int(empty.sum()), known(filler), numbers.dtype)])
    places = np.argsort(order, kind="stable")[: rows.size]
    return RaggedFillEmptyRows(
        Tensor(every[order]), Tensor(padded[order], given._label), Tensor(empty), Tensor(places.astype(np.int64))
    )


@op
def ragged_fill_empty_rows_grad(
    reverse_index_map: Any, grad_values: Any, name: str | None = None
) -> RaggedFillEmptyRowsGrad:
    """The gradients of ``ragged_fill_empty_rows`` by the values and by the value of empty rows."""
    places, upstream = known(reverse_index_map), tensor(grad_values)
    g = upstream.array
    rest = np.setdiff1d(np.arange(g.shape[0]), places)
    return RaggedFillEmptyRowsGrad(
        out(jnp.take(g, places, 0), label_of(upstream)), out(jnp.sum(jnp.take(g, rest, 0)), label_of(upstream))
    )


# ---- an order of numbers without a table ----------------------------------------------------------------------------
def _keys(seed: list[int], rounds: int, word: int) -> list[int]:
    """The keys of each round of the cipher."""
    mask = (1 << word) - 1
    keys, sequence = [one & mask for one in seed], _SEQUENCE & mask

    def turned(value: int, by: int) -> int:
        return (value >> by | value << (word - by)) & mask

    while len(keys) < rounds:
        last = turned(keys[-1], 3) ^ turned(keys[-1], 4)
        keys.append(_ROUND_CONSTANT & mask ^ (sequence & 1) ^ keys[-3] ^ last)
        sequence >>= 1
    return keys


def _shuffled(index: int, seed: list[int], largest: int, rounds: int) -> int:
    """Where a number goes in a random order of those up to a largest one."""
    if largest == 0:
        return 0
    bits = int(np.ceil(np.log2(float(largest))))
    word = min(max(bits + bits % 2, _LEAST_BLOCK), 64) // 2
    mask, keys = (1 << word) - 1, _keys(seed, rounds, word)

    def mixed(x: int) -> int:
        one, eight, two = ((x << by | x >> (word - by)) & mask for by in (1, 8, 2))
        return one & eight ^ two

    while True:
        left, right = index >> word & mask, index & mask
        for first, second in zip(keys[0::2], keys[1::2]):
            left ^= mixed(right) ^ first
            right ^= mixed(left) ^ second
        index = left << word | right
        if index <= largest:
            return index


@op
def random_index_shuffle(index: Any, seed: Any, max_index: Any, rounds: int = 4, name: str | None = None) -> Any:
    """Where numbers go in a random order of all up to a largest one, without making that order.

    Args:
      index: a whole number, or several, from 0 to ``max_index``.
      seed: three whole numbers, or three for each index.
      max_index: the largest number, or one for each index.
      rounds: of the cipher: an even number, 4 at least.
      name: accepted as in TensorFlow.
    """
    places, seeds, largest = tensor(index), known(tensor(seed)), known(tensor(max_index))
    numbers = known(places)
    count = max(numbers.size, largest.size, seeds.size // 3)
    if rounds < 4 or rounds % 2:
        raise errors.InvalidArgumentError(None, None, f"rounds must be even, at least 4, received {rounds}.")
    if seeds.shape not in ((3,), (count, 3)):
        raise errors.InvalidArgumentError(
            None, None, f"Seed must be a vector of size [3] or a matrix of size [{count}, 3] but got {seeds.shape}."
        )
    for one, what in ((numbers, "Index"), (largest, "Maxval")):
        if one.shape not in ((), (count,)):
            raise errors.InvalidArgumentError(None, None, f"{what} must be a scalar or a vector of size {count}.")
    rows = np.broadcast_to(seeds, (count, 3)).astype(object) % 2**32
    each = zip(*(np.broadcast_to(one, (count,)).tolist() for one in (numbers, largest)), rows.tolist(), strict=True)
    found = np.asarray([_shuffled(i, key, most, rounds) for i, most, key in each], places.dtype.dtype)
    scalar = not numbers.ndim and not largest.ndim and seeds.ndim == 1
    return Tensor(found.reshape(()) if scalar else found)


@op
def index_shuffle(index: Any, seed: Any, max_index: Any) -> Any:
    """Where numbers go in a random order of all up to a largest one; see ``random_index_shuffle``.

    Args:
      index, max_index: as there.
      seed: two whole numbers, or two for each index.
    """
    numbers = known(tensor(seed))
    before = [(0, 0)] * (numbers.ndim - 1)
    padded = np.pad(numbers, [(1, 0), *before], constant_values=_SEED_FILLER)
    return random_index_shuffle(index, Tensor(padded), max_index)


def nondifferentiable_batch_function(
    num_batch_threads: int,
    max_batch_size: int,
    batch_timeout_micros: int,
    allowed_batch_sizes: Any = None,
    max_enqueued_batches: int = 10,
    autograph: bool = True,
    enable_large_batch_splitting: bool = True,
) -> Callable:
    """Decorates a function of batches: calls of several threads may be joined; here each runs by itself, at once.

    Args:
      num_batch_threads, batch_timeout_micros, max_enqueued_batches, autograph, enable_large_batch_splitting: accepted
        as in TensorFlow.
      max_batch_size: how many rows a call has at most.
      allowed_batch_sizes: to the next of these sizes a batch is filled up with its last row.
    """

    def decorate(function: Callable) -> Callable:
        @functools.wraps(function)
        def call(*args: Any) -> Any:
            given = [tensor(one) for one in args]
            rows = given[0]._value.shape[0]
            if rows > max_batch_size and not enable_large_batch_splitting:
                raise errors.InvalidArgumentError(None, None, f"Batch size {rows} is larger than {max_batch_size}.")
            room = next((size for size in sorted(allowed_batch_sizes or ()) if size >= rows), rows)
            full = [
                Tensor(jnp.pad(array(one), [(0, room - rows)] + [(0, 0)] * (one.ndim - 1), mode="edge"))
                for one in given
            ]
            found = function(*(given if room == rows else full))
            return jax.tree.map(lambda one: one[:rows], found, is_leaf=lambda one: isinstance(one, Tensor))

        return call

    return decorate
