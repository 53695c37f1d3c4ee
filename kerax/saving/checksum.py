"""A checksum at the end of a file: what kerax writes is refused when a bit of it flips.

The last 32 bytes of a sealed file: ``KERAXSM2``, the number of bytes before them (uint64), the checksum (uint32), the
CRC-32 of those 20 bytes (uint32) and 8 zero bytes, all little-endian. HDF5 readers pass over bytes behind the end of
the data, and zip readers over the archive's comment.

The checksum is the CRC-32 of the CRC-32s of blocks of 4 MiB, so that the blocks can be summed up by several threads. Of
a block, it is that of 509 sums modulo 2**64: the 64-bit words of the block, in rows of 509, are added up by columns,
which takes a fifth of the time of a CRC of all bytes. A flipped bit changes a column by a power of two, that is, a run
of up to 64 bits, which no CRC-32 takes for nothing; damage within 4,072 bytes meets each column once; and as the rows
have an odd length, pages or sectors that have changed places come to stand in other columns.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

import numpy as np

SEAL_SIZE = 32
_MAGIC = b"KERAXSM2"
_BLOCK = 4 * 2**20  # bytes
_WORD, _COLUMNS = 8, 509  # bytes; a prime, so that no power of two is a number of rows
_LAYOUT = struct.Struct("<8sQI")
_THREADS = 4


class BlockSum:
    """The checksum of a block of bytes that come piece by piece.

    Example:
      >>> from kerax.saving.checksum import BlockSum
      >>> one, two = BlockSum(), BlockSum()
      >>> one.add(memoryview(b"0123456789" * 1000))
      >>> for start in range(0, 10000, 1234):
      ...     two.add(memoryview((b"0123456789" * 1000)[start : start + 1234]))
      >>> one.value() == two.value()
      True
    """

    def __init__(self) -> None:
        self._columns = np.zeros(_COLUMNS, "<u8")
        self._place = 0  # the column of the next word
        self._rest = b""  # of a word that is not whole

    def add(self, data: memoryview) -> None:
        """Adds the bytes that come next."""
        if self._rest:
            missing = _WORD - len(self._rest)
            self._rest, data = self._rest + bytes(data[:missing]), data[missing:]
            if len(self._rest) < _WORD:
                return
            self._add_words(np.frombuffer(self._rest, "<u8"))
        whole = len(data) - len(data) % _WORD
        self._rest = bytes(data[whole:])
        self._add_words(np.frombuffer(data[:whole], "<u8"))

    def _add_words(self, words: np.ndarray) -> None:
        first = min(-self._place % _COLUMNS, len(words))  # words until a row begins
        self._columns[self._place : self._place + first] += words[:first]
        last = first + (len(words) - first) // _COLUMNS * _COLUMNS
        if last > first:
            self._columns += np.add.reduce(words[first:last].reshape(-1, _COLUMNS), axis=0)
        if first < len(words):
            self._columns[: len(words) - last] += words[last:]
            self._place = len(words) - last
        else:
            self._place = (self._place + first) % _COLUMNS

    def value(self) -> int:
        """The checksum of all bytes so far."""
        return zlib.crc32(self._rest, zlib.crc32(self._columns))


class Seal:
    """The checksum of a file that is written in order.

    Example:
      >>> from kerax.saving.checksum import Seal
      >>> seal = Seal()
      >>> data = b"".join(bytes(part) for part in seal.parts(memoryview(b"some bytes")))
      >>> len(data + seal.end())
      42
    """

    def __init__(self) -> None:
        self._sums: list[BlockSum] = []
        self._size = 0

    def parts(self, data: memoryview) -> Iterator[memoryview]:
        """The bytes that come next in the file, cut into parts which are summed up when they are asked for."""
        while len(data):
            room = _BLOCK - self._size % _BLOCK
            part, data = data[:room], data[room:]
            if room == _BLOCK:
                self._sums.append(BlockSum())
            self._sums[-1].add(part)
            self._size += len(part)
            yield part

    def end(self) -> bytes:
        """What the file ends with."""
        return _end(self._size, _joined([block.value() for block in self._sums]))


def seal(path: str | os.PathLike) -> None:
    """Puts the checksum into a file whose last 32 bytes are room kept for it."""
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END) - SEAL_SIZE
        end = _end(size, _checksum(file, size))
        file.seek(size)
        file.write(end)


def _end(size: int, checksum: int) -> bytes:
    head = _LAYOUT.pack(_MAGIC, size, checksum)
    return head + struct.pack("<IQ", zlib.crc32(head), 0)


def check_seal(path: Any, what: str, required: bool = False) -> bool:
    """Compares a file with its checksum.

    Args:
      path: the file.
      what: the file, for messages.
      required: whether a file without a checksum is refused, because it says that it has one.

    Returns:
      Whether the file has a checksum.

    Raises:
      ValueError: if they differ, or a required checksum is missing.
    """
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size >= SEAL_SIZE:
            file.seek(size - SEAL_SIZE)
            end = file.read(SEAL_SIZE)
            magic, length, checksum = _LAYOUT.unpack_from(end)
            if magic == _MAGIC:
                whole = end == _end(length, checksum)
                if not whole or length != size - SEAL_SIZE or checksum != _checksum(file, length):
                    raise ValueError(f"{what} is damaged: it does not agree with its checksum.")
                return True
    if required:
        raise ValueError(
            f"{what} is damaged or was changed after it was written: the checksum that kerax wrote at its end is gone."
        )
    return False


def _checksum(file: BinaryIO, size: int) -> int:
    handle = file.fileno()

    def block(start: int) -> int:
        found = BlockSum()
        found.add(memoryview(os.pread(handle, min(_BLOCK, size - start), start)))
        return found.value()

    file.flush()
    starts = range(0, size, _BLOCK)
    if len(starts) < 2:
        sums = [block(start) for start in starts]
    else:
        with ThreadPoolExecutor(_THREADS) as pool:
            sums = list(pool.map(block, starts))
    return _joined(sums)


def _joined(sums: list[int]) -> int:
    return zlib.crc32(struct.pack(f"<{len(sums)}I", *sums))
