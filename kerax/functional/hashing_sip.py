"""SipHash-2-4 over many byte strings of one length.

J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012.
"""

from __future__ import annotations

import numpy as np

from kerax.functional.hashing_rows import Rows

_MASK = (1 << 64) - 1
_WORD = np.uint64
_START = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)  # "somepseudorandomlygen..."
_ROUNDS, _LAST_ROUNDS = 2, 4

_State = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def siphash_rows(rows: Rows, k0: int, k1: int) -> np.ndarray:
    """The keyed hash of every row.

    Args:
      rows: byte strings of one length.
      k0: first half of the key, 64 bits.
      k1: second half of the key.

    Returns:
      uint64 array of shape (count,).

    Example:
      >>> from kerax.functional.hashing_rows import Rows
      >>> from kerax.functional.hashing_sip import siphash_rows
      >>> siphash_rows(Rows(b"AB", 0, 2, 1), 133, 137) % 50
      array([24, 20], dtype=uint64)
    """
    keys = (k0 & _MASK, k1 & _MASK)
    v0, v1, v2, v3 = (np.full(rows.count, start ^ keys[i % 2], np.uint64) for i, start in enumerate(_START))
    whole = rows.length // 8 * 8
    last = np.full(rows.count, (rows.length & 0xFF) << 56, np.uint64)
    for i in range(rows.length - whole):
        last = last | (rows.bytes(whole + i) << _WORD(8 * i))
    for word in [*(rows.words(place) for place in range(0, whole, 8)), last]:
        v0, v1, v2, v3 = _rounds((v0, v1, v2, v3 ^ word), _ROUNDS)
        v0 = v0 ^ word
    v0, v1, v2, v3 = _rounds((v0, v1, v2 ^ _WORD(0xFF), v3), _LAST_ROUNDS)
    return v0 ^ v1 ^ v2 ^ v3


def _rotate(x: np.ndarray, bits: int) -> np.ndarray:
    return (x << _WORD(bits)) | (x >> _WORD(64 - bits))


def _rounds(state: _State, count: int) -> _State:
    v0, v1, v2, v3 = state
    for _ in range(count):
        v0 = v0 + v1
        v1 = _rotate(v1, 13) ^ v0
        v0 = _rotate(v0, 32)
        v2 = v2 + v3
        v3 = _rotate(v3, 16) ^ v2
        v0 = v0 + v3
        v3 = _rotate(v3, 21) ^ v0
        v2 = v2 + v1
        v1 = _rotate(v1, 17) ^ v2
        v2 = _rotate(v2, 32)
    return v0, v1, v2, v3
