"""Writing HDF5 files: arrays, lists of names, and the checksum at the end."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from kerax.dtypes import device_dtype
from kerax.saving.checksum import seal
from kerax.saving.hdf5_reader import CHECKSUM_MARK

_OVERHEAD = 64 * 1024  # bytes of the file's own structures
PER_ARRAY = 2048  # bytes of one array's header, and of the groups around it
_HEADER_LIMIT = 64_512  # bytes of an attribute that HDF5 keeps in an object's header


@contextmanager
def hdf5_file(path: Any, size: int, sealed: bool = True) -> Iterator[Any]:
    """Opens a new HDF5 file for writing and seals it when it is whole.

    Args:
      path: the file.
      size: bytes of the arrays that will be written. Room is made for them first: libhdf5 may end the process when
        the disk is full while it writes.
      sealed: whether it ends with a checksum; inside archives the archive has one.

    Yields:
      The ``h5py.File``.

    Raises:
      OSError: if there is no room.
    """
    import h5py

    _check_room(path, size + _OVERHEAD)
    try:
        with h5py.File(path, "w") as file:
            if sealed:
                file.attrs[CHECKSUM_MARK] = "crc32 of blocks of 4 MiB at the end; see kerax/saving/checksum.py"
            yield file
    except RuntimeError as error:  # h5py's way to say that a write failed
        found = re.search(r"errno = (\d+)", str(error))
        if found is None:
            raise
        number = int(found.group(1))
        raise OSError(number, os.strerror(number)) from error
    if sealed:
        seal(path)


def _check_room(path: Any, size: int) -> None:
    """Asks the file system for the room and gives it back."""
    with open(path, "wb") as file:
        if hasattr(os, "posix_fallocate"):
            try:
                os.posix_fallocate(file.fileno(), 0, size)
            except OSError as error:
                if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                    raise
        file.truncate(0)


def size_of(variables: Any) -> int:
    """Bytes that variables take in a file, with what HDF5 needs for each of them."""
    return sum(int(v.size) * np.dtype(device_dtype(v.dtype)).itemsize + PER_ARRAY for v in variables)


def write_array(group: Any, name: str, array: Any) -> None:
    """Writes one array; dtypes that HDF5 has not are kept by name."""
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
