"""A checksum at the end of a file: what kerax writes is refused when a bit of it flips.

The last 32 bytes of a sealed file: ``KERAXSUM``, the number of bytes before them (uint64), the checksum (uint32), the
CRC-32 of those 20 bytes (uint32) and 8 zero bytes, all little-endian. The checksum is the CRC-32 of the CRC-32s of
blocks of 4 MiB, so that the blocks can be summed up by several threads. HDF5 readers pass over bytes behind the end of
the data, and zip readers over the archive's comment.
"""

from __future__ import annotations

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

SEAL_SIZE = 32
_MAGIC = b"KERAXSUM"
_BLOCK = 4 * 2**20
_LAYOUT = struct.Struct("<8sQI")
_THREADS = 4


def seal(path: str | os.PathLike, replace: bool = False) -> None:
    """Appends the checksum to a file.

    Args:
      path: the file.
      replace: whether the last 32 bytes are room kept for it.
    """
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END) - (SEAL_SIZE if replace else 0)
        head = _LAYOUT.pack(_MAGIC, size, _checksum(file, size))
        file.seek(size)
        file.write(head + struct.pack("<IQ", zlib.crc32(head), 0))


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
                whole = end[_LAYOUT.size :] == struct.pack("<IQ", zlib.crc32(end[: _LAYOUT.size]), 0)
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
        return zlib.crc32(os.pread(handle, min(_BLOCK, size - start), start))

    file.flush()
    starts = range(0, size, _BLOCK)
    if len(starts) < 2:
        sums = [block(start) for start in starts]
    else:
        with ThreadPoolExecutor(_THREADS) as pool:
            sums = list(pool.map(block, starts))
    return zlib.crc32(struct.pack(f"<{len(sums)}I", *sums))
