"""The members of groups (sections "Group Symbol Table Nodes", "The Link Message", "The Link Info Message")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kerax.saving.hdf5.btree_v1 import group_nodes
from kerax.saving.hdf5.btree_v2 import LINK_NAMES
from kerax.saving.hdf5.fractal_heap import HAS_ORDER, heap_records
from kerax.saving.hdf5.heaps import local_heap, name_at
from kerax.saving.hdf5.object_header import LINK, LINK_INFO, SYMBOL_TABLE, ObjectHeader
from kerax.saving.hdf5.source import MEMBERS, Cursor, Source

HARD, SOFT, EXTERNAL = 0, 1, 64
_SOFT_SYMBOL = 2  # what a symbol's notes hold
_HAS_ORDER, _HAS_KIND, _HAS_CHARSET = 4, 8, 16  # flags of a link
_ORDER_SIZE = 8  # bytes of the notes about a group's links, if they have an order


@dataclass(frozen=True)
class Link:
    """A member of a group.

    Args:
      kind: hard, soft, external, or a number of the writer's own.
      address: the object's header, for hard links.
      order: when it was made among the group's links, if that was noted.
    """

    kind: int
    address: int = 0
    order: int = 0


def is_group(header: ObjectHeader) -> bool:
    """Whether an object is a group."""
    return any(header.find(kind) is not None for kind in (SYMBOL_TABLE, LINK_INFO, LINK))


def text_of(name: bytes) -> str:
    """A name as text; bytes that are no UTF-8 become visible."""
    return name.decode("utf-8", "backslashreplace")


def read_links(header: ObjectHeader) -> dict[str, Link]:
    """The members of a group by name, sorted by name or, if the group tracks it, by age."""
    source = header.source
    found: dict[bytes, Link] = {}
    for name, link in _links(header):
        source.count(MEMBERS, 1)
        if name in found:
            raise source.damage(header.address, f"the group that begins here has two members named {text_of(name)!r}")
        found[name] = link
    info = header.find(LINK_INFO)
    tracked = info is not None and info.data[1:2] != b"" and info.data[1] & HAS_ORDER
    ordered = sorted(found.items(), key=(lambda item: item[1].order) if tracked else (lambda item: item[0]))
    return {text_of(name): link for name, link in ordered}


def _links(header: ObjectHeader) -> Iterator[tuple[bytes, Link]]:
    table = header.find(SYMBOL_TABLE)
    if table is not None:
        yield from _symbols(header.source, table)
        return
    for message in header.all(LINK):
        yield _link(message)
    info = header.find(LINK_INFO)
    if info is not None:
        for heap, record in heap_records(header.source, info, LINK_NAMES, _ORDER_SIZE):
            record.skip(4)  # the hash of the name
            yield _link(heap.get(record.take(record.left)))


def _symbols(source: Source, table: Cursor) -> Iterator[tuple[bytes, Link]]:
    """Sections "The Symbol Table Message", "Group Symbol Table Nodes" and "Symbol Table Entry"."""
    root, names = table.offset(), table.offset()
    if root is None or names is None:
        raise table.damage("a group has no tree of members, or no heap of names")
    heap = local_heap(source, names)
    size = 2 * source.offset_size + 24
    seen = set()
    for node in group_nodes(source, root):
        if node in seen:
            raise source.damage(node, "a group has a node of members twice")
        seen.add(node)
        start = source.cursor(node, 8)
        start.expect(b"SNOD", 1)
        start.skip(1)
        count = start.unsigned(2)
        cursor = source.cursor(node + 8, count * size)
        for _ in range(count):
            name, address, notes = cursor.unsigned(source.offset_size), cursor.offset(), cursor.unsigned(4)
            cursor.skip(20)
            if notes == _SOFT_SYMBOL:
                yield name_at(heap, name), Link(SOFT)
            elif address is None:
                raise cursor.damage("a member of a group has no place")
            else:
                yield name_at(heap, name), Link(HARD, address)


def _link(cursor: Cursor) -> tuple[bytes, Link]:
    """Section "The Link Message"."""
    version, flags = cursor.unsigned(1), cursor.unsigned(1)
    if version != 1:
        raise cursor.damage(f"a link of version {version}")
    kind = cursor.unsigned(1) if flags & _HAS_KIND else HARD
    order = cursor.unsigned(8) if flags & _HAS_ORDER else 0
    if flags & _HAS_CHARSET:
        cursor.skip(1)
    name = cursor.take(cursor.unsigned(1 << (flags & 3)))
    if kind != HARD:
        return name, Link(kind, order=order)
    address = cursor.offset()
    if address is None:
        raise cursor.damage("a member of a group has no place")
    return name, Link(HARD, address, order)
