"""Weights and optimizer state in Orbax's format: written in the background, sharded arrays by every host its own part.

Orbax is imported when first used; it comes with Flax. Its own commit protocol makes a folder whole or not there. The
bytes of arrays have no checksum in its format, so kerax adds one for each shard (see ``piece_checksums.py``).
"""

from __future__ import annotations

import errno
import math
import os
import pathlib
import re
import shutil
import time
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from kerax.callbacks.orbax_checkpoint import UNFINISHED
from kerax.saving.links import refuse_links_in
from kerax.saving.load_report import LoadReport
from kerax.saving.piece_checksums import damaged_piece, piece_sums
from kerax.saving.safetensors_weights import named_weights
from kerax.state import Variable

_CHECKSUMS = "kerax_crc32c"  # group of the arrays' checksums, as Orbax has none for their bytes
_FREE_VALUES, _MOST_VALUES = 48 * 2**20, 8  # bytes of arrays nobody asked for; times the files' size beyond that
_CHECKS_AT_MOST, _QUIET_CHECKS, _BETWEEN_CHECKS = 40, 3, 0.05  # seconds between; for what a failed save left
_OS_ERROR = re.compile(r"os_error_code='(\d+)'")  # how its storage says why


def save_orbax_weights(model: Any, path: str | os.PathLike, wait: bool = True) -> Any:
    """Writes a model's weights, and its optimizer's variables, as an Orbax checkpoint.

    Args:
      model: a built model; its arrays may be spread over devices and hosts.
      path: the folder to make; an earlier one of the name is replaced.
      wait: whether to wait until it is written. Otherwise only the copy from the devices is waited for.

    Returns:
      The checkpointer; without ``wait`` call its ``wait_until_finished()`` before the program ends.

    Raises:
      OSError: naming the path, if the folder cannot be written or the disk is full; an earlier one stays as it was.

    Example:
      >>> import tempfile, kerax
      >>> from kerax.saving.orbax_weights import load_orbax_weights, save_orbax_weights
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
      >>> checkpointer = save_orbax_weights(model, tempfile.mkdtemp() + "/w.orbax")
    """
    import orbax.checkpoint as ocp

    target = pathlib.Path(path).absolute()
    alone = wait and target.exists() and jax.process_count() == 1
    written = target.with_name(f".{target.name}.new") if alone else target  # Orbax removes the old before it writes
    checkpointer = ocp.StandardCheckpointer()
    tree = {group: {name: box.read() for name, box in boxes.items()} for group, boxes in _boxes(model).items()}
    sums = {f"{group}.{name}": piece_sums(array) for group, named in tree.items() for name, array in named.items()}
    if sums:
        tree[_CHECKSUMS] = sums
    try:
        checkpointer.save(written, tree, force=True)
        if wait:
            checkpointer.wait_until_finished()
            checkpointer.close()
        if alone:
            _replace_folder(written, target)
    except (OSError, ValueError) as error:
        found = _OS_ERROR.search(str(error))
        number = int(found[1]) if found else getattr(error, "errno", None)
        if number is None and "RESOURCE_EXHAUSTED" not in str(error):
            raise
        number = number or errno.ENOSPC
        if jax.process_index() == 0:
            _remove_unfinished(written)
        raise OSError(number, f"Cannot write weights to {os.fspath(path)!r}: {os.strerror(number)}") from error
    return checkpointer


def _remove_unfinished(target: pathlib.Path) -> None:
    """Removes what a failed save left, also what threads of its storage that nothing can wait for still write."""
    quiet = 0
    for _ in range(_CHECKS_AT_MOST):
        left = list(target.parent.glob(f"{target.name}{UNFINISHED}*"))
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)
        quiet = 0 if left else quiet + 1
        if quiet == _QUIET_CHECKS:
            return
        time.sleep(_BETWEEN_CHECKS)


