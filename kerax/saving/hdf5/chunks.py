"""Where the chunks of an array stand (sections "The Data Layout Message", "Types of Indexes for Dataset Chunks").

Every index is turned into one list: a chunk's place in the grid of chunks, its address, its stored bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kerax.saving.hdf5.btree_v1 import chunk_entries
from kerax.saving.hdf5.btree_v2 import CHUNKS, FILTERED_CHUNKS, records
from kerax.saving.hdf5.chunk_arrays import extensible_array, fixed_array
from kerax.saving.hdf5.dataspace import Dataspace
from kerax.saving.hdf5.source import CHUNKS as NAMED_CHUNKS
from kerax.saving.hdf5.source import Cursor, Source

_SINGLE, _IMPLICIT, _FIXED, _EXTENSIBLE, _TREE = 1, 2, 3, 4, 5
_SINGLE_FILTERED, _PARTIAL_UNFILTERED = 2, 1  # flags of layouts of version 4
_MOST_CHUNKS = 1_000_000
_INDEX_SETTINGS = {_FIXED: 1, _EXTENSIBLE: 5, _TREE: 6}  # bytes of the message that the index's header repeats


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an array.

    Args:
      place: in the grid of chunks.
      address: in the file.
      size: of the stored bytes.
      skipped: bits of the filters that were left out.
    """

    place: tuple[int, ...]
    address: int
    size: int
    skipped: int


@dataclass(frozen=True)
class ChunkGrid:
    """How an array is cut, and the pieces that are stored.

    Args:
      shape: of one chunk.
      chunks: all that lie in the array.
      partial_unfiltered: whether chunks that reach beyond the array were stored without filters.
    """

    shape: tuple[int, ...]
    chunks: list[Chunk]
    partial_unfiltered: bool = False


def old_chunks(cursor: Cursor, space: Dataspace, element: int, address: int | None, sizes: list[int]) -> ChunkGrid:
    """The chunks of layouts of version 1 to 3: in a version 1 B-tree, by the place of their first element."""
    assert space.shape is not None
    shape = _chunk_shape(cursor, sizes, space.shape, element)
    found: Iterable[tuple[tuple[int, ...], int, int, int]] = ()
    if address is not None:
        found = chunk_entries(cursor.source, address, len(shape))
    return ChunkGrid(shape, _collected(cursor, space.shape, shape, _in_grid(cursor, shape, found)))


