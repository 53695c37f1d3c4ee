"""CRC-32C, the checksum of TFRecord files, event files and TensorFlow checkpoints.

The C library behind ``google_crc32c`` is used where it is installed (several GB/s); without it NumPy does the same at
some hundred MB/s. A CRC is linear over GF(2), which is what lets NumPy compute it for thousands of pieces at once and
join them afterwards (M. E. Kounavis, F. L. Berry: A Systematic Approach to Building High Performance Software-based
CRC Generators, 2005; the joining is that of zlib's ``crc32_combine``).
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

try:
    import google_crc32c

    _accelerated = getattr(google_crc32c, "implementation", "python") == "c"
except ImportError:
    _accelerated = False

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, bits reversed: RFC 3720, appendix B.4
_ONES = 0xFFFFFFFF  # the register starts as, and the result is inverted by, all ones
_MASK_DELTA = 0xA282EAD8  # TFRecord's mask: rotate right by 15, then add this
_BY_BYTE = 48  # bytes up to which a plain loop wins
_ROW = 1024  # bytes in one row of the gathered form
_LANES = 4096  # rows that the striding form takes side by side
_BLOCK = _ROW * _LANES


def _byte_table() -> np.ndarray:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = (table >> np.uint32(1)) ^ np.where(table & 1, np.uint32(_POLYNOMIAL), np.uint32(0))
    return table


_TABLE = _byte_table()
_TABLE_LIST: list[int] = _TABLE.tolist()


def crc32c(data: Any, value: int = 0) -> int:
    """Computes the CRC-32C (Castagnoli) of bytes.

    Args:
      data: ``bytes`` or anything with a contiguous buffer: ``bytearray``, ``memoryview``, a NumPy array.
      value: the CRC of what came before, to go on from; 0 at the beginning.

    Returns:
      An integer from 0 to 2**32 - 1.

    Source: RFC 3720, appendix B.4, has the test vectors.

    Example:
      >>> from kerax.utils.crc32c import crc32c
      >>> hex(crc32c(b"123456789"))
      '0xe3069283'
      >>> crc32c(b"6789", crc32c(b"12345")) == crc32c(b"123456789")
      True
    """
    if _accelerated:
        return google_crc32c.extend(value, data if type(data) is bytes else _flat(data))
    return crc32c_numpy(data, value)


def masked_crc32c(data: Any) -> int:
    """Computes the CRC-32C as TFRecord and TensorBundle store it: rotated and shifted by a constant.

    The mask keeps a CRC that is itself stored among the data from cancelling out (TFRecord format,
    tensorflow.org/tutorials/load_data).

    Args:
      data: ``bytes`` or anything with a contiguous buffer.

    Returns:
      An integer from 0 to 2**32 - 1.

    Example:
      >>> from kerax.utils.crc32c import masked_crc32c
      >>> hex(masked_crc32c(b"123456789"))
      '0xc78ab0e5'
    """
    return mask_crc(crc32c(data))


def mask_crc(crc: int) -> int:
    """Masks a CRC for storing.

    Example:
      >>> from kerax.utils.crc32c import mask_crc, unmask_crc
      >>> unmask_crc(mask_crc(12345))
      12345
    """
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & _ONES


def unmask_crc(masked: int) -> int:
    """Undoes ``mask_crc``.

    Example:
      >>> from kerax.utils.crc32c import mask_crc, unmask_crc
      >>> unmask_crc(mask_crc(0xE3069283)) == 0xE3069283
      True
    """
    rotated = (masked - _MASK_DELTA) & _ONES
    return ((rotated >> 17) | (rotated << 15)) & _ONES


def crc32c_numpy(data: Any, value: int = 0) -> int:
    """``crc32c`` without any C library: by byte for a few, gathered from a table for thousands, striding for millions.

    Args:
      data: ``bytes`` or anything with a contiguous buffer.
      value: the CRC of what came before.

    Returns:
      An integer from 0 to 2**32 - 1.

    Example:
      >>> from kerax.utils.crc32c import crc32c_numpy
      >>> hex(crc32c_numpy(bytes(32)))
      '0x8a9136aa'
    """
    register = value ^ _ONES
    length = len(data) if type(data) is bytes else memoryview(data).nbytes
    if length <= _BY_BYTE:
        table = _TABLE_LIST
        for byte in data if type(data) is bytes else bytes(data):
            register = table[(register ^ byte) & 0xFF] ^ (register >> 8)
        return register ^ _ONES
    flat = _flat(data)
    blocks = length // _BLOCK
    for index in range(blocks):
        register = _strided(flat[index * _BLOCK : (index + 1) * _BLOCK], register)
    for start in range(blocks * _BLOCK, length, _BLOCK // 8):  # pieces that stay in the cache
        register = _gathered(flat[start : start + _BLOCK // 8], register)
    return register ^ _ONES


def _flat(data: Any) -> np.ndarray:
    """The bytes as a one-dimensional array, without copying them."""
    if isinstance(data, np.ndarray):
        return (data if data.flags.c_contiguous else np.ascontiguousarray(data)).reshape(-1).view(np.uint8)
    return np.frombuffer(data, np.uint8)


def _gathered(piece: np.ndarray, register: int) -> int:
    """The register after a piece: the sum of every byte's share, looked up by its distance from the end of its row.

    Zeros in front change nothing when the register starts at zero, so the first row is filled up with them; and a
    register that does not start at zero is the same as one that does, with its four bytes added to the first four of
    the data.
    """
    if len(piece) < 4:
        for byte in piece.tolist():
            register = _TABLE_LIST[(register ^ byte) & 0xFF] ^ (register >> 8)
        return register
    rows = -(-len(piece) // _ROW)
    padded = np.zeros(rows * _ROW, np.uint8)
    first = rows * _ROW - len(piece)
    padded[first:] = piece
    padded[first : first + 4] ^= np.frombuffer(register.to_bytes(4, "little"), np.uint8)
    table, offsets = _share_table()
    if rows == 1:
        return int(np.bitwise_xor.reduce(table.take(padded[first:] + offsets[first:])))
    shares = table.take(padded.reshape(rows, _ROW) + offsets)
    return _joined(np.bitwise_xor.reduce(shares, axis=1))


def _strided(block: np.ndarray, register: int) -> int:
    """The register after a whole block: one register for each of its rows, four bytes further at each step."""
    words = np.ascontiguousarray(block.view("<u4").reshape(_LANES, _ROW // 4).T).astype(np.uint32, copy=False)
    words[0, 0] ^= np.uint32(register)
    low_table, high_table = _word_tables()
    registers = np.zeros(_LANES, np.uint32)
    low, high = np.empty(_LANES, np.intp), np.empty(_LANES, np.intp)
    other = np.empty(_LANES, np.uint32)
    for word in words:
        np.bitwise_xor(registers, word, out=registers)
        np.bitwise_and(registers, 0xFFFF, out=low)
        np.right_shift(registers, 16, out=high)
        np.take(low_table, low, out=registers, mode="clip")
        np.take(high_table, high, out=other, mode="clip")
        np.bitwise_xor(registers, other, out=registers)
    return _joined(registers)


def _joined(registers: np.ndarray) -> int:
    """The register of rows that follow each other, from the registers that each row leaves when it starts at zero."""
    level = 0
    while len(registers) > 1:
        if len(registers) % 2:
            registers = np.concatenate([np.zeros(1, np.uint32), registers])
        registers = _moved(registers[0::2], _move_tables(level)) ^ registers[1::2]
        level += 1
    return int(registers[0])


def _moved(registers: np.ndarray, tables: np.ndarray) -> np.ndarray:
    """The registers after as many zero bytes as the tables were made for."""
    moved = tables[0][registers & 0xFF]
    for place in (1, 2, 3):
        moved = moved ^ tables[place][(registers >> np.uint32(8 * place)) & 0xFF]
    return moved


@functools.cache
def _share_table() -> tuple[np.ndarray, np.ndarray]:
    """What a byte at each position of a row adds to the register, flat; and where each position's 256 shares begin."""
    shares = np.empty((_ROW, 256), np.uint32)
    shares[-1] = _TABLE
    for position in range(_ROW - 2, -1, -1):
        later = shares[position + 1]
        shares[position] = _TABLE[later & 0xFF] ^ (later >> np.uint32(8))
    return shares.reshape(-1), np.arange(_ROW, dtype=np.intp) * 256


@functools.cache
def _move_tables(level: int) -> np.ndarray:
    """Four tables that move a register over ``2**level`` rows of zeros, by its bytes."""
    if level == 0:
        return _share_table()[0].reshape(_ROW, 256)[:4].copy()
    half = _move_tables(level - 1)
    return np.stack([_moved(table, half) for table in half])


@functools.cache
def _word_tables() -> tuple[np.ndarray, np.ndarray]:
    """What the lower and the upper half of a register become after four zero bytes."""
    one, two, three, four = _share_table()[0].reshape(_ROW, 256)[-1:-5:-1]
    low = four[None, :] ^ three[:, None]
    high = two[None, :] ^ one[:, None]
    return low.reshape(-1), high.reshape(-1)
