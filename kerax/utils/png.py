"""PNG files, written without an image library.

Source: W3C, "Portable Network Graphics (PNG) Specification", third edition.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> grey, grey and alpha, colour, colour and alpha
_NO_FILTER = b"\x00"


def encode_png(image: np.ndarray, level: int = -1) -> bytes:
    """Returns an image as the bytes of a PNG file.

    Args:
      image: ``[height, width]`` or ``[height, width, channels]``, one to four channels, uint8 or uint16.
      level: of compression, 0 to 9; zlib's default without it.

    Raises:
      ValueError: for another shape or type.

    Example:
      >>> import numpy as np
      >>> from kerax.utils.png import encode_png
      >>> encode_png(np.zeros((2, 3, 3), np.uint8))[1:4]
      b'PNG'
    """
    image = np.asarray(image)
    image = image[..., None] if image.ndim == 2 else image
    if image.ndim != 3 or image.shape[2] not in _COLOUR_TYPES or 0 in image.shape:
        raise ValueError(
            f"A PNG image is [height, width] or [height, width, 1 to 4 channels], received shape {image.shape}."
        )
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"A PNG image holds uint8 or uint16, received {image.dtype}.")
    height, width, channels = image.shape
    rows = image.astype(image.dtype.newbyteorder(">"), copy=False)
    data = b"".join(_NO_FILTER + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8 * image.dtype.itemsize, _COLOUR_TYPES[channels], 0, 0, 0)
    return b"".join(
        (_SIGNATURE, _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(data, level)), _chunk(b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
