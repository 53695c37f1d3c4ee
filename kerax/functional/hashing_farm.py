"""FarmHash Fingerprint64 over many byte strings of one length.

The function is Google's FarmHash, `Fingerprint64` (which is `farmhashna::Hash64` without a seed),
https://github.com/google/farmhash. It is part of file formats and of trained models, so its values never change.
"""

from __future__ import annotations

import numpy as np

from kerax.functional.hashing_rows import Rows

_MASK = (1 << 64) - 1
_WORD = np.uint64
# FarmHash's multipliers: primes between 2**63 and 2**64.
_K0 = _WORD(0xC3A5C85C97CB3127)
_K1 = _WORD(0xB492B66FBE98F273)
_K2 = _WORD(0x9AE16A3B2F90404F)
_SEED = 81
_BLOCK = 64  # bytes mixed per round of a long string

_Pair = tuple[np.ndarray, np.ndarray]


def fingerprint_rows(rows: Rows) -> np.ndarray:
    """The fingerprint of every row.

    Args:
      rows: byte strings of one length.

    Returns:
      uint64 array of shape (count,).

    Example:
      >>> from kerax.functional.hashing_farm import fingerprint_rows
      >>> from kerax.functional.hashing_rows import Rows
      >>> fingerprint_rows(Rows(b"redtwo", 0, 2, 3)).tolist()[0]
      991092756973969910
    """
    if rows.length <= 16:
        return _up_to_16(rows)
    if rows.length <= 32:
        return _up_to_32(rows)
    if rows.length <= _BLOCK:
        return _up_to_64(rows)
    return _long(rows)


def _rotate(x: np.ndarray, bits: int) -> np.ndarray:
    return (x >> _WORD(bits)) | (x << _WORD(64 - bits))


def _mix(x: np.ndarray) -> np.ndarray:
    return x ^ (x >> _WORD(47))


def _merge(u: np.ndarray, v: np.ndarray, multiplier: np.ndarray | np.uint64) -> np.ndarray:
    """Two words to one, as in MurmurHash."""
    a = _mix((u ^ v) * multiplier)
    return _mix((v ^ a) * multiplier) * multiplier


def _multiplier(length: int) -> np.uint64:
    return _WORD((int(_K2) + 2 * length) & _MASK)


def _up_to_16(rows: Rows) -> np.ndarray:
    length = rows.length
    if length >= 8:
        multiplier = _multiplier(length)
        a = rows.words(0) + _K2
        b = rows.words(length - 8)
        return _merge(_rotate(b, 37) * multiplier + a, (_rotate(a, 25) + b) * multiplier, multiplier)
    if length >= 4:
        a = (rows.halves(0) << _WORD(3)) + _WORD(length)
        return _merge(a, rows.halves(length - 4), _multiplier(length))
    if length:
        y = rows.bytes(0) + (rows.bytes(length // 2) << _WORD(8))
        z = (rows.bytes(length - 1) << _WORD(2)) + _WORD(length)
        return _mix(y * _K2 ^ z * _K0) * _K2
    return np.full(rows.count, _K2)


def _ends(rows: Rows, first: np.uint64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What strings of 17 to 64 bytes begin with: the first and last 16 bytes as two words, and the first word alone."""
    multiplier = _multiplier(rows.length)
    a = rows.words(0) * first
    b = rows.words(8)
    c = rows.words(rows.length - 8) * multiplier
    d = rows.words(rows.length - 16) * _K2
    return _rotate(a + b, 43) + _rotate(c, 30) + d, a + _rotate(b + _K2, 18) + c, a


def _up_to_32(rows: Rows) -> np.ndarray:
    y, z, _ = _ends(rows, _K1)
    return _merge(y, z, _multiplier(rows.length))


def _up_to_64(rows: Rows) -> np.ndarray:
    length, multiplier = rows.length, _multiplier(rows.length)
    y, z, a = _ends(rows, _K2)
    z = _merge(y, z, multiplier)
    e = rows.words(16) * multiplier
    f = rows.words(24)
    g = (y + rows.words(length - 32)) * multiplier
    h = (z + rows.words(length - 24)) * multiplier
    return _merge(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, multiplier)


def _weak_pair(rows: Rows, place: int, a: np.ndarray, b: np.ndarray) -> _Pair:
    """Mixes 32 bytes into two words."""
    w, x, y, z = (rows.words(place + 8 * i) for i in range(4))
    a = a + w
    b = _rotate(b + a + z, 21)
    c = a
    a = a + x + y
    return a + z, b + _rotate(a, 44) + c


def _long(rows: Rows) -> np.ndarray:
    length, count = rows.length, rows.count
    x = np.full(count, _SEED, np.uint64) * _K2 + rows.words(0)
    y = np.full(count, (_SEED * int(_K1) + 113) & _MASK, np.uint64)
    z = _mix(y * _K2 + _WORD(113)) * _K2
    nothing = np.zeros(count, np.uint64)
    v: _Pair = (nothing, nothing)
    w: _Pair = (nothing, nothing)
    end = (length - 1) // _BLOCK * _BLOCK
    for place in range(0, end, _BLOCK):
        x = _rotate(x + y + v[0] + rows.words(place + 8), 37) * _K1
        y = _rotate(y + v[1] + rows.words(place + 48), 42) * _K1
        x = x ^ w[1]
        y = y + v[0] + rows.words(place + 40)
        z = _rotate(z + w[0], 33) * _K1
        v = _weak_pair(rows, place, v[1] * _K1, x + w[0])
        w = _weak_pair(rows, place + 32, z + w[1], y + rows.words(place + 16))
        x, z = z, x
    # The last 64 bytes, which overlap those already read.
    multiplier = _K1 + ((z & _WORD(0xFF)) << _WORD(1))
    place = length - _BLOCK
    w = (w[0] + _WORD((length - 1) % _BLOCK), w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x = _rotate(x + y + v[0] + rows.words(place + 8), 37) * multiplier
    y = _rotate(y + v[1] + rows.words(place + 48), 42) * multiplier
    x = x ^ (w[1] * _WORD(9))
    y = y + v[0] * _WORD(9) + rows.words(place + 40)
    z = _rotate(z + w[0], 33) * multiplier
    v = _weak_pair(rows, place, v[1] * multiplier, x + w[0])
    w = _weak_pair(rows, place + 32, z + w[1], y + rows.words(place + 16))
    x, z = z, x
    return _merge(_merge(v[0], w[0], multiplier) + _mix(y) * _K0 + z, _merge(v[1], w[1], multiplier) + x, multiplier)
