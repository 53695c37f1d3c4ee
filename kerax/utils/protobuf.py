"""Protocol buffer wire format: enough to read and write the few message types that TensorFlow's files are made of.

No schema is compiled. A reader asks a ``Message`` for its fields by number and type; a writer joins encoded fields.
What is read may be damaged or made by somebody who means harm: every length is checked against the bytes that are
there, and errors say at which byte of the input the trouble is.

Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.utils.protobuf_encode import (
    BYTES,
    FIXED32,
    FIXED64,
    LONGEST_VARINT,
    MASK_64,
    VARINT,
    bytes_field,
    double_field,
    encode_varint,
    encode_varints,
    fixed32_field,
    float_field,
    int_field,
    packed_floats_field,
    packed_ints_field,
)

__all__ = [
    "BYTES",
    "FIXED32",
    "FIXED64",
    "MAX_DEPTH",
    "MAX_FIELDS",
    "Message",
    "VARINT",
    "WireError",
    "bytes_field",
    "decode_varints",
    "double_field",
    "encode_varint",
    "encode_varints",
    "fixed32_field",
    "float_field",
    "int_field",
    "iter_fields",
    "packed_floats_field",
    "packed_ints_field",
    "read_varint",
]

_WIRE_NAMES = {VARINT: "varint", FIXED64: "64-bit", BYTES: "length-delimited", FIXED32: "32-bit"}
MAX_DEPTH = 32  # messages inside messages; TensorFlow's own files need 5
MAX_FIELDS = 1 << 19  # fields of one message: each costs some 200 bytes of memory


class WireError(ValueError):
    """Bytes that are no valid message; the text says where."""


class Message:
    """The fields of one encoded message, by number.

    Fields that nobody asks for are skipped. A field that stands several times counts as repeated, and for a single
    value the last one holds, as the format prescribes.

    Args:
      data: the encoded message.
      what: what is read, for messages ("tf.train.Example").
      base: the position of the message in its file, added to every position that an error tells.
      depth: how many messages this one is inside of.

    Raises:
      WireError: naming what is read and the byte, if the bytes are no message.

    Example:
      >>> from kerax.utils import protobuf
      >>> data = protobuf.int_field(1, 7) + protobuf.bytes_field(2, "sea") + protobuf.bytes_field(2, b"air")
      >>> message = protobuf.Message(data)
      >>> message.integer(1), message.texts(2), message.integer(9, default=-1)
      (7, ['sea', 'air'], -1)
    """

    __slots__ = ("_fields", "_what", "_base", "_depth")

    def __init__(self, data: Any, what: str = "message", base: int = 0, depth: int = 0):
        if depth > MAX_DEPTH:
            raise WireError(f"{what}: messages are nested more than {MAX_DEPTH} deep at byte {base}.")
        self._what, self._base, self._depth = what, base, depth
        self._fields: dict[int, list[tuple[int, Any, int]]] = {}
        for count, (number, wire, value, position) in enumerate(iter_fields(data, what, base)):
            if count >= MAX_FIELDS:
                raise WireError(f"{what}: more than {MAX_FIELDS} fields in the message at byte {base}.")
            self._fields.setdefault(number, []).append((wire, value, position))

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def integer(self, number: int, default: int = 0) -> int:
        """The last value of an int32, int64 or enum field, signed.

        Example:
          >>> from kerax.utils import protobuf
          >>> protobuf.Message(protobuf.int_field(1, -3)).integer(1)
          -3
        """
        value = self.unsigned(number, default)
        return value - (1 << 64) if value >> 63 == 1 else value

    def unsigned(self, number: int, default: int = 0) -> int:
        """The last value of a uint64 or bool field, or of a fixed-width one.

        Example:
          >>> from kerax.utils import protobuf
          >>> protobuf.Message(protobuf.int_field(1, 300)).unsigned(1)
          300
        """
        found = self._fields.get(number)
        if not found:
            return default
        wire, value, position = found[-1]
        if wire == BYTES:
            raise self._wrong(number, wire, "a number", position)
        return value

    def integers(self, number: int) -> np.ndarray:
        """All values of a repeated integer field, packed or not, as int64.

        Example:
          >>> from kerax.utils import protobuf
          >>> protobuf.Message(protobuf.packed_ints_field(1, [1, -2])).integers(1)
          array([ 1, -2])
        """
        parts = []
        for wire, value, position in self._fields.get(number, ()):
            if wire == BYTES:
                parts.append(decode_varints(value, self._what, position))
            elif wire == VARINT:
                parts.append(np.asarray([value], np.uint64).view(np.int64))
            else:
                raise self._wrong(number, wire, "an integer", position)
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def floats(self, number: int) -> np.ndarray:
        """All values of a repeated float field, packed or not, as float32.

        Example:
          >>> from kerax.utils import protobuf
          >>> protobuf.Message(protobuf.packed_floats_field(1, [0.5, 2])).floats(1)
          array([0.5, 2. ], dtype=float32)
        """
        return self._fixed(number, FIXED32, np.dtype("<f4"))

    def doubles(self, number: int) -> np.ndarray:
        """All values of a repeated double field, packed or not, as float64.

        Example:
          >>> from kerax.utils import protobuf
          >>> protobuf.Message(protobuf.double_field(1, 0.25)).doubles(1)
          array([0.25])
        """
        return self._fixed(number, FIXED64, np.dtype("<f8"))

    def data(self, number: int, default: Any = b"") -> Any:
        """The last value of a bytes field, as a ``memoryview``.

        Example:
          >>> from kerax.utils import protobuf
          >>> bytes(protobuf.Message(protobuf.bytes_field(1, b"ab")).data(1))
          b'ab'
        """
        values = self.all_data(number)
        return values[-1] if values else default

    def all_data(self, number: int) -> list:
        """All values of a repeated bytes field, as ``memoryview`` objects.

        Example:
          >>> from kerax.utils import protobuf
          >>> len(protobuf.Message(protobuf.bytes_field(1, b"ab") * 3).all_data(1))
          3
        """
        values = []
        for wire, value, position in self._fields.get(number, ()):
            if wire != BYTES:
                raise self._wrong(number, wire, "bytes", position)
            values.append(value)
        return values

    def text(self, number: int, default: str = "") -> str:
        """The last value of a string field.

        Example:
          >>> from kerax.utils import protobuf
          >>> protobuf.Message(protobuf.bytes_field(1, "né")).text(1)
          'né'
        """
        values = self.texts(number)
        return values[-1] if values else default

    def texts(self, number: int) -> list[str]:
        """All values of a repeated string field.

        Example:
          >>> from kerax.utils import protobuf
          >>> protobuf.Message(b"").texts(1)
          []
        """
        try:
            return [str(value, "utf-8") for value in self.all_data(number)]
        except UnicodeDecodeError as error:
            position = self._fields[number][0][2]
            raise WireError(f"{self._what}: field {number} at byte {position} is no UTF-8 text: {error}.") from error

    def message(self, number: int, what: str | None = None) -> Message:
        """The last value of a message field; an empty message when it is absent.

        Example:
          >>> from kerax.utils import protobuf
          >>> outer = protobuf.Message(protobuf.bytes_field(1, protobuf.int_field(2, 5)))
          >>> outer.message(1).integer(2)
          5
        """
        found = self.messages(number, what)
        return found[-1] if found else Message(b"", what or self._what, self._base, self._depth + 1)

    def messages(self, number: int, what: str | None = None) -> list[Message]:
        """All values of a repeated message field.

        Example:
          >>> from kerax.utils import protobuf
          >>> [m.integer(1) for m in protobuf.Message(protobuf.bytes_field(3, protobuf.int_field(1, 8))).messages(3)]
          [8]
        """
        self.all_data(number)
        found = self._fields.get(number, ())
        return [Message(value, what or self._what, position, self._depth + 1) for _, value, position in found]

    def _fixed(self, number: int, expected: int, dtype: np.dtype) -> np.ndarray:
        parts = []
        for wire, value, position in self._fields.get(number, ()):
            if wire == BYTES:
                if len(value) % dtype.itemsize:
                    raise WireError(
                        f"{self._what}: field {number} at byte {position} has {len(value)} bytes, not a multiple of "
                        f"{dtype.itemsize}."
                    )
                parts.append(np.frombuffer(value, dtype))
            elif wire == expected:
                parts.append(np.asarray([value], f"<u{dtype.itemsize}").view(dtype))
            else:
                raise self._wrong(number, wire, f"{dtype.name} values", position)
        joined = np.concatenate(parts) if parts else np.zeros(0, dtype)
        return joined.astype(dtype.newbyteorder("="), copy=False)

    def _wrong(self, number: int, wire: int, expected: str, position: int) -> WireError:
        return WireError(
            f"{self._what}: field {number} at byte {position} is {_WIRE_NAMES[wire]}, where {expected} should be."
        )


def iter_fields(data: Any, what: str = "message", base: int = 0) -> Iterator[tuple[int, int, Any, int]]:
    """Walks over the fields of one encoded message.

    Args:
      data: the encoded message: ``bytes``, ``bytearray`` or ``memoryview``.
      what: what is read, for messages.
      base: the position of ``data`` in its file.

    Yields:
      ``(number, wire type, value, position of the value)``. The value is an unsigned integer, or a ``memoryview`` for
      wire type ``BYTES``.

    Raises:
      WireError: naming what is read and the byte, for anything that is no valid field.

    Example:
      >>> from kerax.utils import protobuf
      >>> [(number, value) for number, wire, value, position in protobuf.iter_fields(protobuf.int_field(3, 150))]
      [(3, 150)]
    """
    view = data if type(data) is memoryview else memoryview(data)
    position, end = 0, len(view)
    while position < end:
        begin = position
        key, position = read_varint(view, position, what, base)
        number, wire = key >> 3, key & 7
        if number == 0 or number > 0x1FFFFFFF:
            raise WireError(f"{what}: field number {number} at byte {base + begin} is not allowed.")
        start = position
        value: Any
        if wire == VARINT:
            value, position = read_varint(view, position, what, base)
        elif wire == BYTES:
            length, start = read_varint(view, position, what, base)
            if length > end - start:
                raise WireError(
                    f"{what}: field {number} at byte {base + begin} says it has {length} bytes, {end - start} are left."
                )
            position = start + length
            value = view[start:position]
        elif wire in (FIXED64, FIXED32):
            width = 8 if wire == FIXED64 else 4
            if end - start < width:
                raise WireError(f"{what}: the data end inside field {number} at byte {base + begin}.")
            position = start + width
            value = int.from_bytes(view[start:position], "little")
        else:
            raise WireError(
                f"{what}: field {number} at byte {base + begin} has wire type {wire}, which is not allowed."
            )
        yield number, wire, value, base + start


def read_varint(data: Any, position: int, what: str = "message", base: int = 0) -> tuple[int, int]:
    """Reads one variable-length integer.

    Args:
      data: bytes, or anything whose items are integers.
      position: where it starts.
      what: what is read, for messages.
      base: the position of ``data`` in its file.

    Returns:
      ``(value, position after it)``, the value unsigned and below 2**64.

    Raises:
      WireError: if the data end inside it or it is longer than 64 bits.

    Example:
      >>> from kerax.utils.protobuf import read_varint
      >>> read_varint(bytes([0xAC, 0x02]), 0)
      (300, 2)
    """
    value = shift = 0
    try:
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift >= 7 * LONGEST_VARINT:
                raise WireError(f"{what}: the number before byte {base + position} is longer than 64 bits.")
    except IndexError:
        raise WireError(f"{what}: the data end inside a number, at byte {base + len(data)}.") from None
    if value > MASK_64:
        raise WireError(f"{what}: the number before byte {base + position} is longer than 64 bits.")
    return value, position


def decode_varints(data: Any, what: str = "message", base: int = 0) -> np.ndarray:
    """Reads a packed run of variable-length integers, all at once.

    Args:
      data: the bytes of the run.
      what: what is read, for messages.
      base: the position of ``data`` in its file.

    Returns:
      An int64 array.

    Raises:
      WireError: if the data end inside a number or one is longer than 64 bits.

    Example:
      >>> from kerax.utils.protobuf import decode_varints, encode_varints
      >>> decode_varints(encode_varints([1, 300, -1]))
      array([  1, 300,  -1])
    """
    octets = np.frombuffer(data, np.uint8)
    if not len(octets):
        return np.zeros(0, np.int64)
    ends = np.flatnonzero(octets < 0x80)
    if len(ends) == len(octets):  # all of them small
        return octets.astype(np.int64)
    if not len(ends) or ends[-1] != len(octets) - 1:
        raise WireError(f"{what}: the data end inside a number, at byte {base + len(octets)}.")
    starts = np.concatenate([np.zeros(1, ends.dtype), ends[:-1] + 1])
    widths = ends - starts + 1
    widest = int(widths.max())
    wide = widths == LONGEST_VARINT
    if widest > LONGEST_VARINT or (octets[ends[wide]] > 1).any():
        place = base + int(ends[int(np.argmax(widths))])
        raise WireError(f"{what}: the number that ends at byte {place} is longer than 64 bits.")
    values = np.zeros(len(ends), np.uint64)
    for i in range(widest):
        longer = np.flatnonzero(widths > i)
        values[longer] |= (octets[starts[longer] + i] & 0x7F).astype(np.uint64) << np.uint64(7 * i)
    return values.view(np.int64)
