"""The bytes of a file: every read is checked against the file's end, and what is read for its structure is counted."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from typing import Any, BinaryIO, TypeVar

import numpy as np

from kerax.saving.hdf5.lookup3 import lookup3

T = TypeVar("T")

_MEBI = 2**20
# What may be done with a file all in all: so much with any, so much more per byte of it, and never more than the last.
_LIMITS = {
    "bytes of structure are read": (_MEBI, 2, 64 * _MEBI),  # parsing them takes some seconds
    "members of groups and attributes are listed": (200_000, 1 / 64, 1_000_000),
    "steps from a group to its members are made": (_MEBI, 1 / 4, 5 * _MEBI),
    "chunks of arrays are named": (100_000, 1 / 64, 1_000_000),
    "bytes of texts are read": (_MEBI, 3, 2**40),
    "bytes of chunks that no array needs are unpacked": (256 * _MEBI, 8, 2**32),
}
STRUCTURE, MEMBERS, STEPS, CHUNKS, TEXTS, UNPACKED = _LIMITS
_PER_READ = 32  # bytes of structure that a read counts for beside its own
_LARGEST_READ = 2**30  # bytes that one system call is asked for


class Source:
    """A file, its end, and the widths of addresses and lengths in it.

    Args:
      file: an open binary file.
      what: the file, for messages.
    """

    def __init__(self, file: BinaryIO, what: str):
        self.what, self._file = what, file
        self.size = self.end = file.seek(0, os.SEEK_END)
        self.base = 0  # what addresses are relative to
        self.offset_size = self.length_size = 8
        self._left = {what: int(min(free + share * self.size, most)) for what, (free, share, most) in _LIMITS.items()}
        self._made: dict[Hashable, Any] = {}

    def damage(self, address: int, why: str) -> ValueError:
        """What to raise for wrong bytes at an address."""
        return ValueError(f"{self.what}: the file is damaged at byte {self.base + address}: {why}.")

    def unreadable(self, address: int, what: str) -> ValueError:
        """What to raise for something that is right but not read here."""
        return ValueError(f"{self.what} has {what} at byte {self.base + address}, which kerax does not read.")

    def check(self, address: int, size: int) -> None:
        """Refuses a place that does not lie in the file."""
        if address < 0 or size < 0 or self.base + address + size > self.end:
            raise self.damage(address, f"{size} bytes should begin here, the file ends at byte {self.end}")

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the file's structure."""
        self.check(address, size)
        self.count(STRUCTURE, size + _PER_READ)
        data = bytearray(size)
        self._fill(address, memoryview(data))
        return bytes(data)

    def read_into(self, address: int, array: np.ndarray) -> None:
        """Fills an array of bytes with stored values."""
        self.check(address, array.nbytes)
        self._fill(address, memoryview(array))

    def _fill(self, address: int, view: memoryview) -> None:
        self._file.seek(self.base + address)
        done = 0
        while done < len(view):
            count = self._file.readinto(view[done : done + _LARGEST_READ])  # type: ignore[attr-defined]
            if not count:
                raise self.damage(address + done, "the file ends here")
            done += count

    def text(self, address: int, size: int) -> bytes:
        """Bytes of a text, which may be named many times."""
        self.check(address, size)
        self.count(TEXTS, size)
        data = bytearray(size)
        self._fill(address, memoryview(data))
        return bytes(data)

    def count(self, what: str, number: int) -> None:
        """Refuses a file that asks for more than is in proportion to its size, as those do that lead in circles.

        Args:
          what: `STRUCTURE` or another of the limits beside it.
          number: how many more.
        """
        self._left[what] -= number
        if self._left[what] < 0:
            raise ValueError(
                f"{self.what} is damaged or no model: more {what} than a file of {self.size} bytes can need."
            )

    def cursor(self, address: int, size: int) -> Cursor:
        """A reader of the bytes at an address."""
        return Cursor(self, self.read(address, size), address)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What a function made when it was first called for a key."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


class Cursor:
    """Numbers and bytes from a piece of the file, one after another, never beyond its end.

    Args:
      source: the file.
      data: the piece.
      address: where it begins in the file.
    """

    __slots__ = ("address", "data", "position", "source")

    def __init__(self, source: Source, data: bytes, address: int):
        self.source, self.data, self.address, self.position = source, data, address, 0

    @property
    def left(self) -> int:
        """Bytes that were not yet read."""
        return len(self.data) - self.position

    def damage(self, why: str) -> ValueError:
        """What to raise for wrong bytes here."""
        return self.source.damage(self.address + self.position, why)

    def unreadable(self, what: str) -> ValueError:
        """What to raise for something that is right but not read here."""
        return self.source.unreadable(self.address + self.position, what)

    def take(self, size: int) -> bytes:
        """The next bytes."""
        start, end = self.position, self.position + size
        if end > len(self.data):
            raise self.damage(f"{size} bytes should follow, {self.left} are left")
        self.position = end
        return self.data[start:end]

    def skip(self, size: int) -> None:
        """Passes over bytes."""
        self.take(size)

    def unsigned(self, width: int) -> int:
        """A little-endian number."""
        return int.from_bytes(self.take(width), "little")

    def offset(self) -> int | None:
        """An address, None for the one that stands for nothing."""
        width = self.source.offset_size
        value = self.unsigned(width)
        return None if value == (1 << 8 * width) - 1 else value

    def length(self) -> int:
        """A length."""
        return self.unsigned(self.source.length_size)

    def part(self, size: int) -> Cursor:
        """A reader of the next bytes alone."""
        address = self.address + self.position
        return Cursor(self.source, self.take(size), address)

    def again(self) -> Cursor:
        """A reader of the same bytes from their beginning."""
        return Cursor(self.source, self.data, self.address)

    def expect(self, mark: bytes, version: int | None = None) -> None:
        """Refuses a structure without its signature, or with another version."""
        found = self.take(len(mark))
        if found != mark:
            raise self.damage(f"{mark.decode()!r} should stand before this byte, found {found!r}")
        if version is not None and (given := self.unsigned(1)) != version:
            raise self.damage(f"{mark.decode()!r} has version {version}, found {given}")

    def verify(self) -> None:
        """Compares all bytes but the last four with those, their checksum."""
        if len(self.data) < 4 or lookup3(self.data[:-4]) != int.from_bytes(self.data[-4:], "little"):
            raise self.source.damage(self.address, f"{len(self.data)} bytes do not agree with their checksum")
