"""CRC-32C of many short records at once, where no C library computes them."""

from __future__ import annotations

import functools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from kerax.utils import crc32c as crc
from kerax.utils.crc32c import crc32c

_LONGEST = 2048  # a longer record is worth a call of its own
_SHORT = 16  # bytes that cost less here than a call of a C library
_FEW = 8  # records that are not worth a matrix
_PIECE = 1 << 17  # bytes in one matrix: small enough for the processor's cache


def crc32c_records(data: bytes, starts: list[int], ends: list[int]) -> np.ndarray:
    """Returns the CRC-32C of many pieces of some bytes.

    A CRC is linear over GF(2): it is the sum of a share of every byte, which depends on the byte and on its distance
    from the end. Pieces are written into the rows of a matrix, flush right (zeros in front add nothing), and all shares
    are looked up at once.

    Args:
      data: the bytes.
      starts: where each piece begins.
      ends: where each piece ends.

    Returns:
      A ``uint32`` array with one checksum for each piece.

    Example:
      >>> from kerax.data.sources.crc_rows import crc32c_records
      >>> [hex(value) for value in crc32c_records(b"__123456789__", [2, 0], [11, 2])]
      ['0xe3069283', '0xd9fcac5d']
    """
    count = len(starts)
    first, last = np.array(starts), np.array(ends)
    lengths = last - first
    if count < _FEW or (crc._accelerated and lengths.max() > _SHORT):
        return np.array([crc32c(data[a:b]) for a, b in zip(starts, ends)], np.uint32)
    out = np.empty(count, np.uint32)
    order = np.argsort(lengths, kind="stable")
    odd = (lengths < 4) | (lengths > _LONGEST)
    for index in np.flatnonzero(odd).tolist():
        out[index] = crc32c(data[starts[index] : ends[index]])
    order = order[~odd[order]]
    flat = np.frombuffer(data, np.uint8)
    at = 0
    while at < len(order):
        # Records of similar lengths share a matrix, so that little of it is padding.
        rows = order[at : at + max(1, _PIECE // max(4, int(lengths[order[at]])))]
        rows = rows[lengths[rows] <= lengths[rows[0]] * 1.25 + 16]
        out[rows] = _shares(flat, first[rows], last[rows])
        at += len(rows)
    return out


def _shares(flat: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    lengths = ends - starts
    width = int(lengths[-1])
    missing = max(0, width - int(ends.min()))  # bytes that the first rows would begin before the data
    if missing:
        flat = np.concatenate([np.zeros(missing, np.uint8), flat])
    rows = sliding_window_view(flat, width)[ends + (missing - width)]
    if lengths[0] == width:
        rows[:, :4] ^= 0xFF
    else:
        rows[np.arange(width) < (width - lengths)[:, None]] = 0
        begins = (width - lengths)[:, None] + np.arange(4)
        np.put_along_axis(rows, begins, np.take_along_axis(rows, begins, 1) ^ 0xFF, 1)
    table = _table()[_LONGEST - width :]
    sums = np.full(len(rows), 0xFFFFFFFF, np.uint32)
    for shares, column in zip(table, np.ascontiguousarray(rows.T)):  # one position of all records after the other
        sums ^= shares.take(column)
    return sums


@functools.cache
def _table() -> np.ndarray:
    """What a byte at each position of a row adds: 256 shares for each position."""
    by_byte = crc._TABLE
    shares = np.empty((_LONGEST, 256), np.uint32)
    shares[-1] = by_byte
    for position in range(_LONGEST - 2, -1, -1):
        later = shares[position + 1]
        shares[position] = by_byte[later & 0xFF] ^ (later >> np.uint32(8))
    return shares
