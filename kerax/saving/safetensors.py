"""The safetensors format: a JSON header with names, shapes and places, then the bytes of all tensors.

Files may be damaged or made by somebody who means harm. The header is bounded, the places must cover the data without
holes or overlaps, and shapes must agree with them, all before memory is taken. Files that kerax writes hold a CRC-32C
of every tensor in their metadata, which other readers pass over.

Source: github.com/huggingface/safetensors, the format section of its README.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import ml_dtypes
import numpy as np

from kerax.saving.checked_bytes import AlignedWriter, read_bytes, write_array_bytes
from kerax.saving.json_text import parse_json
from kerax.saving.sstable import DamagedFile
from kerax.utils.atomic import atomic_path
from kerax.utils.crc32c import crc32c

_MOST_HEADER = 100_000_000  # bytes, the limit of the format's own library
_MOST_AXES = 64
_CHECKSUMS = "kerax_crc32c"
_DTYPES = {
    "BOOL": np.bool_, "U8": np.uint8, "I8": np.int8, "U16": np.uint16, "I16": np.int16, "U32": np.uint32,
    "I32": np.int32, "U64": np.uint64, "I64": np.int64, "F16": np.float16, "BF16": ml_dtypes.bfloat16,
    "F32": np.float32, "F64": np.float64,
    "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2, "C64": np.complex64,
}  # fmt: skip
_NAMES = {np.dtype(dtype).name: name for name, dtype in _DTYPES.items()}


class SafetensorsFile:
    """An open safetensors file, as a mapping from names to arrays that reads one array at a time.

    Args:
      path: the file.

    Raises:
      FileNotFoundError: if there is no such file.
      ValueError: naming file and place, if the header is damaged.

    Example:
      >>> import tempfile, numpy as np
      >>> from kerax.saving.safetensors import SafetensorsFile, write_safetensors
      >>> path = tempfile.mkdtemp() + "/a.safetensors"
      >>> write_safetensors(path, {"w": np.arange(3)})
      >>> file = SafetensorsFile(path)
      >>> file.shapes(), file["w"]
      ({'w': (3,)}, array([0, 1, 2]))
    """

    def __init__(self, path: str | os.PathLike):
        self.path = os.fspath(path)
        with open(path, "rb") as file:
            total = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            if total < 8 or length > min(_MOST_HEADER, total - 8):
                raise DamagedFile(
                    f"{self.path!r} has {total} bytes, its header should have {length}: it is cut or damaged."
                )
            text = file.read(length)
        if text[:1] != b"{":
            raise DamagedFile(f"{self.path!r}: the header at byte 8 does not begin with a brace: no safetensors file.")
        header = parse_json(text, f"{self.path!r}: header")
        self.metadata: dict[str, str] = header.pop("__metadata__", {})
        if not isinstance(self.metadata, dict):
            raise DamagedFile(f"{self.path!r}: the metadata are no mapping.")
        self._begin, self._size = 8 + length, total - 8 - length
        self._entries = {name: self._entry(name, entry) for name, entry in header.items()}
        if text.count(b'"data_offsets"') > len(self._entries):
            raise DamagedFile(f"{self.path!r}: a name stands twice in the header.")
        end = 0
        for name, (_, _, start, stop) in sorted(self._entries.items(), key=lambda item: item[1][2:]):
            if start != end:
                raise DamagedFile(
                    f"{self.path!r}: tensor {name!r} begins at byte {start} of the data where {end} was expected: "
                    "tensors overlap or leave a hole."
                )
            end = stop
        if end != self._size:
            raise DamagedFile(f"{self.path!r}: the header speaks of {end} bytes of data, the file has {self._size}.")
        sums = self.metadata.get(_CHECKSUMS)
        self._checksums: dict[str, int] = {}
        if sums is not None:
            if not isinstance(sums, str) or not re.fullmatch(f"([0-9a-f]{{8}}){{{len(self._entries)}}}", sums):
                raise DamagedFile(f"{self.path!r}: the checksums in the header are damaged.")
            self._checksums = {name: int(sums[8 * i : 8 * i + 8], 16) for i, name in enumerate(self._entries)}

    def _entry(self, name: str, entry: Any) -> tuple[np.dtype, tuple[int, ...], int, int]:
        try:
            dtype, shape = np.dtype(_DTYPES[entry["dtype"]]), tuple(entry["shape"])
            start, stop = entry["data_offsets"]
        except (KeyError, TypeError, ValueError):
            raise DamagedFile(f"{self.path!r}: the header's entry of tensor {name!r} is damaged.") from None
        plain = all(type(number) is int and number >= 0 for number in (*shape, start, stop))
        if not plain or len(shape) > _MOST_AXES or math.prod(shape) * dtype.itemsize != stop - start:
            raise DamagedFile(
                f"{self.path!r}: tensor {name!r} of shape {shape} and dtype {dtype.name} does not fit bytes {start} "
                f"to {stop}."
            )
        return dtype, shape, start, stop

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes."""
        return {name: shape for name, (_, shape, _, _) in self._entries.items()}

    def dtypes(self) -> dict[str, np.dtype]:
        """Names and dtypes."""
        return {name: dtype for name, (dtype, _, _, _) in self._entries.items()}

    def __getitem__(self, name: str) -> np.ndarray:
        """Reads one tensor and compares it with its checksum, if the file has one."""
        dtype, shape, start, stop = self._entries[name]
        expected = self._checksums.get(name)
        with open(self.path, "rb") as file:
            file.seek(self._begin + start)
            try:
                data, crc = read_bytes(file, stop - start, None if expected is None else _head_crc(name, dtype, shape))
            except EOFError:
                raise DamagedFile(f"{self.path!r} ended while tensor {name!r} was read.") from None
        if expected is not None and crc != expected:
            raise DamagedFile(
                f"{self.path!r}: the checksum of tensor {name!r} (bytes {self._begin + start} to {self._begin + stop}) "
                "is wrong: the file is damaged."
            )
        return data.view(dtype).reshape(shape)


