"""Reading TensorFlow's checkpoints without TensorFlow: an index of names, and files with the tensors.

``prefix.index`` is a sorted table from names to where each tensor stands in ``prefix.data-00000-of-00001`` and its
fellows. The files may be damaged or made by somebody who means harm: every size is compared with the bytes that are
there before memory is taken, and every tensor with its checksum.

Source: tensorflow/core/protobuf/tensor_bundle.proto and the comments of tensorflow/core/util/tensor_bundle.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.errors import did_you_mean
from kerax.saving.checked_bytes import read_bytes
from kerax.saving.links import refuse_link
from kerax.saving.sstable import DamagedFile, read_table
from kerax.saving.tensor_bundle_v1 import read_v1
from kerax.saving.tensor_slices import Slice, overlapping, slice_key
from kerax.utils.crc32c import crc32c, mask_crc
from kerax.utils.protobuf import Message, WireError, read_varint
from kerax.utils.tf_dtypes import STRING, dtype_name, numpy_dtype

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
MOST_AXES = 64  # NumPy's own limit


class NoArray(TypeError, ValueError):
    """A tensor of a dtype that arrays do not have."""


@dataclass(frozen=True)
class Entry:
    """Where a tensor stands and what it is."""

    dtype: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int
    slices: tuple[Slice, ...] = ()


def read_shape(message: Message, name: str) -> tuple[int, ...]:
    """The sizes in a TensorShapeProto.

    Raises:
      WireError: if one is unknown or negative, or there are too many.
    """
    shape = tuple(dim.integer(1) for dim in message.messages(2))
    if any(size < 0 for size in shape) or message.unsigned(3) or len(shape) > MOST_AXES:
        raise WireError(f"Tensor {name!r} has the shape {shape}, which no tensor can have.")
    return shape


class TensorBundle:
    """A checkpoint on disk.

    Args:
      prefix: what the names of its files begin with: ``"folder/ckpt-3"`` for ``folder/ckpt-3.index``. A file of the old
        format, which TensorFlow wrote before version 1.0, is given by its name.

    Raises:
      FileNotFoundError: if there is no such checkpoint, naming what is there instead.
      ValueError: naming file and byte, if the index is damaged.

    Example:
      >>> import tempfile, numpy as np
      >>> from kerax.saving.tensor_bundle import TensorBundle
      >>> from kerax.saving.tensor_bundle_write import write_tensor_bundle
      >>> prefix = tempfile.mkdtemp() + "/ckpt"
      >>> write_tensor_bundle(prefix, {"w": np.arange(3.0)})
      >>> bundle = TensorBundle(prefix)
      >>> bundle.shapes(), bundle["w"]
      ({'w': (3,)}, array([0., 1., 2.]))
    """

    def __init__(self, prefix: str | os.PathLike):
        self.prefix = os.fspath(prefix)
        self._parts: dict[bytes, Entry] = {}
        self.entries: dict[str, Entry] = {}
        self._arrays: dict[str, np.ndarray] | None = None
        index = self.prefix + ".index"
        if not os.path.exists(index):
            if not os.path.isfile(self.prefix):
                raise FileNotFoundError(_missing(self.prefix))
            self._arrays = read_v1(self.prefix)
            return
        self.shards = 1
        try:
            for key, value, position in read_table(index):
                self._read_entry(key, value, f"{index!r}, block at byte {position}")
        except WireError as error:
            where = "" if index in str(error) else f"{index!r}: "
            raise DamagedFile(f"{where}{error}") from error

    def _read_entry(self, key: bytes, value: bytes, where: str) -> None:
        if not key:
            header = Message(value, where)
            self.shards = header.integer(1)
            if header.integer(2):
                raise DamagedFile(f"{where}: written on a big-endian machine, which kerax does not read.")
            if self.shards < 1:
                raise DamagedFile(f"{where}: says it has {self.shards} data files.")
            return
        name = key.decode("utf-8", "backslashreplace")
        message = Message(value, f"{where}, entry {name!r}")
        entry = Entry(
            dtype=message.integer(1),
            shape=read_shape(message.message(2), name),
            shard=message.integer(3),
            offset=message.integer(4),
            size=message.integer(5),
            crc=message.unsigned(6),
            slices=tuple(Slice.read(part) for part in message.messages(7)),
        )
        if not 0 <= entry.shard < self.shards or entry.offset < 0 or entry.size < 0:
            raise DamagedFile(f"{where}, entry {name!r}: says it is at byte {entry.offset} of file {entry.shard}.")
        if key[0] == 0:
            self._parts[key] = entry
        else:
            self.entries[name] = entry

    # ---- what there is ----------------------------------------------------------------------------------------------
    def __contains__(self, name: object) -> bool:
        return name in (self.entries if self._arrays is None else self._arrays)

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries if self._arrays is None else self._arrays)

    def __len__(self) -> int:
        return len(self.entries if self._arrays is None else self._arrays)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of all tensors."""
        if self._arrays is not None:
            return {name: array.shape for name, array in self._arrays.items()}
        return {name: entry.shape for name, entry in self.entries.items()}

    def dtypes(self) -> dict[str, np.dtype]:
        """Names and NumPy dtypes of all tensors; strings are ``object``."""
        if self._arrays is not None:
            return {name: array.dtype for name, array in self._arrays.items()}
        return {name: numpy_dtype(entry.dtype) or np.dtype("V1") for name, entry in self.entries.items()}

    # ---- tensors ----------------------------------------------------------------------------------------------------
    def __getitem__(self, name: str) -> Any:
        """Reads one tensor; strings come as an object array of ``bytes``."""
        if self._arrays is not None:
            if name not in self._arrays:
                raise self._unknown(name)
            return self._arrays[name]
        entry = self.entries.get(name)
        if entry is None:
            raise self._unknown(name)
        return self._joined(name, entry) if entry.slices else self._tensor(name, entry)

    def _unknown(self, name: str) -> KeyError:
        return KeyError(f"Checkpoint {self.prefix!r} has no tensor {name!r}.{did_you_mean(name, self)}")

    def shard_path(self, shard: int) -> str:
        """The data file of a number."""
        return f"{self.prefix}.data-{shard:05d}-of-{self.shards:05d}"

    def _tensor(self, name: str, entry: Entry) -> np.ndarray:
        dtype = numpy_dtype(entry.dtype)
        path = self.shard_path(entry.shard)
        if dtype is None:
            raise NoArray(f"Tensor {name!r} in {self.prefix!r} has dtype {dtype_name(entry.dtype)}, which is no array.")
        count = math.prod(entry.shape)
        wanted = count * dtype.itemsize
        if entry.dtype == STRING:
            if count > entry.size:
                raise DamagedFile(f"{path!r}: {count} texts of {name!r} do not fit into {entry.size} bytes.")
        elif wanted != entry.size:
            raise DamagedFile(
                f"{self.prefix + '.index'!r}: tensor {name!r} of shape {entry.shape} and dtype "
                f"{dtype_name(entry.dtype)} needs {wanted} bytes, the index says {entry.size}."
            )
        refuse_link(path)
        try:
            file = open(path, "rb")  # closed by the `with` below
        except FileNotFoundError:
            raise FileNotFoundError(f"Checkpoint {self.prefix!r} is incomplete: there is no file {path!r}.") from None
        with file:
            length = os.fstat(file.fileno()).st_size
            if entry.offset + entry.size > length:
                raise DamagedFile(
                    f"{path!r} has {length} bytes, but tensor {name!r} ends at byte {entry.offset + entry.size}: "
                    "the file is cut."
                )
            file.seek(entry.offset)
            try:
                data, crc = read_bytes(file, entry.size, None if entry.dtype == STRING else 0)
            except EOFError:
                raise DamagedFile(
                    f"{path!r} ended while tensor {name!r} was read: it is being written or cut."
                ) from None
        if entry.dtype == STRING:
            return _texts(data, count, entry, name, path)
        if crc is None or mask_crc(crc) != entry.crc:
            raise _wrong_checksum(path, entry, name)
        if dtype == np.bool_ and (data > 1).any():
            raise DamagedFile(f"{path!r}: tensor {name!r} has bytes that are neither true nor false.")
        return data.view(dtype).reshape(entry.shape)

    def _joined(self, name: str, entry: Entry) -> np.ndarray:
        """A tensor that was saved in parts."""
        places = [part.resolve(entry.shape, name) for part in entry.slices]
        covered = sum(math.prod(axis.stop - axis.start for axis in place) for place in places)
        if covered != math.prod(entry.shape) or overlapping(places):
            raise DamagedFile(f"{self.prefix + '.index'!r}: the parts of tensor {name!r} do not make up its shape.")
        parts = []
        for part, place in zip(entry.slices, places):
            found = self._parts.get(slice_key(name, part))
            if found is None:
                raise DamagedFile(f"{self.prefix + '.index'!r}: part {part.extents} of tensor {name!r} is missing.")
            piece = self._tensor(f"{name}, part {part.extents}", found)
            if piece.shape != tuple(axis.stop - axis.start for axis in place) or found.dtype != entry.dtype:
                raise DamagedFile(
                    f"{self.prefix + '.index'!r}: part {part.extents} of tensor {name!r} has another shape."
                )
            parts.append((place, piece))
        out = np.empty(entry.shape, numpy_dtype(entry.dtype))
        for place, piece in parts:
            out[place] = piece
        return out


