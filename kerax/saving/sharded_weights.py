"""Weights in several HDF5 files of bounded size and an index of them, as Keras 3's sharded weights are.

The index, ``name.weights.json``, holds ``{"metadata": {"total_size": bytes}, "weight_map": {group: file or files}}``;
the files stand beside it. Each holds the groups of a ``.weights.h5`` file, or some of their arrays. Keras 3 opens the
file ``name_00000.weights.h5`` before it looks into the index; here that file is empty, so that all others can be new
ones and the index be moved into place last: until then the earlier weights are whole.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import zlib
from contextlib import ExitStack
from typing import Any

from kerax.saving.hdf5_reader import Hdf5Reader, StoredArray
from kerax.saving.hdf5_writer import hdf5_file, write_array
from kerax.saving.json_text import parse_json
from kerax.saving.links import refuse_link
from kerax.saving.load_report import LoadReport
from kerax.saving.lora import MARK
from kerax.saving.safetensors import SafetensorsFile
from kerax.saving.safetensors_weights import assign_tensors
from kerax.saving.sstable import DamagedFile
from kerax.saving.weights_h5 import arrays_to_write, load_weights_from
from kerax.utils.atomic import atomic_path

_GIB = 2**30
_MOST_INDEX = 1 << 28  # bytes of an index file
_CHECKSUM = "kerax_crc32"  # among the metadata: of the map as JSON with sorted keys
_SUFFIX = ".weights.h5"


def save_sharded_weights(model: Any, path: str | os.PathLike, max_shard_size: float = 5) -> None:
    """Writes a model's weights, and the state of its optimizer, into several files and an index of them.

    Args:
      model: a built model.
      path: the index, ending in ``.weights.json``.
      max_shard_size: largest size of a file's arrays in gigabytes (2**30 bytes); a single larger one has its own file.

    Raises:
      ValueError: for a size that is not positive.
      OSError: naming the path, if it cannot be written.
    """
    if not max_shard_size > 0:
        raise ValueError(
            f"save_weights(max_shard_size=...) must be a positive number of GB, received {max_shard_size!r}."
        )
    index = pathlib.Path(path)
    stem = index.name.removesuffix(".json").removesuffix(".weights")
    shards: list[list[Any]] = [[]]
    size = total = 0
    for one in arrays_to_write(model):
        if shards[-1] and size + one.nbytes > max_shard_size * _GIB:
            shards.append([])
            size = 0
        shards[-1].append(one)
        size += one.nbytes
        total += one.nbytes
    pattern = re.compile(re.escape(stem) + r"\.(\d+)-\d{5}-of-\d{5}" + re.escape(_SUFFIX))
    old = [file for file in os.listdir(index.parent or ".") if pattern.fullmatch(file)]
    turn = max((int(pattern.fullmatch(file)[1]) for file in old), default=0) + 1  # type: ignore[index]
    first = index.with_name(f"{stem}_00000{_SUFFIX}")
    if not first.exists():
        with atomic_path(first, "weights") as temporary, hdf5_file(temporary):
            pass
    places: dict[str, list[str]] = {}
    for number, shard in enumerate(shards, 1):
        name = f"{stem}.{turn}-{number:05d}-of-{len(shards):05d}{_SUFFIX}"
        with atomic_path(index.with_name(name), "weights") as temporary, hdf5_file(temporary) as file:
            for one in shard:
                group = file.require_group(one.group)
                group.attrs["name"] = one.owner
                if one.merged:
                    group.attrs[MARK] = "merged"
                write_array(group, one.name, one.value())
                if places.setdefault(f"/{one.group}", [name])[-1] != name:
                    places[f"/{one.group}"].append(name)
    metadata = {"total_size": total, _CHECKSUM: _checksum(places)}
    with atomic_path(index, "weights") as temporary:
        temporary.write_text(json.dumps({"metadata": metadata, "weight_map": places}, indent=1), encoding="utf-8")
    for left in old:
        index.with_name(left).unlink(missing_ok=True)


def load_sharded_weights(
    model: Any, path: str | os.PathLike, skip_mismatch: bool = False, by_name: bool = False
) -> LoadReport:
    """Reads weights through an index; nothing changes unless all of them fit.

    Raises:
      ValueError: naming file and weight; also if the index names a file that is not beside it.
      FileNotFoundError: if a file is missing.
    """
    index = pathlib.Path(path)
    places = _read_index(index)
    files = list(dict.fromkeys(file for listed in places.values() for file in listed))
    gone = [file for file in files if not index.with_name(file).exists()]
    if gone:
        raise FileNotFoundError(f"{str(path)!r} is incomplete: there is no file {gone[0]!r} beside it.")
    if all(file.endswith(".h5") for file in files):
        with ExitStack() as stack:
            readers = {file: stack.enter_context(Hdf5Reader(index.with_name(file))) for file in files}
            return load_weights_from(_Shards(repr(str(path)), readers, places), model, skip_mismatch)
    tensors = {}
    for file in files:
        shard = SafetensorsFile(index.with_name(file))
        tensors.update(dict.fromkeys((name for name in shard if file in places.get(name, ())), shard))
    lost = [name for name in places if name not in tensors]
    if lost:
        raise DamagedFile(f"{str(path)!r}: weight {lost[0]!r} is not in file {places[lost[0]][0]!r}.")
    return assign_tensors(model, tensors, str(path), skip_mismatch)


def _read_index(index: pathlib.Path) -> dict[str, list[str]]:
    """Which files hold a group or weight: plain names of files beside the index only."""
    what = repr(str(index))
    if index.stat().st_size > _MOST_INDEX:
        raise DamagedFile(f"{what} is too large to be an index of weights.")
    content = parse_json(index.read_bytes(), what)
    places = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(places, dict):
        raise DamagedFile(f"{what} is no index of sharded weights: it has no 'weight_map'.")
    found: dict[str, list[str]] = {}
    for name, file in places.items():
        found[name] = file if isinstance(file, list) else [file]
        for one in found[name]:
            if not isinstance(one, str) or pathlib.PurePath(one).name != one or "\\" in one or one in ("", ".", ".."):
                raise DamagedFile(f"{what}: weight {name!r} is said to be in {one!r}, which is no plain file name.")
            if not one.endswith((".safetensors", ".h5")):
                raise DamagedFile(f"{what}: weight {name!r} is said to be in {one!r}, which is no file of weights.")
            refuse_link(index.with_name(one))
    metadata = content.get("metadata")
    if isinstance(metadata, dict) and metadata.get(_CHECKSUM, _checksum(places)) != _checksum(places):
        raise DamagedFile(f"{what} is damaged: it does not agree with its checksum.")
    return found


def _checksum(places: dict[str, Any]) -> str:
    return f"{zlib.crc32(json.dumps(places, sort_keys=True).encode()):08x}"


class _Shards:
    """The groups of several files as those of one; the arrays of a group may stand in several.

    Args:
      what: the index, for messages.
      readers: file name to open file.
      places: group to file names.
    """

    def __init__(self, what: str, readers: dict[str, Hdf5Reader], places: dict[str, list[str]]):
        self.what, self._readers = what, readers
        self._places = {place.strip("/"): files for place, files in places.items()}

    def _of(self, path: str) -> list[Hdf5Reader]:
        return [self._readers[file] for file in self._places.get(path.strip("/"), ())]

    def has_group(self, path: str) -> bool:
        """Whether a file has a group."""
        return any(reader.has_group(path) for reader in self._of(path))

    def text(self, path: str, name: str) -> str | None:
        """A text attribute of a group."""
        return next((found for reader in self._of(path) if (found := reader.text(path, name)) is not None), None)

    def names(self, path: str) -> list[str]:
        """The names in a group, of all files."""
        return [name for reader in self._of(path) for name in reader.names(path)]

    def array(self, path: str) -> StoredArray | None:
        """The array at a path."""
        group = path.rpartition("/")[0]
        return next((found for reader in self._of(group) if (found := reader.array(path)) is not None), None)

    def numbered_arrays(self, path: str) -> list[StoredArray]:
        """The arrays ``0``, ``1``... in a group, of all files.

        Raises:
          ValueError: if a number is left out or stands twice.
        """
        names = self.names(path)
        if sorted(names) != sorted(str(i) for i in range(len(names))):
            raise ValueError(f"{path!r} in {self.what} should hold arrays named 0 to {len(names) - 1}, found {names}.")
        found = [self.array(f"{path}/{i}") for i in range(len(names))]
        return [array for array in found if array is not None]
