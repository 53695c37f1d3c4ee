"""Names of the parts of partitioned tensors in TensorFlow's checkpoints.

The parts of a tensor have keys of their own, made of the tensor's name and the part's place so that they sort by it.
Source: the formats of tensorflow/core/util/saved_tensor_slice_util.h and of Google's OrderedCode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kerax.utils.protobuf import Message, WireError, bytes_field, int_field

FULL = -1  # length of an extent that covers the whole axis


@dataclass(frozen=True)
class Slice:
    """One part: start and length along each axis, ``(0, FULL)`` for a whole axis.

    Example:
      >>> from kerax.saving.tensor_slices import Slice
      >>> Slice(((2, 3), (0, -1))).resolve((10, 4), "emb")
      (slice(2, 5, None), slice(0, 4, None))
    """

    extents: tuple[tuple[int, int], ...]

    @classmethod
    def read(cls, message: Message) -> Slice:
        """From a TensorSliceProto."""
        return cls(tuple((e.integer(1), e.integer(2) if 2 in e else FULL) for e in message.messages(1)))

    def encode(self) -> bytes:
        """As a TensorSliceProto."""
        out = b""
        for start, length in self.extents:
            out += bytes_field(1, b"" if length == FULL else int_field(1, start) + int_field(2, length))
        return out

    def resolve(self, shape: Sequence[int], name: str) -> tuple[slice, ...]:
        """Where the part lies in a tensor of a shape.

        Raises:
          WireError: if it does not lie inside.
        """
        if len(self.extents) != len(shape):
            raise WireError(f"Tensor {name!r}: a part with {len(self.extents)} axes of a tensor with {len(shape)}.")
        found = []
        for (start, length), size in zip(self.extents, shape):
            if length == FULL:
                start, length = 0, size
            if start < 0 or length < 0 or start + length > size:
                raise WireError(f"Tensor {name!r}: part {self.extents} does not lie inside shape {tuple(shape)}.")
            found.append(slice(start, start + length))
        return tuple(found)


def overlapping(parts: Sequence[tuple[slice, ...]]) -> bool:
    """Whether any two parts of a tensor have an element in common.

    Example:
      >>> from kerax.saving.tensor_slices import overlapping
      >>> overlapping([(slice(0, 2),), (slice(2, 4),)])
      False
    """
    if len(parts) < 2 or not parts[0]:
        return len(parts) > 1
    starts = np.array([[axis.start for axis in part] for part in parts])
    stops = np.array([[axis.stop for axis in part] for part in parts])
    for i in range(len(parts) - 1):
        meet = (starts[i] < stops[i + 1 :]) & (starts[i + 1 :] < stops[i])
        if meet.all(axis=1).any():
            return True
    return False


def slice_key(name: str, part: Slice) -> bytes:
    r"""The key under which a part of a tensor stands.

    Example:
      >>> from kerax.saving.tensor_slices import Slice, slice_key
      >>> slice_key("w", Slice(((0, 2),)))
      b'\x00w\x00\x01\x01\x01\x80\x82'
    """
    out = _unsigned(0) + _text(name.encode()) + _unsigned(len(part.extents))
    for start, length in part.extents:
        out += _signed(start) + _signed(length)
    return out


def _unsigned(value: int) -> bytes:
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(digits)]) + digits


def _text(data: bytes) -> bytes:
    """Text ends with 00 01, so that 00 and FF inside get a second byte."""
    escaped = {0x00: b"\x00\xff", 0xFF: b"\xff\x00"}
    return b"".join(escaped.get(byte, bytes([byte])) for byte in data) + b"\x00\x01"


def _signed(value: int) -> bytes:
    """Numbers whose order is that of their bytes: leading bits tell the length, and are inverted for negative ones."""
    bits = (value if value >= 0 else ~value).bit_length()
    length = bits // 7 + 1
    digits = bytearray((value & (1 << 80) - 1).to_bytes(10, "big")[-length:])
    header = ((1 << 16) - (1 << (16 - length))).to_bytes(2, "big")
    for i, mark in enumerate(header[:length]):
        digits[i] ^= mark
    return bytes(digits)