def _texts(data: np.ndarray, count: int, entry: Entry, name: str, path: str) -> np.ndarray:
    """A string tensor: all lengths, a checksum of them, then the bytes."""
    raw = data.tobytes()
    where = f"{path!r}, tensor {name!r}"
    lengths, position = [], 0
    try:
        for _ in range(count):
            length, position = read_varint(raw, position, where, entry.offset)
            lengths.append(length)
    except WireError as error:
        raise DamagedFile(str(error)) from error
    crc = crc32c(b"".join(n.to_bytes(4 if n < 1 << 32 else 8, "little") for n in lengths))
    begin = position + 4
    if raw[position:begin] != mask_crc(crc).to_bytes(4, "little") or begin + sum(lengths) != len(raw):
        raise _wrong_checksum(path, entry, name)
    if mask_crc(crc32c(raw[position:], crc)) != entry.crc:
        raise _wrong_checksum(path, entry, name)
    out = np.empty(count, object)
    for i, length in enumerate(lengths):
        out[i] = raw[begin : begin + length]
        begin += length
    return out.reshape(entry.shape)


def _wrong_checksum(path: str, entry: Entry, name: str) -> DamagedFile:
    return DamagedFile(
        f"{path!r}: the checksum of tensor {name!r} (bytes {entry.offset} to {entry.offset + entry.size}) is wrong: "
        "the file is damaged."
    )


