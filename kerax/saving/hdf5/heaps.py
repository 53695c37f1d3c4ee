"""Heaps of names and of texts (sections "Local Heaps" and "Global Heap")."""

from __future__ import annotations

from kerax.saving.hdf5.source import Cursor, Source


def local_heap(source: Source, address: int) -> Cursor:
    """The bytes that the names of an old group's members stand in."""
    cursor = source.cursor(address, 8 + 2 * source.length_size + source.offset_size)
    cursor.expect(b"HEAP", 0)
    cursor.skip(3)
    size, _, place = cursor.length(), cursor.length(), cursor.offset()
    if place is None:
        raise cursor.damage("a heap of names has no place")
    return source.cursor(place, size)


def name_at(heap: Cursor, place: int) -> bytes:
    """The name that begins at a place of a heap."""
    end = heap.data.find(b"\0", place)
    if place >= len(heap.data) or end < 0:
        raise heap.source.damage(heap.address, f"the name at byte {place} of the heap that begins here does not end")
    return heap.data[place:end]


def global_heap_object(source: Source, address: int, index: int, size: int) -> bytes:
    """The first bytes of an object in a collection of the global heap."""
    places = source.once(("collection", address), lambda: _collection(source, address))
    if index not in places:
        raise source.damage(address, f"object {index} is not in the collection that begins here")
    place = places[index]
    found = source.cursor(place + 8 - _head(source), source.length_size).length()
    if size > found:
        raise source.damage(place, f"an object of {found} bytes should hold {size}")
    return source.text(place, size)


def _head(source: Source) -> int:
    """Bytes before an object's content, and before a collection's first object: multiples of 8."""
    return 8 + -(-source.length_size // 8) * 8


def _collection(source: Source, address: int) -> dict[int, int]:
    """Where the contents of a collection's objects begin."""
    width = _head(source)
    start = source.cursor(address, width)
    start.expect(b"GCOL", 1)
    start.skip(3)
    size = start.length()
    source.check(address, size)
    place, end = address + width, address + size
    places: dict[int, int] = {}
    while place + width <= end:
        cursor = source.cursor(place, width)
        index = cursor.unsigned(2)
        if index == 0:  # what is free
            break
        cursor.skip(6)
        held = cursor.length()
        if index in places or place + width + held > end:
            raise source.damage(place, f"object {index} stands here again, or reaches beyond its collection")
        places[index] = place + width
        place += width + -(-held // 8) * 8
    return places
