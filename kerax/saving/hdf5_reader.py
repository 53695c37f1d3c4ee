"""Reading HDF5 files from anybody: the one place where kerax opens them.

Only what stands in the file itself is followed: no soft or external link, no external or virtual storage. Shapes are
compared with the bytes that are stored, and by the callers with the model's own, before memory is taken. The bytes are
parsed by ``kerax/saving/hdf5``, which checks every step; libhdf5 only ever writes.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.dtypes import device_dtype
from kerax.saving.checksum import check_seal
from kerax.saving.hdf5 import Hdf5File, Hdf5Object
from kerax.saving.hdf5.dataset import Dataset
from kerax.saving.hdf5.groups import EXTERNAL, HARD
from kerax.saving.hdf5.source import STEPS

CHECKSUM_MARK = "kerax_checksum"  # attribute of the root: the file ends with a checksum
_MOST_COMPRESSION = 1100  # deflate makes nothing more than 1032 times smaller
_MOST_NAMES = 100_000
_FREE_VALUES = 48 * 2**20  # bytes that arrays of unknown shape may always have, put together
_MOST_VALUES = 8  # times the file's size beyond that


class StoredArray:
    """An array in a file: its shape and dtype, and its values once they are asked for.

    Args:
      reader: the file.
      found: the object in the file.
      place: its path in the file.
    """

    def __init__(self, reader: Hdf5Reader, found: Hdf5Object, place: str):
        self.place, self.what = place, f"{place} in {reader.what}"
        self._reader, self._dataset = reader, found.dataset()
        if self._dataset.shape is None:
            raise ValueError(f"{self.what} holds no values.")
        self.shape: tuple[int, ...] = self._dataset.shape
        self.compressed = self._dataset.is_chunked
        self.dtype = self._numeric_dtype(found, self._dataset)
        self._check_size()

    def _numeric_dtype(self, found: Hdf5Object, dataset: Dataset) -> np.dtype:
        dtype = dataset.datatype.dtype
        if dtype is not None and dtype.kind == "V":
            attribute = found.attributes().get("dtype")
            name = _single_text(attribute.value()) if attribute is not None else None
            try:
                named = np.dtype(device_dtype(name)) if name is not None else dtype
            except ValueError:
                named = dtype
            if named.itemsize == dtype.itemsize:
                dtype = named
        if dtype is None or (dtype.kind not in "biuf" and dtype.type is np.void):
            raise ValueError(f"{self.what} holds values of type {dataset.datatype.name}, weights are real numbers.")
        return dtype

    def _check_size(self) -> None:
        dataset = self._dataset
        if dataset.is_elsewhere:
            raise ValueError(f"{self.what} keeps its values in another file, which is never opened.")
        wanted, stored = self.nbytes, dataset.stored
        if wanted > (stored * _MOST_COMPRESSION if self.compressed else stored) or stored > self._reader.size:
            raise ValueError(f"{self.what} claims a shape of {self.shape}, but only {stored} bytes are stored.")

    @property
    def nbytes(self) -> int:
        """Bytes of the values."""
        return math.prod(self.shape) * self._dataset.datatype.size

    def read(self) -> np.ndarray:
        """The values.

        Raises:
          ValueError: if the stored bytes are damaged.
        """
        array = self._dataset.read()
        return array.view(self.dtype) if array.dtype.kind == "V" and array.dtype != self.dtype else array

    def read_unasked(self) -> np.ndarray:
        """The values, for callers that do not know which shape they should have: all in all no more than fits the file.

        Raises:
          ValueError: if the stored bytes are damaged, or arrays grow out of proportion.
        """
        self._reader.count_values(self.nbytes, self.what)
        return self.read()


def _single_text(value: Any) -> Any:
    value = value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


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
        self.what = what or repr(str(path))
        self._own: Any = None
        sealed = False
        if isinstance(path, (str, os.PathLike)):
            if not os.path.exists(path):
                raise FileNotFoundError(f"There is no file {self.what}.")
            if os.path.isdir(path):
                raise IsADirectoryError(f"{self.what} is a folder, not a file.")
            sealed = check_seal(path, self.what)
            self._own = open(path, "rb", buffering=0)
        try:
            self._file = Hdf5File(self._own or path, self.what)
            self.size = self._file.source.size
            if self._own is not None and not sealed and CHECKSUM_MARK in self._file.root.attributes():
                check_seal(path, self.what, required=True)
        except BaseException:
            self.close()
            raise
        self._values_left = max(_FREE_VALUES, _MOST_VALUES * self.size)

    def __enter__(self) -> Hdf5Reader:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file, unless it was given open."""
        if self._own is not None:
            self._own.close()

    def count_values(self, number: int, what: str) -> None:
        """Refuses more bytes of values than are in proportion to the file."""
        self._values_left -= number
        if self._values_left < 0:
            raise ValueError(
                f"{what}: with this array the file's arrays grow to more than {_MOST_VALUES} times the file."
            )

    def _find(self, path: str) -> Hdf5Object | None:
        """The group or dataset at a path, None if there is none.

        Raises:
          ValueError: if a link on the way leads elsewhere.
        """
        found = self._file.root
        parts = [part for part in path.split("/") if part]
        self._file.source.count(STEPS, len(parts))
        for i, part in enumerate(parts):
            if part in (".", "..") or not found.is_group:
                return None
            link = found.links().get(part)
            if link is None:
                return None
            if link.kind != HARD:
                kind = "an external" if link.kind == EXTERNAL else "a soft"
                place = "/".join(parts[: i + 1])
                raise ValueError(f"{place!r} in {self.what} is {kind} link (an external reference), never followed.")
            found = self._file.at(link.address)
        return found

    def has_group(self, path: str) -> bool:
        """Whether there is a group at a path."""
        found = self._find(path)
        return found is not None and found.is_group

    def names(self, path: str) -> list[str]:
        """The names in a group, none if there is no such group."""
        group = self._find(path)
        if group is None or not group.is_group:
            return []
        if len(group.links()) > _MOST_NAMES:
            raise ValueError(f"{path!r} in {self.what} has {len(group.links())} members, which is no model.")
        return self._file.names(group)

    def array(self, path: str) -> StoredArray | None:
        """The array at a path, None if there is none.

        Raises:
          ValueError: if it is no plain array of numbers.
        """
        found = self._find(path)
        if found is None:
            return None
        if not found.is_dataset:
            raise ValueError(f"{path!r} in {self.what} is no array.")
        return StoredArray(self, found, path)

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
        value = _single_text(value)
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
        owner = self._find(path)
        attribute = owner.attributes().get(name) if owner is not None else None
        return attribute.value() if attribute is not None else None
