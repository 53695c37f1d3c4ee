"""Weights in safetensors files: one, or several of bounded size with an index, as Keras 3's sharded weights have one.

The index, ``name.weights.json``, holds ``{"metadata": {"total_size": bytes}, "weight_map": {name: file}}``; the files
stand beside it.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
from typing import Any

from kerax.dtypes import device_dtype
from kerax.saving.groups import groups_of
from kerax.saving.json_text import parse_json
from kerax.saving.leaves import VariableLeaf
from kerax.saving.load_report import LoadReport
from kerax.saving.safetensors import SafetensorsFile, write_safetensors
from kerax.saving.sstable import DamagedFile
from kerax.saving.weights_h5 import load_weights_h5
from kerax.state import Variable
from kerax.utils.atomic import atomic_path

_GIB = 2**30
_MOST_INDEX = 1 << 28  # bytes of an index file


def named_weights(model: Any) -> dict[str, Variable]:
    """A model's weights by names that do not depend on how often layers were made: ``layers/dense/kernel``.

    Example:
      >>> import kerax
      >>> from kerax.saving.sharded_weights import named_weights
      >>> list(named_weights(kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])))
      ['layers/dense/kernel', 'layers/dense/bias']
    """
    found: dict[str, Variable] = {}
    for group in groups_of(model):
        for variable in group.variables:
            if not variable.is_weight:
                continue
            base = name = f"{group.place}/{variable.name}" if group.place else variable.name
            count = 0
            while name in found:
                count += 1
                name = f"{base}_{count}"
            found[name] = variable
    return found


def save_safetensors_weights(model: Any, path: str | os.PathLike) -> None:
    """Writes a model's weights, without the state of its optimizer, into one safetensors file.

    Raises:
      OSError: naming the path, if it cannot be written.
    """
    write_safetensors(
        path, {name: _Array(variable) for name, variable in named_weights(model).items()}, {"format": "np"}
    )


def load_safetensors_weights(
    model: Any, path: str | os.PathLike, skip_mismatch: bool = False, by_name: bool = False
) -> LoadReport:
    """Reads what ``save_safetensors_weights`` wrote; nothing changes unless all of it fits.

    Raises:
      ValueError: naming file, weight, expected and found shape.
    """
    return _assign(model, {name: file for file in [SafetensorsFile(path)] for name in file}, str(path), skip_mismatch)


def save_sharded_weights(model: Any, path: str | os.PathLike, max_shard_size: float = 10) -> None:
    """Writes a model's weights into several safetensors files and an index of them.

    The files' names carry a number that grows with each save, and the index is moved into place last: until then the
    earlier weights are whole.

    Args:
      model: a built model.
      path: the index, ending in ``.weights.json``.
      max_shard_size: largest size of a file in gigabytes; a single larger weight has a file of its own.

    Raises:
      ValueError: for a size that is not positive.
      OSError: naming the path, if it cannot be written.
    """
    if not max_shard_size > 0:
        raise ValueError(
            f"save_weights(max_shard_size=...) must be a positive number of GB, received {max_shard_size!r}."
        )
    index = pathlib.Path(path)
    shards: list[dict[str, Any]] = [{}]
    size = 0
    for name, variable in named_weights(model).items():
        needed = variable.size * device_dtype(variable.dtype).itemsize
        if shards[-1] and size + needed > max_shard_size * _GIB:
            shards.append({})
            size = 0
        shards[-1][name] = _Array(variable)
        size += needed
    stem = index.name.removesuffix(".json").removesuffix(".weights")
    pattern = re.compile(re.escape(stem) + r"_(\d+)_\d{5}\.safetensors")
    old = [file for file in os.listdir(index.parent or ".") if pattern.fullmatch(file)]
    turn = max((int(pattern.fullmatch(file).group(1)) for file in old), default=0) + 1
    places, total = {}, 0
    for number, shard in enumerate(shards):
        file = f"{stem}_{turn}_{number:05d}.safetensors"
        write_safetensors(index.with_name(file), shard, {"format": "np"})
        places.update(dict.fromkeys(shard, file))
        total += sum(one.variable.size * one.dtype.itemsize for one in shard.values())
    with atomic_path(index, "weights") as temporary:
        content = {"metadata": {"total_size": total}, "weight_map": places}
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
    for file in old:
        index.with_name(file).unlink(missing_ok=True)


def load_sharded_weights(
    model: Any, path: str | os.PathLike, skip_mismatch: bool = False, by_name: bool = False
) -> LoadReport:
    """Reads weights through an index; nothing changes unless all of them fit.

    Raises:
      ValueError: naming file and weight; also if the index names a file that is not beside it.
      FileNotFoundError: if a file is missing.
    """
    index = pathlib.Path(path)
    if index.stat().st_size > _MOST_INDEX:
        raise DamagedFile(f"{str(path)!r} is too large to be an index of weights.")
    content = parse_json(index.read_bytes(), repr(str(path)))
    places = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(places, dict):
        raise DamagedFile(f"{str(path)!r} is no index of sharded weights: it has no 'weight_map'.")
    files: dict[str, None] = {}
    for name, file in places.items():
        for one in file if isinstance(file, list) else [file]:
            if not isinstance(one, str) or pathlib.PurePath(one).name != one or "\\" in one or one in ("", ".", ".."):
                raise DamagedFile(
                    f"{str(path)!r}: weight {name!r} is said to be in {one!r}, which is no plain file name."
                )
            if not one.endswith((".safetensors", ".h5")):
                raise DamagedFile(
                    f"{str(path)!r}: weight {name!r} is said to be in {one!r}, which is no file of weights."
                )
            if os.path.islink(index.with_name(one)):
                raise DamagedFile(f"{str(path)!r}: file {one!r} is a link, which is not followed.")
            files[one] = None
    if all(file.endswith(".h5") for file in files):
        return _load_keras_shards(model, index, list(files), skip_mismatch)
    tensors = {}
    for file in files:
        shard = SafetensorsFile(index.with_name(file))
        tensors.update(dict.fromkeys((name for name in shard if places.get(name) == file), shard))
    lost = [name for name in places if name not in tensors]
    if lost:
        raise DamagedFile(f"{str(path)!r}: weight {lost[0]!r} is not in file {places[lost[0]]!r}.")
    return _assign(model, tensors, str(path), skip_mismatch)


def _load_keras_shards(model: Any, index: pathlib.Path, files: list[str], skip_mismatch: bool) -> LoadReport:
    """Keras 3's own shards are HDF5 files that each hold some groups."""
    whole = LoadReport(str(index))
    loaded: set[str] = set()
    for file in files:
        report = load_weights_h5(model, index.with_name(file), skip_mismatch=True)
        loaded |= set(report.loaded)
    whole.loaded = sorted(loaded)
    whole.missing = [v.path for v in model.weights if v.path not in loaded]
    if whole.missing and not skip_mismatch:
        raise ValueError(f"load_weights(): {whole}. Is it the file of another model?")
    return whole


