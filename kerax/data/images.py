"""Image and sound files as arrays and back, for use in ``map``: names of tf.io and tf.audio."""

from __future__ import annotations

import io
import os
from typing import Any, NamedTuple

import numpy as np

from kerax.data.convert import dtype_name, numpy_dtype
from kerax.data.recent_files import naming_file
from kerax.functional import image_files, wav_files
from kerax.utils import png

_DCT = ("", "INTEGER_FAST", "INTEGER_ACCURATE")
_JPEG_FORMATS = {"": 0, "default": 0, "grayscale": 1, "rgb": 3}


class DecodeWav(NamedTuple):
    """Sound: float32 samples (samples, channels) in [-1, 1), and how many there are in a second."""

    audio: np.ndarray
    sample_rate: np.int32


def _contents(value: Any, function: str) -> bytes:
    value = value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, (bytes, bytearray, memoryview)):
        kind = f"shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
        raise TypeError(f"{function}() takes the bytes of one file (see read_file), received {kind}.")
    return bytes(value)


def _decode(
    contents: Any, function: str, channels: int, dtype: Any = "uint8", ratio: int = 1, accurate: bool = False
) -> np.ndarray:
    data = _contents(contents, function)
    kind = image_files.image_format(data)
    if kind == "BMP":
        raise ValueError(f"{function}() does not read BMP files; use decode_bmp() or decode_image().")
    if kind == "GIF":
        frames = image_files.decode_image(data, channels, dtype, frames=True)
        if len(frames) > 1:
            raise ValueError(f"{function}() got {len(frames)} frames; use decode_gif() or decode_image() for them.")
        return frames[0]
    name = "uint8" if dtype == "uint8" else dtype_name(dtype)
    return image_files.decode_image(data, channels, name, ratio, accurate=accurate)


@naming_file
def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = "uint8",
    name: str | None = None,
    expand_animations: bool = True,
) -> np.ndarray:
    """Decodes a PNG, JPEG, GIF or BMP file.

    Args:
      contents: the bytes of the file.
      channels: 1 for grey, 3 for colours, 4 for colours and transparency, 0 or ``None`` for what the file holds.
      dtype: ``uint8``, ``uint16``, or a float dtype, which gives numbers in [0, 1].
      name: kept for compatibility.
      expand_animations: whether a GIF has a dimension for its frames; otherwise it is the first one.

    Returns:
      Array (height, width, channels); (frames, height, width, 3) for a GIF.

    Raises:
      ValueError: for bytes that are no such file, or damaged.
      ImportError: without Pillow (``pip install pillow``).

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> io.decode_image(io.encode_png(np.zeros((2, 3, 1), "uint8"))).shape
      (2, 3, 1)
    """
    data = _contents(contents, "decode_image")
    return image_files.decode_image(data, channels or 0, numpy_dtype(dtype_name(dtype)), frames=expand_animations)


@naming_file
def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> np.ndarray:
    """Decodes a JPEG file (and PNG and GIF files of one frame, as TensorFlow does).

    Args:
      contents: the bytes of the file.
      channels: 1 for grey, 3 for colours, 0 for what the file holds.
      ratio: 2, 4 or 8 to decode at a half, a quarter or an eighth of the size.
      fancy_upscaling: kept for compatibility.
      try_recover_truncated: kept for compatibility; a cut file is an error.
      acceptable_fraction: kept for compatibility.
      dct_method: ``"INTEGER_ACCURATE"`` or ``"INTEGER_FAST"``, the default. Without simplejpeg it is always the first.
      name: kept for compatibility.

    Returns:
      uint8 array (height, width, channels).

    Raises:
      ValueError: for bytes that are no such file, or damaged, or a wrong ``ratio``.
      ImportError: without Pillow (``pip install pillow``).

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> io.decode_jpeg(io.encode_jpeg(np.zeros((8, 16, 3), "uint8")), ratio=2).shape
      (4, 8, 3)
    """
    if ratio not in (1, 2, 4, 8):
        raise ValueError(f"`ratio` must be 1, 2, 4 or 8, received {ratio}.")
    if dct_method not in _DCT:
        raise ValueError(f"`dct_method` must be one of {_DCT}, received {dct_method!r}.")
    return _decode(contents, "decode_jpeg", channels, ratio=ratio, accurate=dct_method == "INTEGER_ACCURATE")


