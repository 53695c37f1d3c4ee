"""The heap that many links or attributes of one object stand in (section "Fractal Heap")."""

from __future__ import annotations

from collections.abc import Iterator

from kerax.saving.hdf5.btree_v2 import HUGE_OBJECTS, records
from kerax.saving.hdf5.source import Cursor, Source

HAS_ORDER = 1  # flag of notes about links or attributes
_MANAGED, _HUGE, _TINY = 0, 1, 2
_CHECKED_BLOCKS = 2  # flag: direct blocks have checksums
_MOST_BITS = 64
_MOST_WIDTH = 2**12
_MOST_ROWS = 64
_LONG_IDS = 17  # bytes from which tiny objects tell their length in two bytes


class FractalHeap:
    """A heap of objects that are found by identifiers.

    Args:
      source: the file.
      address: the heap's header.
    """

    def __init__(self, source: Source, address: int):
        self.source, self.address = source, address
        o, n = source.offset_size, source.length_size
        cursor = source.cursor(address, 26 + 3 * o + 12 * n)
        cursor.expect(b"FRHP", 0)
        self.id_size, filters, flags = cursor.unsigned(2), cursor.unsigned(2), cursor.unsigned(1)
        if filters:
            raise source.unreadable(address, "compressed links or attributes")
        cursor.verify()
        self._checked = bool(flags & _CHECKED_BLOCKS)
        largest = cursor.unsigned(4)
        cursor.skip(n)
        self._huge_tree = cursor.offset()
        cursor.skip(n + o + 8 * n)
        self._width, self._start, self._largest_block = cursor.unsigned(2), cursor.length(), cursor.length()
        bits = cursor.unsigned(2)
        cursor.skip(2)
        self._root, self._root_rows = cursor.offset(), cursor.unsigned(2)
        powers = all(size and not size & (size - 1) for size in (self._width, self._start, self._largest_block))
        bounded = bits <= _MOST_BITS and self._width <= _MOST_WIDTH and self._root_rows <= _MOST_ROWS
        if not powers or not bounded or self._start > self._largest_block:
            raise source.damage(address, "a heap's blocks have sizes that no heap has")
        self._place_size = -(-bits // 8)
        self._length_size = min((self._largest_block.bit_length() + 6) // 8, (largest.bit_length() + 7) // 8)
        self._direct_rows = (self._largest_block // self._start).bit_length() + 1
        self._huge: dict[int, tuple[int, int]] | None = None

    def get(self, identifier: bytes) -> Cursor:
        """The object with an identifier."""
        cursor = Cursor(self.source, identifier, self.address)
        first = cursor.unsigned(1)
        kind = first >> 4 & 3
        if first >> 6 or kind > _TINY:
            raise self.source.damage(self.address, f"an object of kind {kind} in the heap that begins here")
        if kind == _TINY:
            size = first & 15 if self.id_size <= _LONG_IDS else (first & 15) << 8 | cursor.unsigned(1)
            return cursor.part(size + 1)
        if kind == _HUGE:
            return self.source.cursor(*self._huge_place(cursor))
        place, size = cursor.unsigned(self._place_size), cursor.unsigned(self._length_size)
        return self._managed(place, size)

    def _huge_place(self, cursor: Cursor) -> tuple[int, int]:
        """Where an object stands that is too large for the heap's blocks."""
        source = self.source
        if self.id_size - 1 >= source.offset_size + source.length_size:
            place, size = cursor.offset(), cursor.length()
        else:
            if self._huge is None:
                self._huge = {}
                if self._huge_tree is not None:
                    for record in records(source, self._huge_tree, HUGE_OBJECTS):
                        where, length, key = record.offset(), record.length(), record.length()
                        self._huge[key] = (where or 0, length)
            key = cursor.unsigned(min(cursor.left, source.length_size))
            place, size = self._huge.get(key, (None, 0))
        if place is None:
            raise source.damage(self.address, "an object is not in the heap that begins here")
        return place, size

    def _managed(self, place: int, size: int) -> Cursor:
        """An object in one of the blocks, whose sizes double from row to row."""
        block, start, length = self._block_at(place)
        head = 5 + self.source.offset_size + self._place_size + (4 if self._checked else 0)
        if not head <= place - start or place - start + size > length:
            raise self.source.damage(block, f"an object of {size} bytes reaches beyond the block that begins here")
        self.source.once(("heap block", block), lambda: self._check_block(block, length))
        return self.source.cursor(block + place - start, size)

    def _check_block(self, block: int, length: int) -> bool:
        cursor = self.source.cursor(block, 5 + self.source.offset_size)
        cursor.expect(b"FHDB", 0)
        if cursor.offset() != self.address:
            raise cursor.damage("a block of another heap")
        if self._checked:
            self._check_sum(block, length)
        return True

    def _check_sum(self, block: int, length: int) -> None:
        """A direct block's checksum stands behind its head and is taken with zeros in its own place."""
        at = 5 + self.source.offset_size + self._place_size
        data = self.source.read(block, length)
        Cursor(self.source, data[:at] + bytes(4) + data[at + 4 :] + data[at : at + 4], block).verify()

    def _block_at(self, place: int) -> tuple[int, int, int]:
        """The direct block around a place of the heap: its address, its own place, its size."""
        if self._root is None:
            raise self.source.damage(self.address, "the heap that begins here is empty")
        if not self._root_rows:
            return self._root, 0, self._start
        address, start, rows = self._root, 0, self._root_rows
        while True:
            row, column, at = self._cell(place - start, rows, address)
            child = self._child(address, rows, row, column)
            size = self._row_size(row)
            if row < self._direct_rows:
                return child, start + at, size
            address, start = child, start + at
            rows = (size // (self._start * self._width)).bit_length()

    def _row_size(self, row: int) -> int:
        """Bytes of one block of a row: the first two rows have the smallest."""
        return self._start << max(row - 1, 0)

    def _cell(self, place: int, rows: int, address: int) -> tuple[int, int, int]:
        """Row and column of the block around a place, and where that block begins."""
        begin = 0
        for row in range(rows):
            size = self._row_size(row)
            if place < begin + size * self._width:
                column = (place - begin) // size
                return row, column, begin + column * size
            begin += size * self._width
        raise self.source.damage(address, f"a place {place} beyond the {rows} rows of blocks that begin here")

    def _child(self, address: int, rows: int, row: int, column: int) -> int:
        """The address of a block in an indirect block, which holds the children row by row."""
        o = self.source.offset_size
        head = 5 + o + self._place_size

        def checked() -> bytes:
            cursor = self.source.cursor(address, head + rows * self._width * o + 4)
            cursor.verify()
            cursor.expect(b"FHIB", 0)
            if cursor.offset() != self.address:
                raise cursor.damage("a block of another heap")
            return cursor.data

        data = self.source.once(("heap rows", address, rows), checked)
        cursor = Cursor(self.source, data, address)
        cursor.skip(head + (row * self._width + column) * o)
        child = cursor.offset()
        if child is None:
            raise cursor.damage("an object in a block that is not there")
        return child


def heap_records(source: Source, info: Cursor, kind: int, order_size: int) -> Iterator[tuple[FractalHeap, Cursor]]:
    """The records of a tree of names and the heap that they point into, as an object's notes tell both.

    Args:
      source: the file.
      info: the notes: sections "The Link Info Message" and "The Attribute Info Message".
      kind: of records.
      order_size: bytes that the notes have for the order of what they tell of, if it is noted.
    """
    if info.unsigned(1) != 0:
        raise info.damage("unknown notes about the links or attributes of an object")
    if info.unsigned(1) & HAS_ORDER:
        info.skip(order_size)
    address, tree = info.offset(), info.offset()
    if address is None or tree is None:
        return
    heap = FractalHeap(source, address)
    for record in records(source, tree, kind):
        yield heap, record