def _assign(model: Any, tensors: dict[str, SafetensorsFile], source: str, skip_mismatch: bool) -> LoadReport:
    report = LoadReport(source)
    weights = named_weights(model)
    if not any(name in tensors for name in weights):  # a file of another writer names weights by their paths
        by_path = {variable.path: variable for variable in weights.values()}
        weights = by_path if any(name in tensors for name in by_path) else weights
    report.missing = [variable.path for name, variable in weights.items() if name not in tensors]
    report.unused = [name for name in tensors if name not in weights]
    if report.missing and not skip_mismatch:
        raise ValueError(f"load_weights(): {report}. Is it the file of another model?")
    actions = []
    for name, variable in weights.items():
        if name not in tensors:
            continue
        file = tensors[name]
        shape = file.shapes()[name]
        try:
            if shape != variable.shape:
                raise ValueError(
                    f"load_weights(): weight {variable.path!r} ({name!r} in {file.path!r}) has shape {variable.shape}, "
                    f"the file holds {shape}. Is it the file of another model?"
                )
            actions.append((variable, VariableLeaf(variable).prepare(file[name], name, file.path)))
        except DamagedFile:
            raise
        except ValueError as error:
            if not skip_mismatch:
                raise
            report.skipped[variable.path] = str(error)
    actions.reverse()
    while actions:  # each array is let go as soon as it is assigned
        variable, assign = actions.pop()
        assign()
        report.loaded.append(variable.path)
    return report


class _Array:
    """A variable as an array that is fetched when it is written."""

    def __init__(self, variable: Variable):
        self.variable, self.shape, self.dtype = variable, variable.shape, device_dtype(variable.dtype)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return VariableLeaf(self.variable).value()