@naming_file
def decode_png(contents: Any, channels: int = 0, dtype: Any = "uint8", name: str | None = None) -> np.ndarray:
    """Decodes a PNG file (and JPEG and GIF files of one frame, as TensorFlow does).

    Args:
      contents: the bytes of the file.
      channels: 1, 3 or 4; 0 for what the file holds.
      dtype: ``uint8`` or ``uint16``.
      name: kept for compatibility.

    Returns:
      Array (height, width, channels).

    Raises:
      ValueError: for bytes that are no such file, or damaged, or another dtype.
      ImportError: without Pillow (``pip install pillow``).

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> io.decode_png(io.encode_png(np.full((1, 1, 1), 7, "uint8")), channels=3)[0, 0]
      array([7, 7, 7], dtype=uint8)
    """
    if dtype_name(dtype) not in ("uint8", "uint16"):
        raise ValueError(f"decode_png(dtype=...) must be uint8 or uint16, received {dtype_name(dtype)}.")
    return _decode(contents, "decode_png", channels, dtype)


@naming_file
def decode_gif(contents: Any, name: str | None = None) -> np.ndarray:
    """Decodes all frames of a GIF file.

    Args:
      contents: the bytes of the file; a PNG or JPEG file counts as one frame.
      name: kept for compatibility.

    Returns:
      uint8 array (frames, height, width, 3).

    Raises:
      ValueError: for bytes that are no such file, or damaged.
      ImportError: without Pillow (``pip install pillow``).

    Example:
      >>> import io, numpy as np
      >>> import kerax.data
      >>> from PIL import Image
      >>> file = io.BytesIO(); Image.new("P", (3, 2)).save(file, "GIF")
      >>> kerax.data.io.decode_gif(file.getvalue()).shape
      (1, 2, 3, 3)
    """
    data = _contents(contents, "decode_gif")
    if image_files.image_format(data) == "GIF":
        return image_files.decode_image(data, frames=True)
    return _decode(data, "decode_gif", 3)[None]


@naming_file
def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> np.ndarray:
    """Decodes a BMP file of 8, 24 or 32 bits a pixel.

    Args:
      contents: the bytes of the file.
      channels: 1, 3 or 4; 0 for what the file holds. Grey can become colours, but not the other way round.
      name: kept for compatibility.

    Returns:
      uint8 array (height, width, channels).

    Raises:
      ValueError: for bytes that are no such file, or damaged.

    Example:
      >>> import io
      >>> import kerax.data
      >>> from PIL import Image
      >>> file = io.BytesIO(); Image.new("RGB", (3, 2), (1, 2, 3)).save(file, "BMP")
      >>> kerax.data.io.decode_bmp(file.getvalue())[0, 0]
      array([1, 2, 3], dtype=uint8)
    """
    data = _contents(contents, "decode_bmp")
    kind = image_files.image_format(data)
    if kind not in ("BMP", None):
        raise ValueError(f"decode_bmp() does not read {kind} files; use decode_image().")
    return image_files.decode_image(data, channels) if kind else image_files.decode_bmp(data, channels)