def _missing(prefix: str) -> str:
    folder, name = os.path.split(prefix)
    folder = folder or "."
    if not os.path.isdir(folder):
        return f"There is no checkpoint {prefix!r}: the folder {folder!r} does not exist."
    there = sorted(file[: -len(".index")] for file in os.listdir(folder) if file.endswith(".index"))
    listed = f" In that folder are: {', '.join(there[:8])}." if there else " There is no checkpoint in that folder."
    return f"There is no checkpoint {prefix!r} (no file {name + '.index'!r}).{did_you_mean(name, there)}{listed}"


def read_tensor_bundle(prefix: str | os.PathLike) -> dict[str, Any]:
    """Reads all tensors of a checkpoint that TensorFlow or kerax wrote.

    Args:
      prefix: what the names of its files begin with: ``"folder/ckpt-3"``.

    Returns:
      Names and NumPy arrays; strings as object arrays of ``bytes``.

    Raises:
      FileNotFoundError: if a file is missing.
      ValueError: naming file, tensor and byte, if something is damaged.

    Example:
      >>> import tempfile, numpy as np
      >>> from kerax.saving.tensor_bundle import read_tensor_bundle
      >>> from kerax.saving.tensor_bundle_write import write_tensor_bundle
      >>> prefix = tempfile.mkdtemp() + "/ckpt"
      >>> write_tensor_bundle(prefix, {"step": np.int64(7), "name": np.array([b"a"], object)})
      >>> read_tensor_bundle(prefix)
      {'name': array([b'a'], dtype=object), 'step': array(7)}
    """
    bundle = TensorBundle(prefix)
    return {name: bundle[name] for name in bundle if name != OBJECT_GRAPH}
