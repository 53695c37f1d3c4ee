"""Resizing images on the host: the numbers of ``image_resize.resize``, by NumPy, for pipelines in which every image has
another size (a compiled program would be needed for each).
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
from typing import Any

import numpy as np

from kerax.functional.host_memory import empty
from kerax.functional.image_resize import BLURRING, resize_weights

_CACHED = 256  # pairs of sizes whose weights are kept
_LARGEST_SCRATCH = 1 << 22  # numbers that a thread keeps memory for


@functools.cache
def opencv() -> Any:
    """The module cv2, which resizes several times faster than NumPy; or None where it is not installed.

    Its threads gain nothing for pictures of a training set, but spin between two of them: on an idle machine that took
    as long as the work itself. So a cv2 that nobody else has imported computes on the thread that calls it.
    """
    used_by_others = "cv2" in sys.modules
    try:
        cv2 = importlib.import_module("cv2")
    except ImportError:
        return None
    if not used_by_others:
        cv2.setNumThreads(1)
    return cv2


@functools.lru_cache(_CACHED)
def _neighbours(size: int, new_size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every output pixel the two input pixels it lies between, and how far it is towards the second."""
    scale = np.float32(size) / np.float32(new_size)
    centres = (np.arange(new_size, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    below = np.floor(centres)
    first = np.clip(below, 0, size - 1).astype(np.intp)
    second = np.clip(below + 1, 0, size - 1).astype(np.intp)
    return first, second, (centres - below).astype(np.float32)


@functools.lru_cache(_CACHED)
def _matrix(size: int, new_size: int, method: str, antialias: bool) -> np.ndarray:
    return np.ascontiguousarray(resize_weights(size, new_size, method, antialias, table=_table(method, antialias)).T)


def _table(method: str, antialias: bool) -> bool:
    return method == "bicubic" and not antialias


def resize_on_host(image: np.ndarray, size: tuple[int, int], method: str = "bilinear", antialias: bool = False) -> Any:
    """Resizes one image or a batch of images of one size.

    Args:
      image: shape (..., height, width, channels).
      size: new height and width.
      method: one of ``image_resize.METHODS``.
      antialias: whether the kernel widens when the image shrinks.

    Returns:
      float32 array; for ``"nearest"`` of the image's own dtype.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.image_host import resize_on_host
      >>> resize_on_host(np.array([[[0], [4]]], "uint8"), (1, 4))[0, :, 0]
      array([0., 1., 3., 4.], dtype=float32)
    """
    height, width = image.shape[-3:-1]
    if method == "nearest":
        rows, columns = (_chosen(old, new) for old, new in zip((height, width), size))
        return image.take(rows, -3).take(columns, -2)
    if method == "bilinear" and not (antialias and (size[0] < height or size[1] < width)):
        return _bilinear(image, size)
    out = _floats(image)
    blurs = method in BLURRING
    if blurs or size[0] != height:  # rows lie last but two: a product with the pixels of a row as one vector
        flat = out.reshape(*out.shape[:-2], -1)
        out = np.matmul(_matrix(height, size[0], method, antialias), flat).reshape(
            *out.shape[:-3], size[0], *out.shape[-2:]
        )
    if blurs or size[1] != width:
        out = np.matmul(_matrix(width, size[1], method, antialias), out)
    return out


def _floats(image: np.ndarray) -> np.ndarray:
    if image.dtype == np.float32:
        return image
    out = empty(image.shape, np.float32)
    np.copyto(out, image, casting="unsafe")
    return out


class _Scratch(threading.local):
    """Memory of each thread for what only one call needs: it stays in the processor's cache from call to call."""

    def __init__(self) -> None:
        self._memory = np.empty(0, np.float32)

    def floats(self, image: np.ndarray) -> np.ndarray:
        """The numbers of an image as float32, valid until the next call on this thread."""
        if image.dtype == np.float32 or image.size > _LARGEST_SCRATCH:
            return _floats(image)
        if image.size > self._memory.size:
            self._memory = np.empty(image.size, np.float32)
        out = self._memory[: image.size].reshape(image.shape)
        np.copyto(out, image, casting="unsafe")
        return out


_scratch = _Scratch()


def _chosen(size: int, new_size: int) -> np.ndarray:
    step = np.float32(size) / np.float32(new_size)
    rows = np.floor((np.arange(new_size, dtype=np.float32) + np.float32(0.5)) * step).astype(np.intp)
    return np.minimum(rows, size - 1)


def _bilinear(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    cv2 = opencv()
    if image.shape[-3:-1] == size:
        return _floats(image)
    if cv2 is not None and image.ndim == 3 and image.shape[2] in (1, 3, 4):
        out = empty((*size, image.shape[2]), np.float32)
        resized = cv2.resize(_scratch.floats(image), size[::-1], out, interpolation=cv2.INTER_LINEAR)
        return resized.reshape(out.shape)
    image = _floats(image)
    *batch, height, width, channels = image.shape
    top, bottom, down = _neighbours(height, size[0])
    left, right, across = _neighbours(width, size[1])
    rows = image.reshape(*batch, height, width * channels)
    rows = _between(rows.take(top, -2), rows.take(bottom, -2), down[:, None])
    # Single numbers are gathered several times faster than pixels of three.
    left, right = ((place[:, None] * channels + np.arange(channels)).ravel() for place in (left, right))
    resized = _between(rows.take(left, -1), rows.take(right, -1), across.repeat(channels))
    return resized.reshape(*batch, *size, channels)


def _between(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    second -= first
    second *= share
    second += first
    return second
