"""``tf.compat.v1.image.resize_...``: TensorFlow 1 places pixels by their corners unless told otherwise.

Sources: Keys, "Cubic convolution interpolation for digital image processing", 1981; which pixels are taken:
tensorflow/core/kernels/image/resize_bicubic_op.cc and its neighbours (2.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import integer, ints, op, tensor
from kerax.compat.tensorflow._tensor import Tensor

_TABLE = 1024  # steps in which the kernel knows the weights of cubic interpolation
_SHARP, _SMOOTH = -0.75, -0.5  # Keys's parameter: as it was, and where pixels are placed by their centres


class ResizeMethod:
    """Ways to resize."""

    BILINEAR, NEAREST_NEIGHBOR, BICUBIC, AREA = 0, 1, 2, 3


_NAMES = ("bilinear", "nearest", "bicubic", "area")


def _places(size: int, wanted: int, align: bool, half: bool) -> tuple[np.ndarray, np.float32]:
    """Where each new pixel is among the old ones, and how far apart they are."""
    scale = np.float32((size - 1) / (wanted - 1) if align and wanted > 1 else size / wanted)
    numbers = np.arange(wanted, dtype=np.float32)
    return ((numbers + np.float32(0.5)) * scale - np.float32(0.5) if half else numbers * scale), scale


def _added(size: int, places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """A matrix (new, old) of the weights at places."""
    found = np.zeros((len(places), size), np.float32)
    np.add.at(found, (np.arange(len(places))[:, None], np.clip(places, 0, size - 1)), weights)
    return found


def _cubic(size: int, at: np.ndarray, half: bool) -> np.ndarray:
    first, a = np.floor(at), _SMOOTH if half else _SHARP
    x = np.rint((at - first) * _TABLE) / _TABLE

    def far(t: np.ndarray) -> np.ndarray:
        return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a

    def near(t: np.ndarray) -> np.ndarray:
        return ((a + 2) * t - (a + 3)) * t * t + 1

    weights = np.stack([far(x + 1), near(x), near(1 - x), far(2 - x)], -1)
    places = first[:, None].astype(int) + np.arange(-1, 3)
    if half:  # pixels outside have no weight
        weights = np.where((places >= 0) & (places < size), weights, 0)
        weights = weights / weights.sum(-1, keepdims=True)
    return _added(size, places, weights)


def _area(size: int, wanted: int, scale: np.float32) -> np.ndarray:
    found = np.zeros((wanted, size), np.float32)
    for row in range(wanted):
        start, end = row * scale, (row + 1) * scale
        for place in range(int(np.floor(start)), int(np.ceil(end))):
            part = min(place + 1, end) - max(place, start)
            found[row, min(max(place, 0), size - 1)] += part / scale
    return found


def matrix(size: int, wanted: int, method: str, align: bool, half: bool) -> np.ndarray:
    """What share each old pixel has in each new one, along one axis: (new, old).

    Args:
      size, wanted: numbers of pixels.
      method: "bilinear", "nearest", "bicubic" or "area".
      align: whether the first and the last pixels stay where they are.
      half: whether pixels are placed by their centres.
    """
    at, scale = _places(size, wanted, align, half)
    if method == "area":
        return _area(size, wanted, scale)
    if method == "bicubic":
        return _cubic(size, at, half)
    if method == "nearest":
        moved = at + np.float32(0.5) if align or half else at
        return _added(size, np.floor(moved).astype(int)[:, None], np.ones((wanted, 1)))
    low, high = np.maximum(np.floor(at), 0), np.minimum(np.ceil(at), size - 1)
    share = at - np.floor(at)
    return _added(size, np.stack([low, high], -1).astype(int), np.stack([1 - share, share], -1))


def _resized(images: Any, size: Any, method: str, align: bool, half: bool) -> Tensor:
    x = tensor(images)
    height, width = ints(size, "size")
    rows, columns = x._value.shape[-3:-1]
    down, across = matrix(rows, height, method, align, half), matrix(columns, width, method, align, half)
    if method == "nearest":  # whole numbers stay exact
        found = jnp.take(jnp.take(x.array, down.argmax(1), -3), across.argmax(1), -2)
        return Tensor(found, x._label)
    pixels = x.array.astype("float32")
    return Tensor(jnp.einsum("hr,...rcd,wc->...hwd", jnp.asarray(down), pixels, jnp.asarray(across)))


def _of_method(method: str, title: str) -> Callable:
    def call(
        images: Any, size: Any, align_corners: bool = False, half_pixel_centers: bool = False, name: Any = None
    ) -> Any:
        return _resized(images, size, method, bool(align_corners), bool(half_pixel_centers))

    call.__name__ = call.__qualname__ = title
    call.__doc__ = f"Images (batch, height, width, channels) in another size, by the method {method}."
    return op(call)


def _of_area(images: Any, size: Any, align_corners: bool = False, name: Any = None) -> Any:
    """Images (batch, height, width, channels) in another size: means of what each new pixel covers."""
    return _resized(images, size, "area", bool(align_corners), False)


resize_bilinear, resize_nearest_neighbor = _of_method("bilinear", "bilinear"), _of_method("nearest", "nearest_neighbor")
resize_bicubic, resize_area = _of_method("bicubic", "bicubic"), op(_of_area)


@op
def resize_images(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
) -> Any:
    """Images in another size.

    Args:
      images: (height, width, channels), or with a batch before.
      size: height and width.
      method: one of ``ResizeMethod``, or a name of ``tf.image.ResizeMethod``.
      align_corners: whether the first and the last pixels stay where they are.
      preserve_aspect_ratio: whether the size is the largest one that fits.
      name: accepted as in TensorFlow.
    """
    x = tensor(images)
    if x._value.ndim not in (3, 4):
        raise ValueError(f"'images' must have either 3 or 4 dimensions, received shape {x.shape}.")
    rows, columns = x._value.shape[-3:-1]
    height, width = ints(size, "size")
    if preserve_aspect_ratio:
        share = min(height / rows, width / columns)
        height, width = round(rows * share), round(columns * share)
    if (height, width) == (rows, columns):
        return x
    way = method if isinstance(method, str) else _NAMES[integer(method)]
    if way not in _NAMES:
        from kerax.compat.tensorflow._image import resize

        return resize(images, (height, width), way)
    return _resized(x, (height, width), way, align_corners, False)


@op
def resize_image_with_pad(
    image: Any, target_height: Any, target_width: Any, method: Any = ResizeMethod.BILINEAR, align_corners: bool = False
) -> Any:
    """Images as large as fits into a size, with zeros around them."""
    x = tensor(image)
    rows, columns = x._value.shape[-3:-1]
    height, width = integer(target_height), integer(target_width)
    share = max(columns / width, rows / height)
    inner = int(np.floor(rows / share)), int(np.floor(columns / share))
    top, left = max(0, (height - inner[0]) // 2), max(0, (width - inner[1]) // 2)
    found = resize_images(x, inner, method, align_corners)
    edges = [(top, height - inner[0] - top), (left, width - inner[1] - left), (0, 0)]
    return Tensor(jnp.pad(found.array, [(0, 0)] * (x._value.ndim - 3) + edges))
