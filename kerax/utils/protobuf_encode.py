"""Writing the protocol buffer wire format: encoded fields are joined to messages.

Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types
LONGEST_VARINT = 10  # bytes of 7 bits that 64 bits need
MASK_64 = (1 << 64) - 1


def encode_varint(value: int) -> bytes:
    """Writes one variable-length integer; negative ones as 64-bit two's complement.

    Example:
      >>> from kerax.utils.protobuf import encode_varint
      >>> encode_varint(300).hex()
      'ac02'
    """
    value &= MASK_64
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode_varints(values: Iterable[int] | np.ndarray) -> bytes:
    """Writes a packed run of variable-length integers.

    Example:
      >>> from kerax.utils.protobuf import encode_varints
      >>> encode_varints([1, 2, 300]).hex()
      '0102ac02'
    """
    array = np.asarray(values if isinstance(values, np.ndarray) else list(values), np.int64)
    if len(array) < 32:
        return b"".join(encode_varint(int(value)) for value in array)
    rest = array.view(np.uint64).copy()
    octets = np.empty((len(rest), LONGEST_VARINT), np.uint8)
    used = np.zeros(octets.shape, bool)
    going = np.ones(len(rest), bool)
    for i in range(LONGEST_VARINT):
        used[:, i] = going
        octets[:, i] = (rest & np.uint64(0x7F)).astype(np.uint8)
        rest >>= np.uint64(7)
        going = going & (rest != 0)
        octets[:, i] |= going.astype(np.uint8) << 7
        if not going.any():
            break
    return octets[used].tobytes()


def int_field(number: int, value: int) -> bytes:
    """A field of an integer, bool or enum type.

    Example:
      >>> from kerax.utils.protobuf import int_field
      >>> int_field(1, 150).hex()
      '089601'
    """
    return encode_varint(number << 3 | VARINT) + encode_varint(int(value))


def bytes_field(number: int, value: bytes | str) -> bytes:
    """A field of type bytes or string, or an encoded message.

    Example:
      >>> from kerax.utils.protobuf import bytes_field
      >>> bytes_field(2, "testing").hex()
      '120774657374696e67'
    """
    data = value.encode() if isinstance(value, str) else value
    return encode_varint(number << 3 | BYTES) + encode_varint(len(data)) + data


def float_field(number: int, value: float) -> bytes:
    """A field of type float.

    Example:
      >>> from kerax.utils.protobuf import float_field
      >>> float_field(2, 1.0).hex()
      '150000803f'
    """
    return encode_varint(number << 3 | FIXED32) + struct.pack("<f", value)


def double_field(number: int, value: float) -> bytes:
    """A field of type double.

    Example:
      >>> from kerax.utils.protobuf import double_field
      >>> double_field(1, 1.0).hex()
      '09000000000000f03f'
    """
    return encode_varint(number << 3 | FIXED64) + struct.pack("<d", value)


def fixed32_field(number: int, value: int) -> bytes:
    """A field of type fixed32.

    Example:
      >>> from kerax.utils.protobuf import fixed32_field
      >>> fixed32_field(6, 1).hex()
      '3501000000'
    """
    return encode_varint(number << 3 | FIXED32) + struct.pack("<I", value)


def packed_ints_field(number: int, values: Iterable[int] | np.ndarray) -> bytes:
    """A repeated integer field in packed form.

    Example:
      >>> from kerax.utils.protobuf import packed_ints_field
      >>> packed_ints_field(4, [3, 270, 86942]).hex()
      '2206038e029ea705'
    """
    return bytes_field(number, encode_varints(values))


def packed_floats_field(number: int, values: Iterable[float] | np.ndarray) -> bytes:
    """A repeated float field in packed form.

    Example:
      >>> from kerax.utils.protobuf import packed_floats_field
      >>> packed_floats_field(1, [1.0]).hex()
      '0a040000803f'
    """
    array = np.asarray(values if isinstance(values, np.ndarray) else list(values), "<f4")
    return bytes_field(number, array.tobytes())
