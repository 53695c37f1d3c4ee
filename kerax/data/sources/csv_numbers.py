"""Numbers written in text, many at once: fields given by where they begin and end in a block of bytes."""

from __future__ import annotations

import re

import numpy as np

_INTEGER = re.compile(rb"[+-]?\d+\Z")
_HEXADECIMAL = re.compile(rb"[+-]?0x[0-9a-f]+\Z", re.IGNORECASE)  # TensorFlow reads such integers as floats only
_FLOAT = re.compile(rb"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|nan)\Z", re.IGNORECASE)
_EXACT_DIGITS, _EXACT_SCALE = (
    15,
    22,
)  # up to here mantissa and power of ten are exact floats, and so their quotient rounded
_POWERS = 10.0 ** np.arange(_EXACT_SCALE + 1)
_ZERO, _DOT, _MINUS, _PLUS = b"0.-+"


def parse_number(text: bytes, dtype: str) -> float | int | None:
    """Reads one number; ``None`` if it is none of this dtype.

    Example:
      >>> from kerax.data.sources.csv_numbers import parse_number
      >>> parse_number(b" 12", "int32"), parse_number(b"1e3", "float32"), parse_number(b"x", "int64")
      (12, 1000.0, None)
    """
    text = text.strip(b" \t\r\n\v\f")
    if dtype[0] == "f":
        if _FLOAT.match(text):
            return float(text)
        return float(int(text, 16)) if _HEXADECIMAL.match(text) else None
    if not _INTEGER.match(text) or len(text) > 25:
        return None
    number = int(text)
    limits = np.iinfo(dtype)
    return number if limits.min <= number <= limits.max else None


def parse_numbers(
    data: bytes, flat: np.ndarray, starts: np.ndarray, ends: np.ndarray, dtype: str
) -> tuple[np.ndarray, int]:
    """Reads a number from every field that is not empty.

    Plain decimal numbers are read digit by digit, all fields at once; others one by one.

    Args:
      data: the bytes.
      flat: the same as an array.
      starts: where fields begin.
      ends: where they end.
      dtype: int32, int64, float32 or float64.

    Returns:
      The numbers (0 for empty fields) and the number of the first field that holds none, or how many fields there are.
    """
    count = len(starts)
    out = np.zeros(count, dtype)
    widths = ends - starts
    first = flat.take(starts, mode="clip")
    negative = first == _MINUS
    signed = (negative | (first == _PLUS)) & (widths > 1)
    begins = starts + signed
    lengths = widths - signed
    floating = dtype[0] == "f"
    limit = _EXACT_DIGITS + 1 if floating else 18
    widest = int(lengths.max(initial=0))
    odd = lengths > limit
    mantissa = np.zeros(count, np.int64)
    scale = np.zeros(count, np.int8)
    dotted = np.zeros(count, bool)
    shortest = int(lengths.min(initial=0))
    for place in range(min(widest, limit)):
        digit = flat.take(begins + place, mode="clip") - np.uint8(_ZERO)
        number = digit < 10
        inside = number if place < shortest else number & (lengths > place)
        if floating:
            scale += dotted & inside
            dot = digit == np.uint8((_DOT - _ZERO) & 0xFF)
            if place >= shortest:
                dot &= lengths > place
            fine = inside | (dot & ~dotted)
            dotted |= dot
        else:
            fine = inside
        if not fine.all():
            odd |= ~fine if place < shortest else ~fine & (lengths > place)
            mantissa = np.where(inside, mantissa * 10 + digit, mantissa)
        else:
            mantissa = np.where(inside, mantissa * 10 + digit, mantissa) if floating else mantissa * 10 + digit
    odd |= lengths == dotted  # a dot or a sign and no digit
    odd &= widths > 0
    if floating:
        values = mantissa / _POWERS[scale] if dotted.any() else mantissa.astype(np.float64)
        with np.errstate(over="ignore"):
            out[:] = np.where(negative & signed, -values, values)
    else:
        values = np.where(negative & signed, -mantissa, mantissa)
        if dtype == "int32":
            odd |= (values > np.iinfo(np.int32).max) | (values < np.iinfo(np.int32).min)
        out[:] = np.where(odd, 0, values)
    for index in np.flatnonzero(odd).tolist():
        value = parse_number(data[starts[index] : ends[index]], dtype)
        if value is None:
            return out, index
        with np.errstate(over="ignore"):
            out[index] = value
    return out, count
