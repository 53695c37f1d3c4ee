"""``tf.nn.fractional_max_pool`` and ``fractional_avg_pool``: pooling by regions of random sizes.

Source: Graham, "Fractional max-pooling", 2014, https://arxiv.org/abs/1412.6071; which random numbers are drawn:
tensorflow/core/kernels/fractional_pool_common.cc (2.15).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _seeds, errors
from kerax.compat.tensorflow._core import label_of, op, out, tensor
from kerax.compat.tensorflow._philox import GROUP, Source
from kerax.compat.tensorflow._philox_streams import Stream
from kerax.compat.tensorflow._tensor import Tensor


class FractionalPool(NamedTuple):
    """What a pooling returns: its result, and where the regions of rows and of columns begin and end."""

    output: Any
    row_pooling_sequence: Any
    col_pooling_sequence: Any


def _edges(size: int, regions: int, stream: Stream, pseudo_random: bool) -> np.ndarray:
    """Where regions begin and end: one more than there are regions."""
    each = size // regions
    if pseudo_random:
        ratio = size / regions
        largest = min((each + 2) / ratio - 1, (size + 1 - each) / ratio - (regions - 1))
        start = stream.double() * largest
        inner = [math.ceil(ratio * (i + start)) - 1 for i in range(1, regions)]
        return np.asarray([0, *inner, size], np.int64)
    sizes = np.full(regions, each, np.int64)
    sizes[: size % regions] += 1
    return np.concatenate([[0], np.cumsum(sizes[stream.order(regions)])])


def _both_edges(shape: tuple, ratios: list, source: Source, pseudo_random: bool) -> list[np.ndarray]:
    found = []
    for size, ratio in zip(shape[1:3], ratios[1:3], strict=True):
        regions = math.floor(size / np.float32(ratio))
        found.append(_edges(size, regions, Stream(source), pseudo_random))
        used = 1 if pseudo_random else -(-regions // GROUP)
        source = Source([np.uint32(source.counter[0] + used), *source.counter[1:]], source.key)
    return found


def _places(edges: np.ndarray, overlapping: bool, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The numbers in each region, and which of them are ones."""
    width = int(np.diff(edges).max()) + overlapping
    numbers = edges[:-1, None] + np.arange(width)
    last = np.minimum(edges[1:] - (not overlapping), size - 1)
    return np.minimum(numbers, size - 1), numbers <= last[:, None]


def _ratios(given: Any) -> list:
    if isinstance(given, (list, tuple)):
        if given[0] != 1.0 or given[-1] != 1.0:
            raise ValueError(
                f"`pooling_ratio` should have first and last elements with value 1.0. Received: pooling_ratio={given}"
            )
        numbers = list(given)
    elif isinstance(given, (int, float)):
        numbers = [given]
    else:
        raise ValueError(f"`pooling_ratio` should be an int or a list of ints. Received: pooling_ratio={given}")
    if min(numbers) < 1.0:
        raise ValueError(f"`pooling_ratio` should be >= 1.0. Received: pooling_ratio={given}")
    if len(numbers) in (1, 2):
        return [1, *(numbers * 2)[:2], 1]
    if len(numbers) != 4:
        raise ValueError(f"pooling_ratio should be of length 1, 2 or 4. Received: {given}")
    return numbers


def pooled(
    value: Any, ratios: list, pseudo_random: bool, overlapping: bool, source: Source, way: Callable
) -> FractionalPool:
    """The pooling of regions whose sizes come from a source of random numbers.

    Args:
      value: (batch, rows, columns, channels).
      ratios: four numbers, how many times smaller each axis becomes.
      pseudo_random, overlapping: see ``fractional_max_pool``.
      source: of random numbers.
      way: of regions (batch, rows, columns, region, channels) and which of their numbers count.
    """
    x = tensor(value)
    if x._value.ndim != 4:
        raise errors.InvalidArgumentError(None, None, f"value must be 4-dimensional, received shape {x.shape}.")
    rows, columns = _both_edges(x._value.shape, ratios, source, pseudo_random)
    (row_places, row_fits), (column_places, column_fits) = (
        _places(edges, overlapping, size) for edges, size in zip((rows, columns), x._value.shape[1:3], strict=True)
    )
    regions = x.array[:, row_places[:, None, :, None], column_places[None, :, None, :]]
    fits = row_fits[:, None, :, None] & column_fits[None, :, None, :]
    regions = regions.reshape(*regions.shape[:3], -1, regions.shape[-1])
    fits = jnp.asarray(fits.reshape(*fits.shape[:2], -1))[None, :, :, :, None]
    return FractionalPool(out(way(regions, fits), label_of(x)), Tensor(rows), Tensor(columns))


def largest(regions: Any, fits: Any) -> Any:
    """The largest number of each region; its gradient goes to the first of them."""
    low = -jnp.inf if jnp.issubdtype(regions.dtype, jnp.floating) else jnp.iinfo(regions.dtype).min
    masked = jnp.where(fits, regions, low)
    best = jnp.argmax(masked, axis=3, keepdims=True)
    return jnp.take_along_axis(masked, best, 3)[:, :, :, 0]


def mean(regions: Any, fits: Any) -> Any:
    """The mean of each region; whole numbers are rounded towards 0."""
    total = jnp.sum(jnp.where(fits, regions, 0), axis=3)
    count = jnp.sum(jnp.broadcast_to(fits, (1, *fits.shape[1:])), axis=3)
    if jnp.issubdtype(total.dtype, jnp.floating):
        return total / count.astype(total.dtype)
    return jnp.sign(total) * (jnp.abs(total) // count.astype(total.dtype))


def _source(name: str, seed: int) -> Source:
    """An operation with a seed keeps its regions: it begins in the same place each time."""
    if not seed:
        return _seeds.unknown()
    seeds = _seeds.of_operation(seed)
    assert seeds is not None
    return _seeds.of_seeds((name, seeds), seeds, 0)


@op
def fractional_max_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> Any:
    """The largest number of each region; regions are random, all of about the same size.

    Args:
      value: (batch, rows, columns, channels).
      pooling_ratio: how many times smaller rows and columns become, at least 1: a number, two, or four.
      pseudo_random: whether the sizes of regions come from one random number.
      overlapping: whether neighbouring regions share their edge.
      seed: of the draw; 0 for another one each time.
      name: accepted as in TensorFlow.

    Returns:
      The result, and where regions of rows and columns begin and end, int64.
    """
    source = _source("fractional max", seed)
    return pooled(value, _ratios(pooling_ratio), pseudo_random, overlapping, source, largest)


@op
def fractional_avg_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> Any:
    """The mean of each region; see ``fractional_max_pool``."""
    source = _source("fractional avg", seed)
    return pooled(value, _ratios(pooling_ratio), pseudo_random, overlapping, source, mean)
