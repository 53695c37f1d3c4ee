"""PNG files with 16 bits a channel, which image libraries cut down to 8.

Reference: ISO/IEC 15948:2004, sections 7 to 9.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

_COLORS = {0: 1, 2: 3, 4: 2, 6: 4}  # PNG's colour types without a palette, and their channels
_LARGEST = 1 << 28  # pixels; a file of a few bytes may claim to hold more
# Adam7: first column and row of every pass, and the steps between its pixels
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def decode_deep_png(contents: bytes) -> np.ndarray | None:
    """The pixels of a PNG with 16 bits a channel; None for any other.

    Args:
      contents: the bytes of a PNG file.

    Returns:
      uint16 array (height, width, channels), or ``None``.

    Raises:
      ValueError: for a damaged file.

    Example:
      >>> from kerax.functional.image_png import decode_deep_png
      >>> decode_deep_png(b"") is None
      True
    """
    if len(contents) < 33 or contents[12:16] != b"IHDR":
        return None
    width, height, bits, color, _, _, interlaced = struct.unpack(">IIBBBBB", contents[16:29])
    if bits != 16 or color not in _COLORS:
        return None
    channels = _COLORS[color]
    if not 0 < width * height <= _LARGEST:
        raise ValueError(f"The image claims {width} x {height} pixels, more than {_LARGEST}.")
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(height - top) // down), -(-(width - left) // right)) for left, top, right, down in passes]
    sizes = [(rows, columns) if rows > 0 and columns > 0 else (0, 0) for rows, columns in sizes]
    total = sum(rows * (columns * channels * 2 + 1) for rows, columns in sizes)
    try:
        raw = zlib.decompressobj().decompress(_pixel_data(contents), total)
    except zlib.error as error:
        raise ValueError(f"Invalid PNG: the {len(contents)} bytes cannot be decoded ({error}).") from error
    if len(raw) != total:
        raise ValueError("Invalid PNG: the file ends before its last row.")
    pixels, place = np.zeros((height, width, channels), np.uint16), 0
    for (rows, columns), (left, top, right, down) in zip(sizes, passes):
        count = rows * (columns * channels * 2 + 1)
        if count:
            part = _unfiltered(raw[place : place + count], rows, channels * 2)
            pixels[top::down, left::right] = part.view(">u2").reshape(rows, columns, channels)
            place += count
    return pixels


def _pixel_data(contents: bytes) -> bytes:
    data, place = [], 8
    while place + 12 <= len(contents):
        size, kind = struct.unpack(">I4s", contents[place : place + 8])
        if kind == b"IDAT":
            data.append(contents[place + 8 : place + 8 + size])
        place += size + 12
    return b"".join(data)


def _unfiltered(raw: bytes, height: int, step: int) -> np.ndarray:
    rows = np.frombuffer(raw, np.uint8).reshape(height, -1)
    result = np.zeros((height, rows.shape[1] - 1), np.uint8)
    above = np.zeros(rows.shape[1] - 1, np.uint8)
    for number, row in enumerate(rows):
        result[number] = above = _unfilter(int(row[0]), row[1:], above, step)
    return result


def _unfilter(kind: int, row: np.ndarray, above: np.ndarray, step: int) -> np.ndarray:
    """Undoes one of PNG's five row filters."""
    if kind == 0:
        return row
    if kind == 2:
        return row + above
    if kind not in (1, 3, 4):
        raise ValueError(f"Invalid PNG: row filter {kind} does not exist.")
    out = [0] * len(row)
    for i, value in enumerate(row.tolist()):
        left = out[i - step] if i >= step else 0
        up = int(above[i])
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) // 2
        else:
            corner = int(above[i - step]) if i >= step else 0
            distances = (abs(up - corner), abs(left - corner), abs(left + up - 2 * corner))
            guess = (left, up, corner)[distances.index(min(distances))]
        out[i] = (value + guess) & 0xFF
    return np.array(out, np.uint8)
