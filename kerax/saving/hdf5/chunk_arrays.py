"""Chunks in the order of their numbers (sections "The Fixed Array Index" and "The Extensible Array Index")."""

from __future__ import annotations

from collections.abc import Iterator

from kerax.saving.hdf5.source import Cursor, Source

_PLAIN, _FILTERED = 0, 1
_MOST_BITS = 64
Entry = tuple[int, "int | None", "int | None", int]  # number, address, stored bytes if told, filters left out


def fixed_array(source: Source, address: int, count: int) -> Iterator[Entry]:
    """The chunks of an array that cannot grow.

    Args:
      source: the file.
      address: the index's header.
      count: of chunks.
    """
    header = source.cursor(address, 12 + source.length_size + source.offset_size)
    header.verify()
    header.expect(b"FAHD", 0)
    client, size, page_bits = header.unsigned(1), header.unsigned(1), header.unsigned(1)
    number, place = header.length(), header.offset()
    if number != count or page_bits >= _MOST_BITS:
        raise source.damage(address, f"an index of {number} chunks where {count} are needed")
    _check_entries(source, address, client, size)
    if place is None:
        return
    page = 1 << page_bits
    head = 6 + source.offset_size
    if count <= page:
        cursor = source.cursor(place, head + count * size + 4)
        cursor.verify()
        _expect_block(cursor, b"FADB", client, address)
        yield from _entries(cursor, client, size, 0, count)
        return
    pages = -(-count // page)
    cursor = source.cursor(place, head + -(-pages // 8) + 4)
    cursor.verify()
    _expect_block(cursor, b"FADB", client, address)
    written = cursor.take(-(-pages // 8))
    first = place + len(cursor.data)
    for i in range(pages):
        if _is_set(written, i):
            here = min(page, count - i * page)
            yield from _page(source, first + i * (page * size + 4), client, size, i * page, here)


def extensible_array(source: Source, address: int, count: int) -> Iterator[Entry]:
    """The chunks of an array that grows along one axis.

    Its index begins with some chunks, goes on with addresses of blocks of more and more chunks, and then with addresses
    of blocks of such addresses.

    Args:
      source: the file.
      address: the index's header.
      count: of chunks at most.
    """
    header = source.cursor(address, 16 + 6 * source.length_size + source.offset_size)
    header.verify()
    header.expect(b"EAHD", 0)
    client, size, bits, in_index, smallest, pointers, page_bits = (header.unsigned(1) for _ in range(7))
    header.skip(4 * source.length_size)
    count = min(count, header.length())
    header.length()
    place = header.offset()
    _check_entries(source, address, client, size)
    powers = all(one and not one & (one - 1) for one in (smallest, pointers))
    if not powers or bits > _MOST_BITS or page_bits >= _MOST_BITS or smallest.bit_length() > bits:
        raise source.damage(address, "an index of chunks in blocks of sizes that no index has")
    if place is None:
        return
    shape = _Shape(source, address, client, size, -(-bits // 8), smallest, 1 << page_bits)
    groups = 1 + bits - (smallest.bit_length() - 1)
    near = min(2 * (pointers.bit_length() - 1), groups)  # groups whose blocks the index itself points to
    o = source.offset_size
    direct = sum(shape.blocks(i) for i in range(near))
    cursor = source.cursor(place, 6 + o + in_index * size + (direct + groups - near) * o + 4)
    cursor.verify()
    _expect_block(cursor, b"EAIB", client, address)
    yield from _entries(cursor, client, size, 0, min(in_index, count))
    cursor.skip(max(in_index - count, 0) * size)
    done = in_index
    for group in range(groups):
        if done >= count:
            return
        if group < near:
            for _ in range(shape.blocks(group)):
                block = cursor.offset()
                if block is not None and done < count:
                    yield from shape.block(block, group, done, count, None, 0)
                done += shape.chunks(group)
        else:
            block = cursor.offset()
            if block is not None:
                yield from shape.group(block, group, done, count)
            done += shape.blocks(group) * shape.chunks(group)


class _Shape:
    """The blocks of an extensible array: group i has 2^(i/2) blocks of 2^((i+1)/2) times the fewest chunks."""

    def __init__(self, source: Source, header: int, client: int, size: int, place_size: int, fewest: int, page: int):
        self.source, self.header, self.client, self.size = source, header, client, size
        self.place_size, self.fewest, self.page = place_size, fewest, page

    def blocks(self, group: int) -> int:
        return 1 << group // 2

    def chunks(self, group: int) -> int:
        return self.fewest << (group + 1) // 2

    def pages(self, group: int) -> int:
        """Pages of one block, 0 where it is small enough to have none."""
        return self.chunks(group) // self.page if self.chunks(group) > self.page else 0

    def group(self, address: int, group: int, done: int, count: int) -> Iterator[Entry]:
        """The chunks behind a block of addresses of blocks."""
        source, blocks, pages = self.source, self.blocks(group), self.pages(group)
        marks = -(-pages // 8) * blocks
        o = source.offset_size
        cursor = source.cursor(address, 6 + o + self.place_size + marks + blocks * o + 4)
        cursor.verify()
        _expect_block(cursor, b"EASB", self.client, self.header)
        cursor.skip(self.place_size)
        written = cursor.take(marks)
        for i in range(blocks):
            block = cursor.offset()
            if done >= count:
                return
            if block is not None:
                yield from self.block(block, group, done, count, written, i * pages)
            done += self.chunks(group)

    def block(
        self, address: int, group: int, done: int, count: int, written: bytes | None, first: int
    ) -> Iterator[Entry]:
        """The chunks of a block."""
        source, pages, here = self.source, self.pages(group), self.chunks(group)
        head = 6 + source.offset_size + self.place_size
        cursor = source.cursor(address, head + (0 if pages else here * self.size) + 4)
        cursor.verify()
        _expect_block(cursor, b"EADB", self.client, self.header)
        cursor.skip(self.place_size)
        if not pages:
            yield from _entries(cursor, self.client, self.size, done, min(here, count - done))
            return
        for i in range(pages):
            begin = done + i * self.page
            if begin >= count:
                return
            if written is None or _is_set(written, first + i):
                place = address + head + 4 + i * (self.page * self.size + 4)
                for entry in _page(source, place, self.client, self.size, begin, self.page):
                    if entry[0] < count:
                        yield entry


def _check_entries(source: Source, address: int, client: int, size: int) -> None:
    least = source.offset_size + (5 if client == _FILTERED else 0)
    most = source.offset_size + (12 if client == _FILTERED else 0)
    if client not in (_PLAIN, _FILTERED) or not least <= size <= most:
        raise source.damage(address, f"an index of kind {client} with {size} bytes for a chunk")


def _expect_block(cursor: Cursor, mark: bytes, client: int, header: int) -> None:
    cursor.expect(mark, 0)
    if cursor.unsigned(1) != client or cursor.offset() != header:
        raise cursor.damage("a block of another index")


def _page(source: Source, address: int, client: int, size: int, first: int, count: int) -> Iterator[Entry]:
    cursor = source.cursor(address, count * size + 4)
    cursor.verify()
    yield from _entries(cursor, client, size, first, count)


def _entries(cursor: Cursor, client: int, size: int, first: int, count: int) -> Iterator[Entry]:
    for number in range(first, first + count):
        address = cursor.offset()
        if client == _PLAIN:
            yield number, address, None, 0
        else:
            stored = cursor.unsigned(size - cursor.source.offset_size - 4)
            yield number, address, stored, cursor.unsigned(4)


def _is_set(bits: bytes, i: int) -> bool:
    return bool(bits[i // 8] & 128 >> i % 8)
