"""The checksum of HDF5's newer structures: Bob Jenkins, lookup3 (2006), function hashlittle from a value of 0."""

from __future__ import annotations

import struct

_START = 0xDEADBEEF
_M = 0xFFFFFFFF


def lookup3(data: bytes) -> int:
    """The 32-bit checksum of some bytes.

    Example:
      >>> from kerax.saving.hdf5.lookup3 import lookup3
      >>> hex(lookup3(b"Four score and seven years ago"))
      '0x17770551'
    """
    size = len(data)
    a = b = c = (_START + size) & _M
    if not size:
        return c
    words = struct.unpack(f"<{-(-size // 12) * 3}I", data + bytes(-size % 12))
    for i in range(0, len(words) - 3, 3):
        a, b, c = a + words[i], b + words[i + 1], (c + words[i + 2]) & _M
        a = (a - c & _M) ^ (c << 4 & _M | c >> 28)
        c = c + b & _M
        b = (b - a & _M) ^ (a << 6 & _M | a >> 26)
        a = a + c & _M
        c = (c - b & _M) ^ (b << 8 & _M | b >> 24)
        b = b + a & _M
        a = (a - c & _M) ^ (c << 16 & _M | c >> 16)
        c = c + b & _M
        b = (b - a & _M) ^ (a << 19 & _M | a >> 13)
        a = a + c & _M
        c = (c - b & _M) ^ (b << 4 & _M | b >> 28)
        b = b + a & _M
    a, b, c = a + words[-3] & _M, b + words[-2] & _M, c + words[-1] & _M
    for turn in (14, 11, 25, 16, 4, 14, 24):
        c = (c ^ b) - (b << turn & _M | b >> 32 - turn) & _M
        a, b, c = b, c, a
    # Seven turns, each on the next of c, a, b: the last one made what now stands in b.
    return b
