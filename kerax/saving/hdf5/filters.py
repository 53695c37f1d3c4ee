"""Undoing what was done to chunks before they were stored (section "The Data Storage - Filter Pipeline Message")."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from kerax.saving.hdf5.source import Cursor, Source

_DEFLATE, _SHUFFLE, _FLETCHER32 = 1, 2, 3
_OTHERS = {4: "SZIP", 5: "n-bit packing", 6: "scaling and offset", 32000: "LZF", 32001: "Blosc", 32004: "LZ4",
           32008: "bitshuffle", 32015: "Zstandard"}  # fmt: skip
_MOST_FILTERS = 32
_SUM_SIZE = 4
_WORDS = 2**20  # 16-bit words that are summed at once: their weighted sum stays below 2**63


@dataclass(frozen=True)
class Filter:
    """One thing that was done to every chunk.

    Args:
      kind: its registered number.
      values: its settings.
    """

    kind: int
    values: tuple[int, ...]


def read_filters(cursor: Cursor) -> list[Filter]:
    """The filters, in the order in which they were applied.

    Raises:
      ValueError: if one of them is not known.
    """
    version, count = cursor.unsigned(1), cursor.unsigned(1)
    if version not in (1, 2) or count > _MOST_FILTERS:
        raise cursor.damage(f"{count} filters of version {version}")
    if version == 1:
        cursor.skip(6)
    found = []
    for _ in range(count):
        kind = cursor.unsigned(2)
        named = version == 1 or kind >= 256
        name_size = cursor.unsigned(2) if named else 0
        cursor.skip(2)
        number = cursor.unsigned(2)
        cursor.skip(-(-name_size // 8) * 8 if version == 1 else name_size)
        values = tuple(cursor.unsigned(4) for _ in range(number))
        if version == 1 and number % 2:
            cursor.skip(4)
        if kind not in (_DEFLATE, _SHUFFLE, _FLETCHER32):
            raise cursor.unreadable(f"values compressed by {_OTHERS.get(kind, f'filter {kind}')} (not gzip)")
        found.append(Filter(kind, values))
    return found


def undo(
    filters: list[Filter], skipped: int, data: bytes | memoryview, size: int, source: Source, address: int
) -> bytes | memoryview:
    """The bytes of a chunk before the filters.

    Args:
      filters: as they were applied.
      skipped: bits of those that were left out for this chunk.
      data: the stored bytes.
      size: the bytes that there should be.
      source: the file.
      address: where the chunk begins, for messages.

    Raises:
      ValueError: if they are not there, or a checksum does not agree.
    """
    most = size + _SUM_SIZE * sum(one.kind == _FLETCHER32 for one in filters)
    for i, one in reversed(list(enumerate(filters))):
        if skipped >> i & 1:
            continue
        if one.kind == _DEFLATE:
            data = _inflate(data, most, source, address)
        elif one.kind == _SHUFFLE:
            data = _unshuffle(data, one.values[0] if one.values else 1)
        else:
            data = _checked(data, source, address)
    if len(data) != size:
        raise source.damage(address, f"a chunk has {len(data)} bytes, it should have {size}")
    return data


def _inflate(data: bytes | memoryview, most: int, source: Source, address: int) -> bytes:
    machine = zlib.decompressobj()
    try:
        found = machine.decompress(data, most + 1)
    except zlib.error as error:
        raise source.damage(address, f"a compressed chunk: {error}") from error
    if not machine.eof or len(found) > most:
        raise source.damage(address, f"a compressed chunk does not end with its {most} bytes")
    return found


def _unshuffle(data: bytes | memoryview, size: int) -> bytes | memoryview:
    """The first bytes of all elements stood first, then the second ones, and so on."""
    count = len(data) // size if size > 1 else 0
    if count < 2:
        return data
    whole = np.frombuffer(data, np.uint8, count * size).reshape(size, count)
    return whole.T.tobytes() + bytes(data[count * size :])


def _checked(data: bytes | memoryview, source: Source, address: int) -> bytes | memoryview:
    body, stored = data[:-_SUM_SIZE], data[-_SUM_SIZE:]
    if len(stored) != _SUM_SIZE or fletcher32(body) != int.from_bytes(stored, "little"):
        raise source.damage(address, "a chunk does not agree with its checksum")
    return body


def fletcher32(data: bytes | memoryview) -> int:
    """Fletcher's checksum (1982) of big-endian 16-bit words, as HDF5 takes it.

    Example:
      >>> from kerax.saving.hdf5.filters import fletcher32
      >>> hex(fletcher32(b"abcdef"))
      '0x50562a2d'
    """
    words = np.frombuffer(data if len(data) % 2 == 0 else bytes(data) + b"\0", ">u2")
    first = second = 0
    for start in range(0, len(words), _WORDS):
        block = words[start : start + _WORDS].astype(np.uint64)
        second += first * len(block) + int((block * np.arange(len(block), 0, -1, dtype=np.uint64)).sum())
        first += int(block.sum())
    return _folded(second) << 16 | _folded(first)


def _folded(total: int) -> int:
    """The remainder by 65535 that comes of adding carries: 0 only for nothing at all."""
    return total % 0xFFFF or (0xFFFF if total else 0)
