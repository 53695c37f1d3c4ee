"""BMP files without compression, read without an image library.

Reference: Microsoft, "BITMAPINFOHEADER structure". As in TensorFlow's decoder the bytes of a pixel are its channels,
so that a file with a palette gives the numbers of its entries.
"""

from __future__ import annotations

import struct

import numpy as np

_HEADER = 30  # bytes up to the number of bits of a pixel
_LARGEST = 1 << 28  # pixels


def decode_bmp(contents: bytes, channels: int = 0) -> np.ndarray:
    """Decodes a BMP file.

    Args:
      contents: the bytes of the file.
      channels: 1, 3 or 4; 0 for what the file holds. Grey can become colours, but not the other way round.

    Returns:
      uint8 array (height, width, channels).

    Raises:
      ValueError: for another number of channels, a damaged file, or one that is compressed.

    Example:
      >>> from kerax.functional.image_bmp import decode_bmp
      >>> decode_bmp(b"BM")
      Traceback (most recent call last):
      ...
      ValueError: Invalid BMP: the 2 bytes end inside the header.
    """
    if len(contents) < _HEADER or contents[:2] != b"BM":
        raise ValueError(f"Invalid BMP: the {len(contents)} bytes end inside the header.")
    start, _, width, height, _, bits = struct.unpack("<IIiiHH", contents[10:_HEADER])
    have = bits // 8
    if bits not in (8, 24, 32):
        raise ValueError(
            f"Invalid BMP: it has {bits} bits a pixel; number of channels inherent in the image must be 1, 3 or 4."
        )
    if channels == 1 and have > 1:
        raise ValueError(f"`channels` {channels} does not match the {have} channels of the BMP file.")
    rows = abs(height)
    step = (have * width + 3) // 4 * 4  # rows are filled up to four bytes
    if width <= 0 or rows == 0 or width * rows > _LARGEST or start + rows * step > len(contents):
        raise ValueError(
            f"Invalid BMP: {width} x {rows} pixels of {bits} bits from byte {start} are not in {len(contents)} bytes."
        )
    lines = np.frombuffer(contents, np.uint8, rows * step, start).reshape(rows, step)[:, : have * width]
    pixels = lines.reshape(rows, width, have)[:: -1 if height > 0 else 1]
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[have]  # stored as blue, green, red
    pixels = pixels[..., order]
    if have == 1 and channels > 1:
        pixels = np.repeat(pixels, 3, axis=-1)
    if channels == 4 and have < 4:
        return np.concatenate([pixels, np.full_like(pixels[..., :1], 255)], axis=-1)
    return np.ascontiguousarray(pixels[..., : channels or have])