def read_safetensors(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Reads all tensors of a safetensors file.

    Args:
      path: the file.

    Returns:
      Names and arrays.

    Raises:
      FileNotFoundError: if there is no such file.
      ValueError: naming file, tensor and byte, if it is damaged.

    Example:
      >>> import tempfile, numpy as np
      >>> from kerax.saving.safetensors import read_safetensors, write_safetensors
      >>> path = tempfile.mkdtemp() + "/a.safetensors"
      >>> write_safetensors(path, {"w": np.ones(2, np.float32)})
      >>> read_safetensors(path)
      {'w': array([1., 1.], dtype=float32)}
    """
    file = SafetensorsFile(path)
    return {name: file[name] for name in file}


def write_safetensors(
    path: str | os.PathLike, tensors: Mapping[str, Any], metadata: Mapping[str, str] | None = None
) -> None:
    """Writes arrays as a safetensors file, atomically.

    Args:
      path: the file.
      tensors: names and arrays.
      metadata: further texts for the header.

    Raises:
      TypeError: naming the tensor, for a dtype that the format does not have.
      OSError: naming the path, if it cannot be written; an earlier file stays as it was.

    Example:
      >>> import tempfile, numpy as np
      >>> from kerax.saving.safetensors import write_safetensors
      >>> write_safetensors(tempfile.mkdtemp() + "/a.safetensors", {"w": np.ones(2)})
    """
    header: dict[str, Any] = {}
    end = 0
    for name, value in tensors.items():
        kind = _NAMES.get(np.dtype(value.dtype).name)
        if kind is None or name == "__metadata__":
            raise TypeError(f"safetensors cannot hold tensor {name!r} of dtype {np.dtype(value.dtype).name}.")
        size = math.prod(value.shape) * np.dtype(value.dtype).itemsize
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [end, end + size]}
        end += size
    with atomic_path(path, "weights") as temporary, AlignedWriter(temporary) as file:
        file.write(_header(header, metadata, "0" * 8 * len(header)))  # the checksums are known last
        sums = ""
        for name, value in tensors.items():
            array = np.asarray(jax.device_get(value) if isinstance(value, jax.Array) else value)
            crc = _head_crc(name, array.dtype, array.shape)
            _, crc = write_array_bytes(file, array, crc)
            sums += f"{crc:08x}"
        file.rewrite(_header(header, metadata, sums))


def _header(entries: dict[str, Any], metadata: Mapping[str, str] | None, checksums: str) -> bytes:
    text = json.dumps({"__metadata__": {**(metadata or {}), _CHECKSUMS: checksums}, **entries}).encode()
    return (len(text) + -len(text) % 8).to_bytes(8, "little") + text + b" " * (-len(text) % 8)


def _head_crc(name: str, dtype: np.dtype, shape: tuple[int, ...]) -> int:
    """Makes name, dtype and shape part of the checksum: a flipped bit there would matter, too."""
    return crc32c(f"{name}|{np.dtype(dtype).name}|{tuple(shape)}".encode())
