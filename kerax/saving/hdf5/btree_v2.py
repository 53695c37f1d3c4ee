"""Version 2 B-trees: records of one size (section "Version 2 B-trees")."""

from __future__ import annotations

from collections.abc import Iterator

from kerax.saving.hdf5.source import Cursor, Source

LINK_NAMES, ATTRIBUTE_NAMES, CHUNKS, FILTERED_CHUNKS, HUGE_OBJECTS = 5, 8, 10, 11, 1
_AROUND = 10  # bytes of a node beside its records: signature, version, kind, checksum
_DEEPEST = 32


def records(source: Source, address: int, kind: int) -> Iterator[Cursor]:
    """The records of a tree, in no order.

    Args:
      source: the file.
      address: the tree's header.
      kind: of records.
    """
    start = source.cursor(address, 22 + source.offset_size + source.length_size)
    start.verify()
    start.expect(b"BTHD", 0)
    found, node_size, record_size, depth = start.unsigned(1), start.unsigned(4), start.unsigned(2), start.unsigned(2)
    start.skip(2)
    root, in_root, total = start.offset(), start.unsigned(2), start.length()
    if found != kind or depth > _DEEPEST or not record_size or node_size < _AROUND + record_size:
        raise source.damage(address, f"a tree of kind {found} and depth {depth} where one of kind {kind} should be")
    if root is None:
        return
    count_width, total_widths = _widths(source, node_size, record_size, depth)
    seen = {root}
    waiting = [(root, in_root, depth)]
    done = 0
    while waiting:
        place, count, level = waiting.pop()
        # The width of the numbers of records below: none where the children are leaves.
        pointer = (source.offset_size + count_width + total_widths[level - 1]) if level else 0
        used = _AROUND + count * record_size + (count + 1) * pointer
        if used > node_size:
            raise source.damage(place, f"{count} records do not fit into a node of {node_size} bytes")
        cursor = source.cursor(place, used)
        cursor.verify()
        cursor.expect(b"BTIN" if level else b"BTLF", 0)
        if cursor.unsigned(1) != kind:
            raise cursor.damage("a node of another kind of tree")
        done += count
        for _ in range(count):
            yield cursor.part(record_size)
        for _ in range(count + 1 if level else 0):
            child, below = cursor.offset(), cursor.unsigned(count_width)
            cursor.skip(total_widths[level - 1])
            if child is None or child in seen:
                raise cursor.damage("a tree has a node twice, or one without a place")
            seen.add(child)
            waiting.append((child, below, level - 1))
    if done != total:
        raise source.damage(address, f"a tree should have {total} records, it has {done}")


def _widths(source: Source, node_size: int, record_size: int, depth: int) -> tuple[int, list[int]]:
    """Bytes of the number of records of one child, and of all below it by the child's level."""
    most = (node_size - _AROUND) // record_size
    count_width = _bytes_of(most)
    below, totals = most, [0]
    for _ in range(1, depth):
        pointer = source.offset_size + count_width + totals[-1]
        here = (node_size - _AROUND - pointer) // (record_size + pointer)
        if here <= 0:
            raise source.damage(0, f"a tree's nodes of {node_size} bytes have no room for children")
        below = (here + 1) * below + here
        totals.append(_bytes_of(below))
    return count_width, totals


def _bytes_of(limit: int) -> int:
    return (limit.bit_length() + 7) // 8
