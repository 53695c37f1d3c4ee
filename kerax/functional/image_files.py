"""Decoding PNG, JPEG, GIF and BMP, on the host, by Pillow (``pip install pillow``).

JPEG files are decoded by simplejpeg where it is installed: faster, and to the bit as TensorFlow does.
"""

from __future__ import annotations

import functools
import importlib
import io
import re
import struct
import zlib
from typing import Any

import numpy as np

from kerax.functional.host_memory import empty
from kerax.functional.image_bmp import decode_bmp
from kerax.functional.image_gif import without_disposal
from kerax.functional.image_png import decode_deep_png

_MAGIC = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "GIF": b"GIF8", "BMP": b"BM"}
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_LARGEST = 1 << 28  # pixels; a file of a few bytes may claim to hold more
# What Pillow raises for damaged files.
_DAMAGE = (OSError, SyntaxError, EOFError, ValueError, TypeError, IndexError, KeyError, struct.error, zlib.error)
_PNG_GRAY = (9797, 19234, 3737)  # 0.299, 0.587, 0.114 of 2**15, as libpng rounds them


def image_format(contents: bytes) -> str | None:
    """Says what kind of image file bytes begin like: ``"PNG"``, ``"JPEG"``, ``"GIF"``, ``"BMP"``; None for another.

    Example:
      >>> from kerax.functional.image_files import image_format
      >>> image_format(b"GIF89a")
      'GIF'
    """
    for name, magic in _MAGIC.items():
        if contents.startswith(magic):
            return name
    return None


@functools.cache
def simplejpeg() -> Any:
    """The module simplejpeg, or None where it is not installed."""
    try:
        return importlib.import_module("simplejpeg")
    except ImportError:
        return None


