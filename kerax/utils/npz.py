"""Reading ``.npz`` files from anybody: nothing is unpickled, no more memory is taken than a file of its size needs."""

from __future__ import annotations

import math
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

_FREE_EXPANSION = 100 * 2**20  # bytes that any file may expand to
_MOST_EXPANSION = 6  # times its own size beyond that
_MOST_MEMBERS = 100_000
_PIECE = 1 << 20
# What Python's reader of archives and NumPy's of headers raise for damaged ones; RuntimeError is for methods of
# compression and encryption that a flipped bit asks for.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OverflowError, TypeError, SyntaxError, struct.error,
    tokenize.TokenError,
)  # fmt: skip


def read_npz(path: str | os.PathLike, read_objects: Callable[[bytes, str], Any] | None = None) -> dict[str, np.ndarray]:
    """Returns the arrays of an ``.npz`` file by name.

    Args:
      path: the file.
      read_objects: how the bytes of an array of objects are read, which are a pickle; given the bytes and words for
        messages. Such arrays are refused without it.

    Raises:
      ValueError: naming file and array, if it is damaged, holds objects, or expands to more than an honest file of its
        size does.

    Example:
      >>> import tempfile, numpy as np
      >>> from kerax.utils.npz import read_npz
      >>> path = tempfile.mkdtemp() + "/a.npz"
      >>> np.savez(path, a=np.arange(3))
      >>> read_npz(path)
      {'a': array([0, 1, 2])}
    """
    what = os.fspath(path)
    arrays: dict[str, np.ndarray] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            total = sum(info.file_size for info in infos)
            if len(infos) > _MOST_MEMBERS or total > max(_FREE_EXPANSION, _MOST_EXPANSION * os.path.getsize(path)):
                raise ValueError(
                    f"{what} would expand to {len(infos)} arrays of {total} bytes, which an honest file of its size "
                    "does not."
                )
            for info in infos:
                name = info.filename.removesuffix(".npy")
                if name in arrays:
                    raise ValueError(f"{what} has two arrays named {name!r}.")
                with archive.open(info) as member:
                    arrays[name] = _read_npy(member, info.file_size, f"{what}, array {name!r},", read_objects)
    except (*_DAMAGE, ValueError) as error:
        if what in str(error):
            raise
        raise ValueError(f"{what} is damaged: {error}.") from error
    return arrays


def _read_npy(file: Any, size: int, what: str, read_objects: Callable[[bytes, str], Any] | None) -> np.ndarray:
    version = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if version[0] == 1 else np.lib.format.read_array_header_2_0
    shape, columns_first, dtype = read_header(file)
    rest = size - file.tell()
    if dtype.hasobject:
        if read_objects is None:
            raise ValueError(f"{what} holds objects, which are not read.")
        array = read_objects(_content(file, rest, what).tobytes(), what)
        if not isinstance(array, np.ndarray) or array.shape != shape:
            raise ValueError(f"{what} holds no array of shape {shape}.")
        return array
    if min(shape, default=0) < 0 or rest != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{what} does not hold the bytes of its shape {shape} of {dtype}.")
    return _content(file, rest, what).view(dtype).reshape(shape, order="F" if columns_first else "C")


def _content(file: Any, size: int, what: str) -> np.ndarray:
    """The rest of a member, which its archive says has so many bytes."""
    content = np.empty(size, np.uint8)
    done = 0
    while piece := file.read(_PIECE):  # zipfile compares the checksum at the end
        if done + len(piece) > size:
            break
        content[done : done + len(piece)] = np.frombuffer(piece, np.uint8)
        done += len(piece)
    if piece or done != size:
        raise ValueError(f"{what} does not hold the {size} bytes that its archive says it does.")
    return content