def _in_grid(
    cursor: Cursor, shape: tuple[int, ...], found: Iterable[tuple[tuple[int, ...], int, int, int]]
) -> Iterator[Chunk]:
    for places, address, size, skipped in found:
        if any(place % step for place, step in zip(places, shape)):
            raise cursor.source.damage(address, "the chunk that begins here lies between others")
        yield Chunk(tuple(place // step for place, step in zip(places, shape)), address, size, skipped)


def new_chunks(cursor: Cursor, space: Dataspace, element: int, filtered: bool) -> ChunkGrid:
    """The chunks of layouts of version 4 and 5, in one of five kinds of index."""
    assert space.shape is not None
    source = cursor.source
    flags, axes, width = cursor.unsigned(1), cursor.unsigned(1), cursor.unsigned(1)
    if not 1 <= width <= 8:
        raise cursor.damage(f"sizes of chunks in {width} bytes")
    shape = _chunk_shape(cursor, [cursor.unsigned(width) for _ in range(axes)], space.shape, element)
    whole = math.prod(shape) * element
    kind = cursor.unsigned(1)
    single: tuple[int, int] | None = None
    if kind == _SINGLE and flags & _SINGLE_FILTERED:
        single = cursor.length(), cursor.unsigned(4)
    cursor.skip(_INDEX_SETTINGS.get(kind, 0))
    address = cursor.offset()
    counts = _counts(space, shape)
    found: Iterator[Chunk]
    if address is None:
        found = iter(())
    elif kind == _SINGLE:
        size, skipped = single or (whole, 0)
        found = iter([Chunk((0,) * len(shape), address, size, skipped)])
    elif kind == _IMPLICIT:
        number = _number(cursor, counts)
        source.check(address, number * whole)
        found = (Chunk(_place(i, counts), address + i * whole, whole, 0) for i in range(number))
    elif kind == _FIXED:
        entries = fixed_array(source, address, _number(cursor, counts))
        found = _numbered(cursor, entries, counts, whole, None)
    elif kind == _EXTENSIBLE:
        endless = [axis for axis, limit in enumerate(space.limits) if limit is None]
        if len(endless) != 1:
            raise cursor.damage(f"an index for one axis without an end, where there are {len(endless)}")
        axis = endless[0]
        counts[axis] = -(-space.shape[axis] // shape[axis])
        entries = extensible_array(source, address, _number(cursor, counts))
        found = _numbered(cursor, entries, counts, whole, axis)
    elif kind == _TREE:
        found = _tree(source, address, filtered, len(shape), whole)
    else:
        raise cursor.damage(f"an index of kind {kind}")
    return ChunkGrid(shape, _collected(cursor, space.shape, shape, found), bool(flags & _PARTIAL_UNFILTERED))


def _chunk_shape(cursor: Cursor, sizes: list[int], shape: tuple[int, ...], element: int) -> tuple[int, ...]:
    if len(sizes) != len(shape) + 1 or not all(sizes) or sizes[-1] != element:
        raise cursor.damage(f"chunks of {sizes} for an array of shape {shape} with elements of {element} bytes")
    return tuple(sizes[:-1])


def _counts(space: Dataspace, shape: tuple[int, ...]) -> list[int]:
    """Chunks along every axis, when the array is as large as it may become."""
    assert space.shape is not None
    limits = [size if limit is None else limit for size, limit in zip(space.shape, space.limits)]
    return [-(-limit // step) for limit, step in zip(limits, shape)]


def _number(cursor: Cursor, counts: list[int]) -> int:
    number = math.prod(counts)
    if number > _MOST_CHUNKS:
        raise cursor.unreadable(f"an array of {number} chunks")
    return number


def _place(number: int, counts: list[int]) -> tuple[int, ...]:
    place = []
    for count in reversed(counts):
        number, rest = divmod(number, count)
        place.append(rest)
    return tuple(reversed(place))


def _numbered(
    cursor: Cursor, entries: Iterable[tuple[int, int | None, int | None, int]], counts: list[int], whole: int,
    endless: int | None,
) -> Iterator[Chunk]:  # fmt: skip
    """Chunks by number; the axis without an end counts slowest, so that numbers stay when it grows."""
    axes = list(range(len(counts)))
    if endless is not None:
        axes = [endless, *(axis for axis in axes if axis != endless)]
    ordered = [counts[axis] for axis in axes]
    for number, address, size, skipped in entries:
        if address is not None:
            place = _place(number, ordered)
            yield Chunk(
                tuple(place[axes.index(axis)] for axis in range(len(axes))),
                address,
                whole if size is None else size,
                skipped,
            )


def _tree(source: Source, address: int, filtered: bool, axes: int, whole: int) -> Iterator[Chunk]:
    for record in records(source, address, FILTERED_CHUNKS if filtered else CHUNKS):
        place, size, skipped = record.offset(), whole, 0
        if filtered:
            width = record.left - 4 - 8 * axes
            if not 1 <= width <= 8:
                raise record.damage(f"sizes of chunks in {width} bytes")
            size, skipped = record.unsigned(width), record.unsigned(4)
        grid = tuple(record.unsigned(8) for _ in range(axes))
        if place is not None:
            yield Chunk(grid, place, size, skipped)


def _collected(cursor: Cursor, whole: tuple[int, ...], shape: tuple[int, ...], found: Iterable[Chunk]) -> list[Chunk]:
    """The chunks that lie in the array, each once and in the file."""
    counts = [-(-size // step) for size, step in zip(whole, shape)]
    kept: dict[tuple[int, ...], Chunk] = {}
    for chunk in found:
        cursor.source.count(NAMED_CHUNKS, 1)
        cursor.source.check(chunk.address, chunk.size)
        if chunk.place in kept:
            raise cursor.damage(f"the chunk {chunk.place} is stored twice")
        if all(i < count for i, count in zip(chunk.place, counts)):
            kept[chunk.place] = chunk
    return list(kept.values())
