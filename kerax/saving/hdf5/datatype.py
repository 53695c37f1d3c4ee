"""What the values of an array or attribute are (section "The Datatype Message")."""

from __future__ import annotations

from dataclasses import dataclass

import ml_dtypes
import numpy as np

from kerax.saving.hdf5.object_header import DATATYPE, shared_message
from kerax.saving.hdf5.source import Cursor

_NULL_TERMINATED, _NULL_PADDED, _SPACE_PADDED = 0, 1, 2
_NAMES = {2: "times", 6: "structures (a compound type)", 7: "references", 10: "arrays", 11: "complex numbers"}
# Precision, place and size of the exponent, of the mantissa: of the floats that NumPy has.
_FLOATS = {
    (2, 16, 10, 5, 0, 10): np.dtype("f2"),
    (4, 32, 23, 8, 0, 23): np.dtype("f4"),
    (8, 64, 52, 11, 0, 52): np.dtype("f8"),
    (2, 16, 7, 8, 0, 7): np.dtype(ml_dtypes.bfloat16),
}
_X87 = (16, 80, 64, 15, 0, 64)
if np.finfo(np.longdouble).nmant == 63:
    _FLOATS[_X87] = np.dtype(np.longdouble)
_MOST_NESTING = 4


@dataclass(frozen=True)
class Datatype:
    """What one value is.

    Args:
      size: its bytes.
      name: for messages.
      dtype: NumPy's, for numbers and opaque bytes; None for others.
      padding: how a text of fixed length ends; None if it is none.
      is_text: whether it is a text of any length.
      is_truth: whether it is an enumeration of false and true.
    """

    size: int
    name: str
    dtype: np.dtype | None = None
    padding: int | None = None
    is_text: bool = False
    is_truth: bool = False


def read_datatype(cursor: Cursor, depth: int = 0) -> Datatype:
    """The type that a message tells. Types that no weight has are only named."""
    first = cursor.unsigned(1)
    kind, version, bits, size = first & 15, first >> 4, cursor.unsigned(3), cursor.unsigned(4)
    if version not in (1, 2, 3, 4, 5) or kind > 11 or not size:
        raise cursor.damage(f"a type of kind {kind}, version {version} and {size} bytes")
    if depth > _MOST_NESTING:
        raise cursor.unreadable("types in types in types")
    if kind in (0, 4):
        return _whole_number(cursor, bits, size, signed=kind == 0 and bool(bits & 8))
    if kind == 1:
        return _float(cursor, bits, size)
    if kind == 3:
        return Datatype(size, f"texts of {size} bytes", padding=min(bits & 15, _SPACE_PADDED))
    if kind == 5:
        return Datatype(size, f"{size} opaque bytes", np.dtype(f"V{size}"))
    if kind == 8:
        return _enumeration(cursor, bits & 0xFFFF, size, version, depth)
    if kind == 9:
        if bits & 15 == 1:
            return Datatype(size, "texts of any length", is_text=True)
        return Datatype(size, "lists of any length")
    return Datatype(size, _NAMES[kind])


def _order(cursor: Cursor, bits: int) -> str:
    if bits & 64 and bits & 1:
        raise cursor.unreadable("numbers in the VAX's byte order")
    return ">" if bits & 1 else "<"


def _whole_number(cursor: Cursor, bits: int, size: int, signed: bool) -> Datatype:
    order = _order(cursor, bits & 1)
    place, precision = cursor.unsigned(2), cursor.unsigned(2)
    if size not in (1, 2, 4, 8) or place or precision != 8 * size:
        return Datatype(size, f"whole numbers of {precision} bits in {size} bytes")
    dtype = np.dtype(f"{order}{'i' if signed else 'u'}{size}")
    return Datatype(size, str(dtype), dtype)


def _float(cursor: Cursor, bits: int, size: int) -> Datatype:
    order = _order(cursor, bits)
    place, precision = cursor.unsigned(2), cursor.unsigned(2)
    exponent_at, exponent, mantissa_at, mantissa = (cursor.unsigned(1) for _ in range(4))
    bias, sign_at, leading = cursor.unsigned(4), bits >> 8 & 255, bits >> 4 & 3
    layout = (size, precision, exponent_at, exponent, mantissa_at, mantissa)
    dtype = _FLOATS.get(layout)
    usual = not place and sign_at == precision - 1 and bias == (1 << exponent - 1) - 1 if exponent else False
    if dtype is None or not usual or leading not in ((0, 1) if layout == _X87 else (2,)):
        return Datatype(size, f"floats of {precision} bits in {size} bytes with {exponent} bits of exponent")
    dtype = dtype.newbyteorder(order)
    return Datatype(size, str(dtype), dtype)


def _enumeration(cursor: Cursor, number: int, size: int, version: int, depth: int) -> Datatype:
    base = read_datatype(cursor, depth + 1)
    if base.dtype is None or base.size != size or base.dtype.kind not in "iu":
        raise cursor.damage("an enumeration of values that are no numbers")
    names = []
    for _ in range(number):
        end = cursor.data.find(b"\0", cursor.position)
        if end < 0:
            raise cursor.damage("the name of a value does not end")
        names.append(cursor.take(end - cursor.position))
        cursor.skip(1 if version >= 3 else 8 - len(names[-1]) % 8)
    values = [cursor.unsigned(size) for _ in range(number)]
    if size == 1 and dict(zip(names, values)) == {b"FALSE": 0, b"TRUE": 1}:
        return Datatype(1, "bool", np.dtype(bool), is_truth=True)
    return base


def datatype_of(cursor: Cursor, is_shared: bool = False) -> Datatype:
    """The type that a message, or one that it points to, tells."""
    return read_datatype(shared_message(cursor, DATATYPE) if is_shared else cursor)