@naming_file
def decode_and_crop_jpeg(
    contents: Any,
    crop_window: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> np.ndarray:
    """Decodes a JPEG file and keeps a window of it.

    Args:
      contents: the bytes of the file.
      crop_window: top, left, height and width of the window.
      channels: 1 for grey, 3 for colours, 0 for what the file holds.
      ratio: as for ``decode_jpeg``, like the others; the window is one of the smaller picture.
      fancy_upscaling: kept for compatibility.
      try_recover_truncated: kept for compatibility; a cut file is an error.
      acceptable_fraction: kept for compatibility.
      dct_method: as for ``decode_jpeg``.
      name: kept for compatibility.

    Raises:
      ValueError: if the window is not inside the image, and as ``decode_jpeg``.

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> io.decode_and_crop_jpeg(io.encode_jpeg(np.zeros((8, 16, 3), "uint8")), [1, 2, 3, 4]).shape
      (3, 4, 3)
    """
    image = decode_jpeg(contents, channels, ratio, dct_method=dct_method)
    top, left, height, width = (int(value) for value in crop_window)
    if min(top, left) < 0 or min(height, width) <= 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError(
            f"Invalid crop window {[top, left, height, width]} for an image of {image.shape[0]} x {image.shape[1]}."
        )
    return image[top : top + height, left : left + width]


@naming_file
def extract_jpeg_shape(contents: Any, output_type: Any = "int32", name: str | None = None) -> np.ndarray:
    """Returns height, width and channels of a JPEG file, without decoding it.

    Raises:
      ValueError: for bytes that are no JPEG file.

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> io.extract_jpeg_shape(io.encode_jpeg(np.zeros((8, 16, 3), "uint8")))
      array([ 8, 16,  3], dtype=int32)
    """
    data = _contents(contents, "extract_jpeg_shape")
    shape = image_files.jpeg_shape(data) if image_files.is_jpeg(data) else None
    if shape is None:
        raise ValueError(f"Invalid JPEG: the {len(data)} bytes declare no size.")
    return np.array(shape, numpy_dtype(dtype_name(output_type)))


def is_jpeg(contents: Any, name: str | None = None) -> np.bool_:
    """Says whether bytes begin like a JPEG file.

    Example:
      >>> from kerax.data import io
      >>> io.is_jpeg(b"GIF89a")
      np.False_
    """
    return np.bool_(image_files.is_jpeg(_contents(contents, "is_jpeg")))


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> bytes:
    """Returns an image as the bytes of a PNG file.

    Args:
      image: uint8 or uint16, shape (height, width, 1 to 4).
      compression: 0 to 9; zlib's default without it.
      name: kept for compatibility.

    Raises:
      ValueError: for another shape or dtype.

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> io.decode_png(io.encode_png(np.array([[[5]], [[6]]], "uint8"))).tolist()
      [[[5]], [[6]]]
    """
    array = np.asarray(image)
    if array.ndim != 3:
        raise ValueError(f"encode_png() takes an image of shape (height, width, channels), received {array.shape}.")
    return png.encode_png(array, compression)


def encode_jpeg(
    image: Any,
    format: str = "",
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str = "",
    name: str | None = None,
) -> bytes:
    r"""Returns an image as the bytes of a JPEG file.

    Args:
      image: uint8, shape (height, width, 1 or 3).
      format: ``"grayscale"`` or ``"rgb"``, which must be what the image is, or ``""``.
      quality: 0 to 100.
      progressive: whether a viewer may show a coarse picture first.
      optimize_size: whether to look for a smaller file.
      chroma_downsampling: whether colours are stored at half the size.
      density_unit: ``"in"`` or ``"cm"``.
      x_density: pixels per unit.
      y_density: pixels per unit.
      xmp_metadata: a text to store.
      name: kept for compatibility.

    Raises:
      ValueError: for another shape, dtype, format or quality.
      ImportError: without Pillow (``pip install pillow``).

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> io.encode_jpeg(np.zeros((2, 3, 3), "uint8"))[:3]
      b'\xff\xd8\xff'
    """
    array = np.asarray(image)
    if array.ndim != 3 or array.shape[-1] not in (1, 3) or 0 in array.shape or array.dtype != np.uint8:
        raise ValueError(
            f"encode_jpeg() takes a uint8 image of shape (height, width, 1 or 3), received {array.dtype} of shape "
            f"{array.shape}."
        )
    if format not in _JPEG_FORMATS or _JPEG_FORMATS[format] not in (0, array.shape[-1]):
        raise ValueError(f"encode_jpeg(format={format!r}) does not fit an image with {array.shape[-1]} channels.")
    if not 0 <= quality <= 100:
        raise ValueError(f"encode_jpeg(quality=...) must lie between 0 and 100, received {quality}.")
    try:
        from PIL import Image
    except ImportError:
        raise ImportError("Encoding JPEG files needs Pillow: pip install pillow.") from None
    per_inch = 2.54 if density_unit == "cm" else 1.0
    options: dict[str, Any] = {"xmp": xmp_metadata.encode()} if xmp_metadata else {}
    file = io.BytesIO()
    Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(
        file,
        "JPEG",
        quality=quality,
        progressive=progressive,
        optimize=optimize_size,
        subsampling=2 if chroma_downsampling else 0,
        dpi=(x_density * per_inch, y_density * per_inch),
        **options,
    )
    return file.getvalue()


@naming_file
def decode_wav(
    contents: Any, desired_channels: int = -1, desired_samples: int = -1, name: str | None = None
) -> DecodeWav:
    """Decodes a WAV file.

    Args:
      contents: the bytes of the file: PCM of 8 to 32 bits, or floats.
      desired_channels: how many channels to return, -1 for those in the file. Of more the first are kept, of fewer the
        last is repeated.
      desired_samples: to how many samples to cut, or to fill up with zeros; -1 for all.
      name: kept for compatibility.

    Returns:
      ``audio``, a float32 array (samples, channels) in [-1, 1), and ``sample_rate``, the samples per second.

    Raises:
      ValueError: for bytes that are no such file, or cut.

    Example:
      >>> import numpy as np
      >>> from kerax.data import io
      >>> audio, rate = io.decode_wav(io.encode_wav(np.zeros((4, 1), "float32"), 8000), desired_samples=6)
      >>> audio.shape, int(rate)
      ((6, 1), 8000)
    """
    data = _contents(contents, "decode_wav")
    return DecodeWav(*wav_files.decode_wav(data, int(desired_channels), int(desired_samples)))


def encode_wav(audio: Any, sample_rate: int, name: str | None = None) -> bytes:
    """Returns sound as the bytes of a WAV file with 16 bits.

    Args:
      audio: floats in [-1, 1], shape (samples, channels); what lies outside is cut off.
      sample_rate: samples per second.
      name: kept for compatibility.

    Raises:
      ValueError: for another shape.

    Example:
      >>> from kerax.data import io
      >>> io.encode_wav([[0.0], [0.5]], 8000)[:4]
      b'RIFF'
    """
    return wav_files.encode_wav(np.asarray(audio, np.float32), int(sample_rate))


def load_image(path: str | os.PathLike, channels: int) -> np.ndarray:
    """Reads and decodes an image file; what is wrong with it is said with its name.

    Args:
      path: the file.
      channels: 1, 3 or 4; every kind of file is converted to them.

    Raises:
      ValueError: if it cannot be decoded.
      FileNotFoundError: if there is none.

    Example:
      >>> import os, tempfile, numpy as np
      >>> from kerax.data import io
      >>> from kerax.data.images import load_image
      >>> path = os.path.join(tempfile.mkdtemp(), "a.png")
      >>> io.write_file(path, io.encode_png(np.zeros((2, 3, 1), "uint8")))
      >>> load_image(path, 3).shape
      (2, 3, 3)
    """
    with open(path, "rb") as file:
        contents = file.read()
    kind = image_files.image_format(contents)
    direct = kind == "PNG" or channels == 3 or (kind == "JPEG" and channels == 1)
    try:
        image = image_files.decode_image(contents, channels if direct else 0)
        return image if image.shape[-1] == channels else image_files.convert_channels(image, channels)
    except ValueError as error:
        raise ValueError(f"{os.fsdecode(path)}: {error}") from error