def decode_image(
    contents: bytes,
    channels: int = 0,
    dtype: Any = "uint8",
    ratio: int = 1,
    frames: bool = False,
    accurate: bool = False,
) -> np.ndarray:
    """Decodes an image file.

    Args:
      contents: the bytes of the file.
      channels: 1 for grey, 3 for colours, 4 for colours and transparency, 0 for what the file holds.
      dtype: ``uint8``, ``uint16`` or a float dtype, in [0, 1].
      ratio: a JPEG may be decoded at 1/2, 1/4 or 1/8 of its size.
      frames: whether all frames of a GIF are wanted; otherwise it is the first one.
      accurate: whether a JPEG's cosine transform is exact; otherwise it is the faster one that TensorFlow takes. Pillow
        has the exact one only.

    Returns:
      Array (height, width, channels); (frames, height, width, 3) for a GIF with ``frames``.

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
    kind, dtype = image_format(contents), np.dtype(dtype)
    pixels = decode_deep_png(contents) if kind == "PNG" else None
    if kind == "BMP":
        pixels = decode_bmp(contents, channels)
    elif kind == "GIF":
        pixels = _decode_gif(contents, channels, frames)
    elif pixels is None:
        pixels = _decode(contents, kind, channels, ratio, accurate)
    elif channels and channels != pixels.shape[-1]:
        pixels = convert_channels(pixels, channels)
    if dtype == pixels.dtype:
        return pixels
    if dtype == np.uint8:
        return (pixels >> 8).astype(np.uint8)
    if dtype == np.uint16:  # PNG has both depths and its own rule between them
        return pixels.astype(np.uint16) * (257 if kind == "PNG" else 256)
    if dtype.kind != "f":
        raise ValueError(f"`dtype` must be uint8, uint16 or a float dtype, received {dtype.name}.")
    if kind == "PNG" and pixels.dtype == np.uint8:  # goes by way of 16 bits, which rounds differently
        return (pixels.astype(np.float32) * np.float32(257) * np.float32(1 / 65535)).astype(dtype)
    scale = np.float32(1 / np.iinfo(pixels.dtype).max)
    return (pixels * scale).astype(dtype, copy=False)


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise ImportError("Decoding images needs Pillow: pip install pillow.") from None
    return Image


def _refused(contents: bytes, kind: str | None, error: object) -> ValueError:
    said = f"Invalid {kind}" if kind else "Unknown image file format. One of JPEG, PNG, GIF, BMP required"
    reason = re.sub(r" <\S+ object at \w+>", "", str(error))  # not a file of the user's
    return ValueError(f"{said}: the {len(contents)} bytes cannot be decoded ({reason}).")


def _opened(contents: bytes) -> Any:
    pillow = _pillow()
    try:
        image = pillow.open(io.BytesIO(contents), formats=("PNG", "JPEG", "GIF"))
    except pillow.DecompressionBombError as error:
        raise ValueError(f"{error}") from error
    if image.width * image.height > _LARGEST:
        raise ValueError(f"The image claims {image.width} x {image.height} pixels, more than {_LARGEST}.")
    return image


def _decode(contents: bytes, kind: str | None, channels: int, ratio: int, accurate: bool) -> np.ndarray:
    if kind == "JPEG" and ratio == 1 and simplejpeg() is not None:
        pixels = _decode_fast(contents, channels, accurate)
        if pixels is not None:
            return pixels
    if kind == "JPEG" and channels == 4:
        raise ValueError("`channels` must be 0, 1 or 3 for a JPEG but got 4.")
    try:
        image = _opened(contents)
        if ratio > 1:
            image.draft(None, (max(image.width // ratio, 1), max(image.height // ratio, 1)))
        if image.mode in ("P", "1", "I", "I;16", "CMYK", "PA"):
            image = image.convert("RGBA" if "transparency" in image.info else "RGB" if image.mode != "1" else "L")
        if channels and image.mode != _MODES[channels]:
            if image.format == "JPEG" and channels == 1:  # the brightness in the file, not of its colours
                image.draft("L", image.size)
            if kind == "PNG" and channels == 1 and image.mode in ("RGB", "RGBA"):
                colors = np.asarray(image, np.int64)[..., :3]
                return (colors @ np.array(_PNG_GRAY) >> 15).astype(np.uint8)[..., None]
            image = image.convert(_MODES[channels])
        pixels = np.asarray(image)
    except _DAMAGE as error:
        raise _refused(contents, kind, error) from error
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _decode_fast(contents: bytes, channels: int, accurate: bool) -> np.ndarray | None:
    """The pixels of an ordinary JPEG, to the bit those of TensorFlow; None for one that is damaged or enormous."""
    size = jpeg_shape(contents)
    if size is None or size[2] not in (1, 3) or channels not in (0, 1, 3) or size[0] * size[1] > _LARGEST:
        return None
    space, depth = ("GRAY", 1) if (channels or size[2]) == 1 else ("RGB", 3)
    out = empty((*size[:2], depth), np.uint8)
    try:
        pixels = simplejpeg().decode_jpeg(contents, space, fastdct=not accurate, strict=True, buffer=out)
    except (ValueError, RuntimeError):  # the other decoder says what is wrong with it
        return None
    return pixels if pixels.shape[:2] == size[:2] else None


def jpeg_shape(contents: bytes) -> tuple[int, int, int] | None:
    """Height, width and channels that a JPEG file declares; None if it declares none.

    Reference: ITU-T T.81, B.2.2.

    Example:
      >>> from kerax.functional.image_files import jpeg_shape
      >>> jpeg_shape(b"no image") is None
      True
    """
    place = 2
    while place + 9 < len(contents) and contents[place] == 0xFF:
        marker = contents[place + 1]
        if marker == 0xFF:  # fill
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width, channels = struct.unpack(">HHB", contents[place + 5 : place + 10])
            return height, width, channels
        elif marker in (0x01, *range(0xD0, 0xD8)):
            place += 2
        elif marker in (0xD9, 0xDA):
            return None
        else:
            place += 2 + struct.unpack(">H", contents[place + 2 : place + 4])[0]
    return None


def _decode_gif(contents: bytes, channels: int, every: bool) -> np.ndarray:
    if channels not in (0, 3):
        raise ValueError(f"`channels` must be 0 or 3 for a GIF but got {channels}.")
    try:
        image, found = _opened(without_disposal(contents)), []
        while True:
            frame = np.asarray(image.convert("RGBA"))
            # What no frame has covered is black.
            found.append(np.where(frame[..., 3:] == 0, 0, frame[..., :3]).astype(np.uint8))
            if not every or len(found) * image.width * image.height > _LARGEST:
                break
            try:
                image.seek(len(found))
            except EOFError:
                break
    except _DAMAGE as error:
        raise _refused(contents, "GIF", error) from error
    return np.stack(found) if every else found[0]


def convert_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Returns pixels with another number of channels, by libpng's rules.

    Args:
      pixels: uint8 or uint16, 1 to 4 channels last.
      channels: 1, 3 or 4.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.image_files import convert_channels
      >>> convert_channels(np.full((1, 1, 1), 7, "uint8"), 4)[0, 0]
      array([  7,   7,   7, 255], dtype=uint8)
    """
    have = pixels.shape[-1]
    top = np.iinfo(pixels.dtype).max
    colors, alpha = (
        (pixels[..., :-1], pixels[..., -1:]) if have in (2, 4) else (pixels, np.full_like(pixels[..., :1], top))
    )
    if channels == 1:
        if colors.shape[-1] == 1:
            return colors
        weighted = colors.astype(np.int64) @ np.array(_PNG_GRAY)  # 16 bits are rounded, 8 bits cut off
        return (weighted + (1 << 14) >> 15)[..., None].astype(pixels.dtype)
    colors = np.repeat(colors, 3, axis=-1) if colors.shape[-1] == 1 else colors
    return np.concatenate([colors, alpha], axis=-1) if channels == 4 else colors


def is_jpeg(contents: bytes) -> bool:
    """Whether bytes begin like a JPEG file.

    Example:
      >>> from kerax.functional.image_files import is_jpeg
      >>> is_jpeg(b"GIF89a")
      False
    """
    return contents.startswith(_MAGIC["JPEG"])


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
