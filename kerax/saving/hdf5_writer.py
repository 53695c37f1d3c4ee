"""Writing HDF5 files: arrays, lists of names, and the checksum at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import numpy as np

from kerax.saving.checksum import seal
from kerax.saving.hdf5_reader import CHECKSUM_MARK

_HEADER_LIMIT = 64_512  # bytes of an attribute that HDF5 keeps in an object's header


@contextmanager
def hdf5_file(path: Any, sealed: bool = True) -> Iterator[Any]:
    """Opens a new HDF5 file for writing and seals it when it is whole.

    Args:
      path: the file.
      sealed: whether it ends with a checksum; inside archives the archive has one.

    Yields:
      The ``h5py.File``.
    """
    import h5py

    with h5py.File(path, "w") as file:
        if sealed:
            file.attrs[CHECKSUM_MARK] = "crc32 of blocks of 4 MiB at the end of the file; see kerax/saving/checksum.py"
        yield file
    if sealed:
        seal(path)


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
