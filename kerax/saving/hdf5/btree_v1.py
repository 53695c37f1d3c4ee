"""Version 1 B-trees: members of old groups, chunks of old arrays (section "Version 1 B-trees")."""

from __future__ import annotations

from collections.abc import Iterator

from kerax.saving.hdf5.source import Cursor, Source

_GROUPS, _CHUNKS = 0, 1
_DEEPEST = 64


def group_nodes(source: Source, root: int) -> Iterator[int]:
    """The addresses of a group's nodes of symbols, by name."""
    for cursor, count in _leaves(source, root, _GROUPS, source.length_size):
        for _ in range(count):
            cursor.skip(source.length_size)
            yield _child(cursor)


def chunk_entries(source: Source, root: int, axes: int) -> Iterator[tuple[tuple[int, ...], int, int, int]]:
    """The chunks of an array: where in the array each begins, its address, stored bytes, and filters left out.

    Args:
      source: the file.
      root: the tree.
      axes: of the array; a key has one place more, within the element.
    """
    for cursor, count in _leaves(source, root, _CHUNKS, 8 + 8 * (axes + 1)):
        for _ in range(count):
            size, skipped = cursor.unsigned(4), cursor.unsigned(4)
            places = tuple(cursor.unsigned(8) for _ in range(axes))
            if cursor.unsigned(8):
                raise cursor.damage("a chunk begins within an element")
            yield places, _child(cursor), size, skipped


def _leaves(source: Source, root: int, kind: int, key_size: int) -> Iterator[tuple[Cursor, int]]:
    """The leaves from left to right: a reader of the keys and children, and their number."""
    seen = {root}
    waiting: list[tuple[int, int | None]] = [(root, None)]
    head = 8 + 2 * source.offset_size
    while waiting:
        address, level = waiting.pop()
        start = source.cursor(address, head)
        start.expect(b"TREE")
        found, own_level, count = start.unsigned(1), start.unsigned(1), start.unsigned(2)
        if found != kind or (own_level != level if level is not None else own_level > _DEEPEST):
            raise source.damage(address, f"a node of kind {found} on level {own_level} of a tree of kind {kind}")
        cursor = source.cursor(address + head, count * (key_size + source.offset_size) + key_size)
        if own_level == 0:
            yield cursor, count
            continue
        children = []
        for _ in range(count):
            cursor.skip(key_size)
            child = _child(cursor)
            if child in seen:
                raise cursor.damage("a tree has a node twice")
            seen.add(child)
            children.append((child, own_level - 1))
        waiting += reversed(children)


def _child(cursor: Cursor) -> int:
    address = cursor.offset()
    if address is None:
        raise cursor.damage("a tree has a child without a place")
    return address
