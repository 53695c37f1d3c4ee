"""What is said of a group or an array: a list of messages (section "Data Object Headers")."""

from __future__ import annotations

from collections.abc import Iterator

from kerax.saving.hdf5.source import STRUCTURE, Cursor, Source

# Kinds of messages (section "Data Object Header Messages").
NIL, DATASPACE, LINK_INFO, DATATYPE, OLD_FILL, FILL, LINK, EXTERNAL = 0, 1, 2, 3, 4, 5, 6, 7
LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 8, 11, 12, 16, 17, 21
_LAST_KIND = 0x18
_PER_MESSAGE = 32  # bytes of structure that a message counts for beside its own
_SHARED, _MUST_BE_KNOWN = 2, 128  # flags of a message
_TIMES, _ATTRIBUTE_LIMITS, _ORDER = 32, 16, 4  # flags of a header of version 2


class ObjectHeader:
    """The messages of an object.

    Args:
      source: the file.
      address: where the header begins.

    Raises:
      ValueError: if it is damaged.
    """

    def __init__(self, source: Source, address: int):
        self.source, self.address = source, address
        self._messages: list[tuple[int, int, Cursor]] = []  # kind, flags, content
        self._pieces = {address}
        self._continued: list[tuple[int, int]] = []
        if source.read(address, 4) == b"OHDR":
            self._read_new()
        else:
            self._read_old()

    def find(self, kind: int) -> Cursor | None:
        """The first message of a kind."""
        return next(self.all(kind), None)

    def all(self, kind: int) -> Iterator[Cursor]:
        """The messages of a kind."""
        for found, flags, content in self._messages:
            if found == kind:
                yield shared_message(content.again(), kind) if flags & _SHARED else content.again()

    def own(self, kind: int) -> Cursor | None:
        """The first message of a kind that stands here and not elsewhere."""
        return next((c.again() for found, flags, c in self._messages if found == kind and not flags & _SHARED), None)

    def _read_old(self) -> None:
        """Section "Version 1 Data Object Header Prefix"."""
        start = self.source.cursor(self.address, 12)
        if (version := start.unsigned(1)) != 1:
            raise self.source.damage(self.address, f"an object's header has version {version}, where 1 and 2 are known")
        start.skip(7)
        self._read_old_piece(self.source.cursor(self.address + 16, start.unsigned(4)))  # begins at a multiple of 8
        while self._continued:
            place, size = self._continued.pop()
            self._read_old_piece(self.source.cursor(place, size))

    def _read_old_piece(self, cursor: Cursor) -> None:
        while cursor.left >= 8:
            kind, size, flags = cursor.unsigned(2), cursor.unsigned(2), cursor.unsigned(1)
            cursor.skip(3)
            self._add(kind, flags, cursor.part(size))

    def _read_new(self) -> None:
        """Section "Version 2 Data Object Header Prefix"."""
        start = self.source.cursor(self.address, 6)
        start.expect(b"OHDR", 2)
        flags = start.unsigned(1)
        before = 6 + (16 if flags & _TIMES else 0) + (4 if flags & _ATTRIBUTE_LIMITS else 0)
        width = 1 << (flags & 3)
        before_messages = before + width
        size = self.source.cursor(self.address + before, width).unsigned(width)
        cursor = self.source.cursor(self.address, before_messages + size + 4)
        cursor.verify()
        cursor.skip(before_messages)
        self._read_new_piece(cursor, flags)
        while self._continued:
            place, size = self._continued.pop()
            cursor = self.source.cursor(place, size)
            cursor.verify()
            cursor.expect(b"OCHK")
            self._read_new_piece(cursor, flags)

    def _read_new_piece(self, cursor: Cursor, header_flags: int) -> None:
        order = 2 if header_flags & _ORDER else 0
        while cursor.left - 4 >= 4 + order:  # a smaller gap before the checksum is empty
            kind, size, flags = cursor.unsigned(1), cursor.unsigned(2), cursor.unsigned(1)
            cursor.skip(order)
            if size > cursor.left - 4:
                raise cursor.damage(f"a message of {size} bytes reaches beyond the header")
            self._add(kind, flags, cursor.part(size))

    def _add(self, kind: int, flags: int, content: Cursor) -> None:
        self.source.count(STRUCTURE, _PER_MESSAGE)
        if kind == CONTINUATION:
            place, size = content.offset(), content.length()
            if place is None or place in self._pieces:
                raise content.damage("the header goes on where it has been")
            self._pieces.add(place)
            self._continued.append((place, size))
        elif kind > _LAST_KIND and flags & _MUST_BE_KNOWN:
            raise content.unreadable(f"a message of kind {kind}")
        elif kind != NIL:
            self._messages.append((kind, flags, content))


def header_at(source: Source, address: int) -> ObjectHeader:
    """The header at an address, read once."""
    return source.once(("header", address), lambda: ObjectHeader(source, address))


def shared_message(cursor: Cursor, kind: int) -> Cursor:
    """The message that another object's header has for this one (section "Shared Message")."""
    version, where = cursor.unsigned(1), cursor.unsigned(1)
    if version not in (1, 2, 3):
        raise cursor.damage(f"a shared message of version {version}")
    if version == 3 and where != 2:
        raise cursor.unreadable("a message in the heap of shared messages")
    if version == 1:
        cursor.skip(6)
    address = cursor.offset()
    found = header_at(cursor.source, address).own(kind) if address is not None else None
    if found is None:
        raise cursor.damage("a shared message should stand elsewhere, where there is none")
    return found