def _replace_folder(new: pathlib.Path, target: pathlib.Path) -> None:
    """Puts a whole folder in the place of another."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def load_orbax_weights(
    model: Any, path: str | os.PathLike, skip_mismatch: bool = False, by_name: bool = False
) -> LoadReport:
    """Reads what ``save_orbax_weights`` wrote, each array onto the devices that hold the model's.

    Nothing changes unless everything fits.

    Args:
      model: a built model; its optimizer must be built to get its variables back.
      path: the folder.
      skip_mismatch: whether weights that are missing or of another shape are left as they are instead of raising.
      by_name: not possible in this format.

    Raises:
      FileNotFoundError: if there is no such folder.
      ValueError: naming folder, weight, expected and found shape.
    """
    import orbax.checkpoint as ocp

    folder = pathlib.Path(path).absolute()
    if not folder.is_dir():
        raise FileNotFoundError(f"load_weights(): there is no Orbax checkpoint {str(path)!r}.")
    refuse_links_in(folder)
    report = LoadReport(str(path))
    checkpointer = ocp.StandardCheckpointer()
    try:
        try:
            stored = _described(checkpointer.metadata(folder).item_metadata.tree)
        except Exception as error:  # whatever Orbax's parsers raise
            raise _damaged(path, error) from error
        boxes = _boxes(model)
        wanted: dict[str, dict[str, Any]] = {}
        for group, named in stored.items():
            if group == _CHECKSUMS:
                wanted[group] = {
                    name: jax.ShapeDtypeStruct(one.shape, np.uint32, sharding=_everywhere())
                    for name, one in named.items()
                }
                continue
            wanted[group] = {}
            for name, one in named.items():
                wanted[group][name] = jax.ShapeDtypeStruct(one.shape, one.dtype)
                box = boxes.get(group, {}).get(name)
                if box is None:
                    report.unused.append(f"{group}/{name}")
                elif tuple(one.shape) != box.shape:
                    text = f"weight {box.path!r} has shape {box.shape}, {str(path)!r} holds {tuple(one.shape)}"
                    if not skip_mismatch:
                        raise ValueError(f"load_weights(): {text}. Is it the checkpoint of another model?")
                    report.skipped[box.path] = text
                else:
                    wanted[group][name] = jax.ShapeDtypeStruct(one.shape, one.dtype, sharding=box.read().sharding)
                    report.loaded.append(box.path)
        known = stored.get("weights", {})
        report.missing = [box.path for name, box in boxes["weights"].items() if name not in known]
        if report.missing and not skip_mismatch:
            raise ValueError(f"load_weights(): {report}. Is it the checkpoint of another model?")
        _check_proportion(stored, boxes, folder)
        try:
            tree = checkpointer.restore(folder, wanted)
        except Exception as error:
            raise _damaged(path, error) from error
    finally:
        checkpointer.close()
    damage = _damage(
        tree, {name: np.asarray(one.addressable_data(0)) for name, one in tree.pop(_CHECKSUMS, {}).items()}
    )
    if _on_any_host(damage is not None):
        raise ValueError(
            f"load_weights(): {str(path)!r} is damaged: {damage or 'another host found a checksum that is wrong'}."
        )
    for group, named in tree.items():
        for name, array in named.items():
            box = boxes.get(group, {}).get(name)
            if box is not None and box.path not in report.skipped:
                box.assign(array)
    return report


def _damage(tree: dict[str, dict[str, Any]], sums: dict[str, np.ndarray]) -> str | None:
    """What is wrong with the first array, of what this process has of it, that does not agree with its checksums."""
    for group, named in tree.items():
        for name, array in named.items():
            known = sums.get(f"{group}.{name}")
            try:
                place = None if known is None else damaged_piece(array, known)
            except ValueError as error:
                return f"{group}.{name}: {error}"
            if place is not None:
                where = ", ".join(f"{part.start}:{part.stop}" for part in place)
                return f"the checksum of {group}.{name}[{where}] is wrong"
    return None


def _on_any_host(found: bool) -> bool:
    """Whether something was found on any host, so that all of them go on or none."""
    if jax.process_count() == 1:
        return found
    from jax.experimental.multihost_utils import process_allgather

    return bool(np.any(process_allgather(np.array(found))))


def _everywhere() -> NamedSharding:
    """Whole on every device."""
    return NamedSharding(Mesh(np.array(jax.devices()), ("all",)), PartitionSpec())


def _described(tree: Any) -> dict[str, dict[str, Any]]:
    """Group, name and description of every array; anything else is no checkpoint of weights."""
    for named in dict(tree).values():
        for one in dict(named).values():
            math.prod(one.shape) * np.dtype(one.dtype).itemsize  # what has neither raises
    return dict(tree)


def _check_proportion(stored: dict, boxes: dict, folder: pathlib.Path) -> None:
    """Refuses arrays that nobody asked for, which Orbax reads all the same, if they are out of proportion."""
    unasked = sum(
        math.prod(one.shape) * np.dtype(one.dtype).itemsize
        for group, named in stored.items()
        for name, one in named.items()
        if getattr(boxes.get(group, {}).get(name), "shape", None) != tuple(one.shape)
    )
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if unasked > max(_FREE_VALUES, _MOST_VALUES * size):
        raise ValueError(
            f"load_weights(): {str(folder)!r} says it has {unasked} bytes of arrays that the model has not, its files "
            f"have {size}: it is damaged, or the checkpoint of another model."
        )


def _damaged(path: Any, error: Exception) -> ValueError:
    return ValueError(f"load_weights(): {str(path)!r} is no Orbax checkpoint of weights, or it is damaged: {error}")


def _boxes(model: Any) -> dict[str, dict[str, Variable]]:
    """Weights, and the optimizer's variables where they exist, by names that Orbax takes."""
    found = {"weights": {name.replace("/", "."): box for name, box in named_weights(model).items()}}
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and getattr(optimizer, "built", False):
        found["optimizer"] = {f"{number:05d}": box for number, box in enumerate(optimizer.variables)}
    return found
