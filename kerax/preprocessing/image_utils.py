"""Single images: files, arrays and Pillow's images."""

from __future__ import annotations

import io
import os
import pathlib
import warnings
from typing import Any

import jax
import numpy as np

from kerax.errors import unknown_name
from kerax.functional import image_resize
from kerax.functional.image_arguments import standardize_data_format
from kerax.functional.image_host import resize_on_host
from kerax.settings import floatx

_RESAMPLING = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_DEEP_GRAY = ("L", "I;16", "I")


def _pillow(function: str) -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise ImportError(f"{function}() needs Pillow: pip install pillow.") from None
    return Image


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    grayscale: bool = False,
) -> Any:
    """Loads an image file as an image of Pillow.

    Args:
      path: the file, or ``io.BytesIO``.
      color_mode: ``"grayscale"``, ``"rgb"`` or ``"rgba"``.
      target_size: height and width to resize to.
      interpolation: ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"lanczos"``, ``"box"`` or ``"hamming"``, all of
        Pillow.
      keep_aspect_ratio: whether the middle with the new aspect ratio is cut out first.
      grayscale: tf.keras's old name of ``color_mode="grayscale"``.

    Raises:
      ValueError: for a file that is no image, or another colour mode or interpolation.
      FileNotFoundError: if there is no such file.
      TypeError: if ``path`` is no path.
      ImportError: without Pillow.

    Example:
      >>> import os, tempfile, numpy as np, kerax
      >>> path = os.path.join(tempfile.mkdtemp(), "a.png")
      >>> kerax.utils.save_img(path, np.zeros((4, 6, 3)))
      >>> kerax.utils.load_img(path, target_size=(2, 3)).size
      (3, 2)
    """
    pillow = _pillow("load_img")
    if isinstance(path, io.BytesIO):
        file: Any = path
    elif isinstance(path, (str, bytes, os.PathLike)):
        file = io.BytesIO(pathlib.Path(os.fsdecode(path)).read_bytes())
    else:
        raise TypeError(f"path should be path-like or io.BytesIO, not {type(path)}")
    color_mode = "grayscale" if grayscale else color_mode
    if color_mode not in _MODES:
        raise ValueError('color_mode must be "grayscale", "rgb", or "rgba"')
    where = "the image" if file is path else os.fsdecode(path)
    try:
        image = pillow.open(file)
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError, pillow.DecompressionBombError) as error:
        raise ValueError(f"{where} cannot be decoded as an image: {error}") from error
    if image.mode != _MODES[color_mode] and not (color_mode == "grayscale" and image.mode in _DEEP_GRAY):
        image = image.convert(_MODES[color_mode])
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    if interpolation not in _RESAMPLING:
        raise ValueError(f"Invalid interpolation method {interpolation} specified. Supported methods are {_RESAMPLING}")
    method = getattr(pillow.Resampling, interpolation.upper())
    height, width = target_size
    box = None
    if keep_aspect_ratio:
        rows = min(image.height, image.width * height // width)
        columns = min(image.width, image.height * width // height)
        top, left = (image.height - rows) // 2, (image.width - columns) // 2
        box = (left, top, left + columns, top + rows)
    return image.resize((width, height), method, box=box)


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """Returns an image of Pillow as an array.

    Args:
      img: the image.
      data_format: where the channels shall be.
      dtype: ``kerax.config.floatx()`` by default.

    Returns:
      Array of rank 3.

    Raises:
      ValueError: for an image of another rank than 2 or 3.

    Example:
      >>> from PIL import Image
      >>> import kerax
      >>> kerax.utils.img_to_array(Image.new("L", (3, 2))).shape
      (2, 3, 1)
    """
    first = standardize_data_format(data_format) == "channels_first"
    array = np.asarray(img, dtype=dtype or floatx())
    if array.ndim == 2:
        return array[None] if first else array[..., None]
    if array.ndim != 3:
        raise ValueError(f"Unsupported image shape: {array.shape}")
    return array.transpose(2, 0, 1) if first else array


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Any:
    """Returns an array as an image of Pillow.

    Args:
      x: shape (height, width, channels), or as ``data_format`` says; 1, 3 or 4 channels.
      data_format: where the channels are.
      scale: whether the least value becomes 0 and the largest 255.
      dtype: to compute in; ``kerax.config.floatx()`` by default.

    Raises:
      ValueError: for another rank or another number of channels.
      ImportError: without Pillow.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.utils.array_to_img(np.zeros((2, 3, 1))).size
      (3, 2)
    """
    pillow = _pillow("array_to_img")
    first = standardize_data_format(data_format) == "channels_first"
    array = np.asarray(x, dtype=dtype or floatx())
    if array.ndim != 3:
        raise ValueError(f"Expected image array to have rank 3 (single image). Got array with shape: {array.shape}")
    array = array.transpose(1, 2, 0) if first else array
    if scale:
        array = array - array.min()
        top = array.max()
        array = (array / top if top != 0 else array) * 255
    if array.shape[2] in (3, 4):
        return pillow.fromarray(np.ascontiguousarray(_whole(array)))
    if array.shape[2] != 1:
        raise ValueError(f"Unsupported channel number: {array.shape[2]}")
    if array.max() > 255:  # 32-bit grey
        return pillow.fromarray(array[:, :, 0].astype(np.int32))
    return pillow.fromarray(_whole(array[:, :, 0]))


def _whole(array: np.ndarray) -> np.ndarray:
    return array.astype(np.int64).astype(np.uint8) if array.dtype.kind == "f" else array.astype(np.uint8)


def save_img(
    path: Any, x: Any, data_format: str | None = None, file_format: str | None = None, scale: bool = True, **kwargs: Any
) -> None:
    """Writes an array as an image file.

    Args:
      path: the file, or an open file.
      x: shape (height, width, channels), or as ``data_format`` says.
      data_format: where the channels are.
      file_format: ``"png"``, ``"jpeg"``, ...; by the ending of the name without it.
      scale: whether the least value becomes 0 and the largest 255.
      **kwargs: further arguments for Pillow.

    Raises:
      ValueError: for another rank or another number of channels.
      ImportError: without Pillow.

    Example:
      >>> import os, tempfile, numpy as np, kerax
      >>> path = os.path.join(tempfile.mkdtemp(), "a.png")
      >>> kerax.utils.save_img(path, np.zeros((4, 6, 3)))
      >>> os.path.exists(path)
      True
    """
    if file_format is None and isinstance(path, (str, os.PathLike)):
        file_format = pathlib.Path(path).suffix[1:].lower() or None
    if file_format and file_format.lower() == "jpg":
        file_format = "jpeg"
    image = array_to_img(x, data_format, scale)
    if image.mode == "RGBA" and file_format and file_format.lower() == "jpeg":
        warnings.warn("The JPEG format does not support RGBA images, converting to RGB.")
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)


def smart_resize(x: Any, size: Any, interpolation: str = "bilinear", data_format: str = "channels_last") -> Any:
    """Resizes images without changing their proportions: what does not fit is cut off on both sides.

    Args:
      x: one image or a batch.
      size: new height and width.
      interpolation: see ``kerax.data.image.resize``.
      data_format: where the channels are.

    Returns:
      A NumPy array for a NumPy array, else an array of JAX: float32, for ``"nearest"`` of their own dtype.

    Raises:
      ValueError: for another rank, a size that is no pair of numbers, or an unknown interpolation.

    Example:
      >>> import numpy as np, kerax
      >>> kerax.preprocessing.image.smart_resize(np.arange(24.0).reshape(4, 6, 1), (2, 2))[:, :, 0]
      array([[ 4.5,  6.5],
             [16.5, 18.5]], dtype=float32)
    """
    if not hasattr(size, "__len__") or len(size) != 2:
        raise ValueError(f"Expected `size` to be a tuple of 2 integers, but got: {size}.")
    if interpolation not in image_resize.METHODS:
        raise unknown_name("interpolation", interpolation, image_resize.METHODS)
    images = x if isinstance(x, jax.Array) else np.asarray(x)
    if images.ndim not in (3, 4):
        raise ValueError(
            "Expected an image array with shape `(height, width, channels)`, or `(batch_size, height, width, "
            f"channels)`, but got input with incorrect rank, of shape {images.shape}."
        )
    axes = (-3, -2) if data_format == "channels_last" else (-2, -1)
    (height, width), (new_height, new_width) = (images.shape[axis] for axis in axes), (int(size[0]), int(size[1]))
    rows = max(min(height, int(float(width * new_height) / new_width)), 1)
    columns = max(min(width, int(float(height * new_width) / new_height)), 1)
    index: list[Any] = [slice(None)] * images.ndim
    for axis, have, count in zip(axes, (height, width), (rows, columns)):
        begin = int((have - count) / 2)
        index[axis] = slice(begin, begin + count)
    cut = images[tuple(index)]
    if isinstance(cut, jax.Array):
        return image_resize.resize(cut, (new_height, new_width), interpolation, axes=axes)
    if data_format == "channels_first":
        cut = np.moveaxis(cut, -3, -1)
    resized = resize_on_host(cut, (new_height, new_width), interpolation)
    return np.moveaxis(resized, -1, -3) if data_format == "channels_first" else resized
