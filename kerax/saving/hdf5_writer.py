"""Writing HDF5 files: arrays, lists of names, and the checksum at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import numpy as np

from kerax.dtypes import device_dtype
from kerax.saving.checked_bytes import AlignedWriter
from kerax.saving.checksum import Seal
from kerax.saving.hdf5_image import Hdf5Image
from kerax.saving.hdf5_reader import CHECKSUM_MARK

PER_ARRAY = 2048  # bytes of one array's header, and of the groups around it
_HEADER_LIMIT = 64_512  # bytes of an attribute that HDF5 keeps in an object's header
_image: ContextVar[Hdf5Image] = ContextVar("the file that is being written")


@contextmanager
def hdf5_file(path: Any, sealed: bool = True) -> Iterator[Any]:
    """Gives an HDF5 file to fill, and writes it and its checksum when the block succeeds.

    Args:
      path: the file.
      sealed: whether it ends with a checksum; inside archives the archive has one.

    Yields:
      The ``h5py.File``. Arrays that ``write_array`` puts into it may not change before the block ends.

    Raises:
      OSError: if it cannot be written.
    """
    import h5py

    image = Hdf5Image()
    token = _image.set(image)
    try:
        with h5py.File(image, "w") as file:
            if sealed:
                file.attrs[CHECKSUM_MARK] = "at the end of the file; see kerax/saving/checksum.py"
            yield file
    finally:
        _image.reset(token)
    seal = Seal()
    with AlignedWriter(path) as out:
        for piece in image.pieces():
            for part in seal.parts(piece) if sealed else [piece]:
                out.write(part)
        if sealed:
            out.write(seal.end())


def size_of(variables: Any) -> int:
    """Bytes that variables take in a file, with what HDF5 needs for each of them."""
    return sum(int(v.size) * np.dtype(device_dtype(v.dtype)).itemsize + PER_ARRAY for v in variables)


def write_array(group: Any, name: str, array: Any) -> None:
    """Writes one array into a file that ``hdf5_file`` gave; dtypes that HDF5 has not are kept by name."""
    if hasattr(array, "dtype") and _image.get().add(group, name, array):
        return
    value = np.asarray(jax.device_get(array))
    dataset = group.create_dataset(name, data=value)
    if value.dtype.kind == "V" or value.dtype.name == "bfloat16":
        dataset.attrs["dtype"] = value.dtype.name  # stored as opaque bytes


def write_names(group: Any, name: str, names: list[str]) -> None:
    """Writes a list of texts as an attribute, or as several where HDF5 has no room for it in one."""
    values = np.asarray([text.encode("utf-8") for text in names])
    parts = 1
    while any(part.nbytes > _HEADER_LIMIT for part in np.array_split(values, parts)):
        parts += 1
    if parts == 1:
        group.attrs[name] = values
    else:
        for i, part in enumerate(np.array_split(values, parts)):
            group.attrs[f"{name}{i}"] = part


def is_hdf5(path: str | os.PathLike) -> bool:
    """Whether a file begins as an HDF5 file does."""
    try:
        with open(path, "rb") as file:
            return file.read(8) == b"\x89HDF\r\n\x1a\n"
    except OSError:
        return False
