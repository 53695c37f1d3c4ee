"""Checksums of arrays by pieces: of an array that is spread over hosts, each sums up and checks what it has.

The pieces are the shards that the writing devices held: equal blocks that make a grid over the array. Their sums are an
array of the grid's shape, one element for each piece, spread as the array itself is, so that it is stored in the same
way. A reader may have the array in other shards; it compares every piece of which it has all elements.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.utils.crc32c import crc32c

Region = tuple[slice, ...]
_MOST_PIECES = 1 << 20  # as many as no cluster has devices


def piece_sums(array: Any) -> Any:
    """The CRC-32C of every shard of an array.

    Args:
      array: a JAX or NumPy array; of one that is spread over hosts, each host sums up its own shards.

    Returns:
      uint32 array with the shape of the grid that the shards make; spread as the array is, if that is over hosts.

    Example:
      >>> import numpy as np
      >>> from kerax.saving.piece_checksums import piece_sums
      >>> piece_sums(np.zeros((2, 4), np.float32))
      array([[2324772522]], dtype=uint32)
    """
    parts = _parts(array)
    if getattr(array, "is_fully_addressable", True):
        grid = _grid(array)
        sums = [_sum(_values(parts, region)) for region in _regions(array.shape, grid)]
        return np.array(sums, np.uint32).reshape(grid)
    size = array.sharding.shard_shape(array.shape)

    def sum_of(index: Region) -> np.ndarray:  # each shard of the sums is one element
        starts = [(part.start or 0) * length for part, length in zip(index, size, strict=True)]
        region = tuple(slice(start, start + length) for start, length in zip(starts, size, strict=True))
        return np.full((1,) * len(size), _sum(_values(parts, region)), np.uint32)

    return jax.make_array_from_callback(_grid(array), array.sharding, sum_of)


def damaged_piece(array: Any, sums: np.ndarray) -> Region | None:
    """Where the first piece stands that does not agree with its sum, None if all do that this process has all of.

    Args:
      array: a JAX or NumPy array, in whatever shards.
      sums: as ``piece_sums`` returned them, all of them.

    Raises:
      ValueError: if the array cannot be cut into as many pieces.

    Example:
      >>> import numpy as np
      >>> from kerax.saving.piece_checksums import damaged_piece, piece_sums
      >>> array = np.zeros((2, 4), np.float32)
      >>> sums = piece_sums(array)
      >>> array[1, 2] = 3
      >>> damaged_piece(array, sums)
      (slice(0, 2, None), slice(0, 4, None))
    """
    grid = sums.shape if sums.ndim == len(array.shape) else (1,) * len(array.shape)
    fits = sums.size == np.prod(grid, dtype=int) and all(n and max(m, 1) % n == 0 for m, n in zip(array.shape, grid))
    if not fits or sums.size > _MOST_PIECES:
        raise ValueError(f"there are checksums of {sums.shape} pieces for an array of shape {tuple(array.shape)}")
    parts = _parts(array)
    for expected, region in zip(sums.reshape(-1).tolist(), _regions(array.shape, grid), strict=True):
        values = _values(parts, region)
        if values is not None and _sum(values) != expected:
            return region
    return None


def _grid(array: Any) -> tuple[int, ...]:
    sharding = getattr(array, "sharding", None)
    if sharding is None:
        return (1,) * np.ndim(array)
    return tuple(n // max(m, 1) or 1 for n, m in zip(array.shape, sharding.shard_shape(array.shape), strict=True))


def _regions(shape: tuple[int, ...], grid: tuple[int, ...]) -> list[Region]:
    sizes = [length // count for length, count in zip(shape, grid, strict=True)]
    return [tuple(slice(i * n, (i + 1) * n) for i, n in zip(cell, sizes, strict=True)) for cell in np.ndindex(grid)]


def _parts(array: Any) -> list[tuple[Region, Any]]:
    """What this process has of an array: places and values, each place once."""
    shards = getattr(array, "addressable_shards", None)
    if shards is None:
        return [(tuple(slice(0, n) for n in np.shape(array)), np.asarray(array))]
    found: dict[tuple, Any] = {}
    for shard in shards:
        bounds = [part.indices(n)[:2] for part, n in zip(shard.index, array.shape, strict=True)]
        found.setdefault(tuple(bounds), shard.data)
    return [(tuple(slice(*pair) for pair in bounds), data) for bounds, data in found.items()]


def _values(parts: list[tuple[Region, Any]], region: Region) -> np.ndarray | None:
    """The elements of a region, put together from parts that do not overlap; None if some are missing."""
    shape = tuple(part.stop - part.start for part in region)
    made, count = None, 0
    for place, data in parts:
        first = [max(a.start, b.start) for a, b in zip(place, region, strict=True)]
        last = [min(a.stop, b.stop) for a, b in zip(place, region, strict=True)]
        common = tuple(b - a for a, b in zip(first, last, strict=True))
        if min(common, default=1) < 0 or (0 in common and 0 not in shape):
            continue
        here = np.asarray(data)[tuple(slice(a - p.start, b - p.start) for a, b, p in zip(first, last, place))]
        if common == shape:
            return here
        made = np.empty(shape, here.dtype) if made is None else made
        made[tuple(slice(a - r.start, b - r.start) for a, b, r in zip(first, last, region))] = here
        count += here.size
    return made if count == np.prod(shape, dtype=int) else None


def _sum(values: np.ndarray | None) -> int:
    assert values is not None
    return crc32c(np.ascontiguousarray(values))
