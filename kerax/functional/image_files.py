"""Decoding PNG, JPEG, GIF and BMP, on the host, by Pillow (``pip install pillow``)."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_LARGEST = 1 << 28  # pixels; a file of a few bytes may claim to hold more
_PNG_GRAY = (9798, 19234, 3736)  # 0.299, 0.587, 0.114 of 2**15, as libpng weighs and then cuts off
_COLORS = {0: 1, 2: 3, 4: 2, 6: 4}  # PNG's colour types without a palette, and their channels


def decode_image(contents: bytes, channels: int = 0, dtype: Any = "uint8", ratio: int = 1) -> np.ndarray:
    """Decodes an image file.

    Args:
      contents: the bytes of the file.
      channels: 1 for grey, 3 for colours, 4 for colours and transparency, 0 for what the file holds.
      dtype: ``uint8``, ``uint16`` or a float dtype, in [0, 1].
      ratio: a JPEG may be decoded at 1/2, 1/4 or 1/8 of its size.

    Returns:
      Array (height, width, channels).

    Raises:
      ValueError: for another number of channels, no image, or a damaged one.
      ImportError: without Pillow.

    Example:
      >>> import io, numpy as np
      >>> from PIL import Image
      >>> from kerax.functional.image_files import decode_image
      >>> file = io.BytesIO(); Image.new("L", (3, 2)).save(file, "PNG")
      >>> decode_image(file.getvalue()).shape
      (2, 3, 1)
    """
    if channels not in (0, 1, 3, 4):
        raise ValueError(f"`channels` must be 0, 1, 3 or 4 but got {channels}.")
    if not contents:
        raise ValueError("The image file is empty: it has 0 bytes.")
    dtype = np.dtype(dtype)
    pixels = _decode_deep_png(contents) if contents.startswith(_PNG) else None
    if pixels is None:
        pixels = _decode(contents, channels, ratio)
    elif channels and channels != pixels.shape[-1]:
        pixels = _rechannel(pixels, channels)
    if dtype == pixels.dtype:
        return pixels
    if dtype == np.uint8:
        return (pixels >> 8).astype(np.uint8)
    if dtype == np.uint16:
        return pixels.astype(np.uint16) * 257
    return (pixels / np.iinfo(pixels.dtype).max).astype(dtype)


def _decode(contents: bytes, channels: int, ratio: int) -> np.ndarray:
    try:
        from PIL import Image
    except ImportError:
        raise ImportError("Decoding images needs Pillow: pip install pillow.") from None
    try:
        image: Any = Image.open(io.BytesIO(contents), formats=("PNG", "JPEG", "GIF", "BMP"))
        if image.width * image.height > _LARGEST:
            raise ValueError(f"The image claims {image.width} x {image.height} pixels, more than {_LARGEST}.")
        if ratio > 1:
            image.draft(None, (max(image.width // ratio, 1), max(image.height // ratio, 1)))
        if image.mode in ("P", "1", "I", "I;16", "CMYK", "PA"):
            image = image.convert("RGBA" if "transparency" in image.info else "RGB" if image.mode != "1" else "L")
        if channels and image.mode != _MODES[channels]:
            if image.format == "JPEG" and channels == 1:  # the brightness in the file, not of its colours
                image.draft("L", image.size)
            if image.format == "PNG" and channels == 1 and image.mode == "RGB":
                return (np.asarray(image, np.int64) @ np.array(_PNG_GRAY) >> 15).astype(np.uint8)[..., None]
            image = image.convert(_MODES[channels])
        pixels = np.asarray(image)
    except (OSError, SyntaxError, struct.error, zlib.error, Image.DecompressionBombError) as error:
        kind = "PNG" if contents.startswith(_PNG) else "JPEG" if contents.startswith(_JPEG) else None
        said = f"Invalid {kind}" if kind else "Unknown image file format. One of JPEG, PNG, GIF, BMP required"
        raise ValueError(f"{said}: the {len(contents)} bytes cannot be decoded ({error}).") from error
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _rechannel(pixels: np.ndarray, channels: int) -> np.ndarray:
    have = pixels.shape[-1]
    top = np.iinfo(pixels.dtype).max
    colors, alpha = (
        (pixels[..., :-1], pixels[..., -1:]) if have in (2, 4) else (pixels, np.full_like(pixels[..., :1], top))
    )
    if channels == 1:
        weights = np.array([0.299, 0.587, 0.114])
        gray = colors if colors.shape[-1] == 1 else np.rint(colors @ weights)[..., None].astype(pixels.dtype)
        return gray
    colors = np.repeat(colors, 3, axis=-1) if colors.shape[-1] == 1 else colors
    return np.concatenate([colors, alpha], axis=-1) if channels == 4 else colors


def _decode_deep_png(contents: bytes) -> np.ndarray | None:
    """The pixels of a PNG with 16 bits a channel, which Pillow reads as 8; None for any other.

    Reference: ISO/IEC 15948:2004, sections 7 and 9. Interlaced files are left to Pillow.
    """
    if len(contents) < 33 or contents[12:16] != b"IHDR":
        return None
    width, height, bits, color, _, _, interlaced = struct.unpack(">IIBBBBB", contents[16:29])
    if bits != 16 or color not in _COLORS or interlaced:
        return None
    channels = _COLORS[color]
    if width * height > _LARGEST:
        raise ValueError(f"The image claims {width} x {height} pixels, more than {_LARGEST}.")
    data, place = [], 8
    while place + 12 <= len(contents):
        size, kind = struct.unpack(">I4s", contents[place : place + 8])
        if kind == b"IDAT":
            data.append(contents[place + 8 : place + 8 + size])
        place += size + 12
    row_bytes, step = width * channels * 2, channels * 2
    try:
        raw = zlib.decompressobj().decompress(b"".join(data), height * (row_bytes + 1))
    except zlib.error as error:
        raise ValueError(f"Invalid PNG: the {len(contents)} bytes cannot be decoded ({error}).") from error
    if len(raw) != height * (row_bytes + 1):
        raise ValueError("Invalid PNG: the file ends before its last row.")
    rows = np.frombuffer(raw, np.uint8).reshape(height, row_bytes + 1)
    result, above = np.zeros((height, row_bytes), np.uint8), np.zeros(row_bytes, np.uint8)
    for number, row in enumerate(rows):
        result[number] = above = _unfilter(int(row[0]), row[1:], above, step)
    return result.reshape(height, width, channels, 2).view(">u2")[..., 0].astype(np.uint16)


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


def is_jpeg(contents: bytes) -> bool:
    """Whether bytes begin like a JPEG file.

    Example:
      >>> from kerax.functional.image_files import is_jpeg
      >>> is_jpeg(b"GIF89a")
      False
    """
    return contents.startswith(_JPEG)


def adjust_jpeg_quality(image: np.ndarray, quality: int) -> np.ndarray:
    """What is left of an image after it was written as JPEG.

    Args:
      image: uint8 or float array (height, width, 1 or 3).
      quality: 0 to 100.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.image_files import adjust_jpeg_quality
      >>> adjust_jpeg_quality(np.zeros((8, 8, 3), "uint8"), 60).max()
      np.uint8(0)
    """
    from PIL import Image

    array = np.asarray(image)
    whole = array if array.dtype == np.uint8 else np.clip(np.floor(array * 255.5), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(whole[..., 0] if whole.shape[-1] == 1 else whole).save(file, "JPEG", quality=quality)
    decoded = decode_image(file.getvalue(), whole.shape[-1])
    return decoded if array.dtype == np.uint8 else (decoded / 255.0).astype(array.dtype)
