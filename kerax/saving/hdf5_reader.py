"""Reading HDF5 files from anybody: the one place where kerax opens them.

Only what stands in the file itself is followed: no soft or external link, no external or virtual storage. Shapes are
compared with the bytes that are stored, and by the callers with the model's own, before memory is taken.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.dtypes import device_dtype
from kerax.saving.checksum import check_seal

CHECKSUM_MARK = "kerax_checksum"  # attribute of the root: the file ends with a checksum
_MOST_COMPRESSION = 1100  # deflate makes nothing more than 1032 times smaller
_MOST_NAMES = 100_000


_LIBRARY_ERRORS = (OSError, RuntimeError, KeyError, TypeError, UnicodeDecodeError, OverflowError)  # h5py's, for damage


@contextlib.contextmanager
def _damage_of(what: str) -> Iterator[None]:
    """Turns what h5py raises into one message that names the file and the place in it."""
    try:
        yield
    except _LIBRARY_ERRORS as error:
        raise ValueError(f"{what}: the file is damaged: {error}") from error


class StoredArray:
    """An array in a file: its shape and dtype, and its values once they are asked for.

    Args:
      reader: the file.
      dataset: the HDF5 dataset.
      place: its path in the file.
    """

    def __init__(self, reader: Hdf5Reader, dataset: Any, place: str):
        self._dataset, self.place, self.what = dataset, place, f"{place} in {reader.what}"
        with _damage_of(self.what):
            self.shape = tuple(dataset.shape)
            self.dtype = self._numeric_dtype()
            self._check_size(reader)

    def _numeric_dtype(self) -> np.dtype:
        dtype = self._dataset.dtype
        name = self._dataset.attrs.get("dtype") if dtype.kind == "V" and "dtype" in self._dataset.attrs else None
        if isinstance(name, (str, bytes)) and dtype.names is None:
            try:
                found = np.dtype(device_dtype(name.decode() if isinstance(name, bytes) else name))
            except ValueError:
                found = dtype
            if found.itemsize == dtype.itemsize:
                return found
        if dtype.kind not in "biuf":
            raise ValueError(f"{self.what} holds values of type {dtype}, weights are real numbers.")
        return dtype

    def _check_size(self, reader: Hdf5Reader) -> None:
        dataset = self._dataset
        if dataset.external or dataset.is_virtual:
            raise ValueError(f"{self.what} keeps its values in another file, which is never opened.")
        wanted = math.prod(self.shape) * self._dataset.dtype.itemsize
        stored = dataset.id.get_storage_size()
        self.compressed = dataset.chunks is not None
        if wanted > (stored * _MOST_COMPRESSION if self.compressed else stored) or stored > reader.size:
            raise ValueError(f"{self.what} claims a shape of {self.shape}, but only {stored} bytes are stored.")

    def read(self) -> np.ndarray:
        """The values.

        Raises:
          ValueError: if the stored bytes are damaged.
        """
        with _damage_of(self.what):
            array = self._dataset[()]
        array = np.asarray(array)
        return array.view(self.dtype) if array.dtype.kind == "V" else array


class Hdf5Reader:
    """An open HDF5 file.

    Args:
      path: the file, or an open binary file.
      what: the file, for messages; its quoted path by default.

    Raises:
      FileNotFoundError: if there is no such file.
      ValueError: if it is no HDF5 file or damaged.
    """

    def __init__(self, path: Any, what: str | None = None):
        import h5py

        self._h5py = h5py
        self.what = what or repr(str(path))
        is_path = isinstance(path, (str, os.PathLike))
        if is_path:
            if not os.path.exists(path):
                raise FileNotFoundError(f"There is no file {self.what}.")
            if os.path.isdir(path):
                raise IsADirectoryError(f"{self.what} is a folder, not a file.")
            sealed = check_seal(path, self.what)
            self.size = os.path.getsize(path)
        else:
            self.size = path.seek(0, os.SEEK_END)
            path.seek(0)
        try:
            self._file = h5py.File(path, "r")
            marked = CHECKSUM_MARK in self._file.attrs
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise ValueError(f"{self.what} is no HDF5 file, or it is damaged: {error}") from error
        if is_path and marked and not sealed:
            self.close()
            check_seal(path, self.what, required=True)

    def __enter__(self) -> Hdf5Reader:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _find(self, path: str) -> Any:
        """The group or dataset at a path, None if there is none.

        Raises:
          ValueError: if a link on the way leads elsewhere.
        """
        found = self._file
        parts = [part for part in path.split("/") if part]
        with _damage_of(f"{path!r} in {self.what}"):
            for i, part in enumerate(parts):
                if part in (".", "..") or not isinstance(found, self._h5py.Group):
                    return None
                link = found.get(part, getlink=True)
                if link is None:
                    return None
                if not isinstance(link, self._h5py.HardLink):
                    kind = "an external" if isinstance(link, self._h5py.ExternalLink) else "a soft"
                    place = "/".join(parts[: i + 1])
                    raise ValueError(
                        f"{place!r} in {self.what} is {kind} link (an external reference), never followed."
                    )
                found = found.get(part)
        return found

    def has_group(self, path: str) -> bool:
        """Whether there is a group at a path."""
        return isinstance(self._find(path), self._h5py.Group)

    def names(self, path: str) -> list[str]:
        """The names in a group, none if there is no such group."""
        group = self._find(path)
        if not isinstance(group, self._h5py.Group):
            return []
        with _damage_of(f"{path!r} in {self.what}"):
            if len(group) > _MOST_NAMES:
                raise ValueError(f"{path!r} in {self.what} has {len(group)} members, which is no model.")
            return list(group)

    def array(self, path: str) -> StoredArray | None:
        """The array at a path, None if there is none.

        Raises:
          ValueError: if it is no plain array of numbers.
        """
        dataset = self._find(path)
        if dataset is None:
            return None
        if not isinstance(dataset, self._h5py.Dataset):
            raise ValueError(f"{path!r} in {self.what} is no array.")
        return StoredArray(self, dataset, path)

    def numbered_arrays(self, path: str) -> list[StoredArray]:
        """The arrays ``0``, ``1``... in a group.

        Raises:
          ValueError: if a number is left out, or one is no plain array.
        """
        names = self.names(path)
        if set(names) != {str(i) for i in range(len(names))}:
            raise ValueError(f"{path!r} in {self.what} should hold arrays named 0 to {len(names) - 1}, found {names}.")
        found = [self.array(f"{path}/{i}") for i in range(len(names))]
        return [array for array in found if array is not None]

    def text(self, path: str, name: str) -> str | None:
        """A text attribute, None if there is none.

        Raises:
          ValueError: if the attribute is no single text.
        """
        value = self._attribute(path, name)
        if value is None:
            return None
        value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if not isinstance(value, str):
            raise ValueError(
                f"Attribute {name!r} of {path or '/'!r} in {self.what} should be text, found {value!r:.80}."
            )
        return str(value)

    def texts(self, path: str, name: str) -> list[str] | None:
        """A list of texts, which may be spread over the attributes ``name0``, ``name1``...; None if there is none."""
        parts = [self._attribute(path, name)]
        if parts[0] is None:
            parts = list(self._numbered(path, name))
        if not parts:
            return None
        values = [item for part in parts for item in np.ravel(np.asarray(part)).tolist()]
        texts = [item.decode("utf-8", "replace") if isinstance(item, bytes) else item for item in values]
        if not all(isinstance(item, str) for item in texts):
            raise ValueError(f"Attribute {name!r} of {path or '/'!r} in {self.what} should be a list of names.")
        return texts

    def _numbered(self, path: str, name: str) -> Iterator[Any]:
        for i in range(_MOST_NAMES):
            part = self._attribute(path, f"{name}{i}")
            if part is None:
                return
            yield part

    def _attribute(self, path: str, name: str) -> Any:
        owner = self._find(path) if path else self._file
        if owner is None:
            return None
        with _damage_of(f"Attribute {name!r} of {path or '/'!r} in {self.what}"):
            if name not in owner.attrs:
                return None
            identifier = owner.attrs.get_id(name)
            if math.prod(identifier.shape) > _MOST_NAMES:
                raise ValueError(f"Attribute {name!r} in {self.what} claims {math.prod(identifier.shape)} values.")
            return owner.attrs[name]
