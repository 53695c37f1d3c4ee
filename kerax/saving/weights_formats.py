"""Formats of weights: which one a path means, and who writes and reads it.

A new format is one row in ``FORMATS``.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kerax.saving.legacy_weights import load_legacy_weights, save_legacy_weights
from kerax.saving.load_report import LoadReport
from kerax.saving.safetensors_weights import load_safetensors_weights, save_safetensors_weights
from kerax.saving.sharded_weights import load_sharded_weights, save_sharded_weights
from kerax.saving.tf_weights import find_tf_weights, is_tf_prefix, load_tf_weights, save_tf_weights
from kerax.saving.weights_h5 import load_weights_h5, save_weights_h5
from kerax.saving.zip_reader import WEIGHTS, ArchiveReader
from kerax.utils.atomic import atomic_path


@dataclass(frozen=True)
class WeightsFormat:
    """One format of weights.

    Args:
      name: as ``save_format`` names it.
      endings: of the paths that mean this format; the first format with a fitting ending is taken.
      save: ``save(model, path)`` writes them, whole or not at all; None for formats that are only read.
      load: ``load(model, path, skip_mismatch, by_name)`` reads them and returns a ``LoadReport``.
      by_name: whether layers can be found by name in another topology.
      deferred: whether a model that is not built yet can be given, which gets its values when it is.
    """

    name: str
    endings: tuple[str, ...]
    save: Callable[[Any, pathlib.Path], None] | None
    load: Callable[[Any, pathlib.Path, bool, bool], LoadReport]
    by_name: bool = False
    deferred: bool = False


def _save_keras3(model: Any, path: pathlib.Path) -> None:
    with atomic_path(path, "weights") as temporary:
        save_weights_h5(model, temporary)


def _save_legacy(model: Any, path: pathlib.Path) -> None:
    with atomic_path(path, "weights") as temporary:
        save_legacy_weights(model, temporary)


def _load_keras3(model: Any, path: pathlib.Path, skip_mismatch: bool, by_name: bool) -> LoadReport:
    return load_weights_h5(model, path, skip_mismatch)


def _load_from_archive(model: Any, path: pathlib.Path, skip_mismatch: bool, by_name: bool) -> LoadReport:
    with ArchiveReader(path) as archive:
        if WEIGHTS not in archive.names():
            raise ValueError(f"load_weights(): {archive.what} has no member {WEIGHTS!r}.")
        with archive.opened(WEIGHTS) as weights:
            return load_weights_h5(model, weights, skip_mismatch, f"{archive.what}: {WEIGHTS}")


def _save_orbax(model: Any, path: pathlib.Path) -> None:
    from kerax.saving.orbax_weights import save_orbax_weights  # Orbax takes seconds to import

    save_orbax_weights(model, path)


def _load_orbax(model: Any, path: pathlib.Path, skip_mismatch: bool, by_name: bool) -> LoadReport:
    from kerax.saving.orbax_weights import load_orbax_weights

    return load_orbax_weights(model, path, skip_mismatch, by_name)


FORMATS: tuple[WeightsFormat, ...] = (
    WeightsFormat("weights.h5", (".weights.h5",), _save_keras3, _load_keras3),
    WeightsFormat("keras", (".keras",), None, _load_from_archive),
    WeightsFormat("h5", (".h5", ".hdf5"), _save_legacy, load_legacy_weights, by_name=True),
    WeightsFormat("safetensors", (".safetensors",), save_safetensors_weights, load_safetensors_weights),
    WeightsFormat("orbax", (".orbax",), _save_orbax, _load_orbax),
    WeightsFormat("weights.json", (".weights.json",), save_sharded_weights, load_sharded_weights),
)
TF = WeightsFormat("tf", (), save_tf_weights, load_tf_weights, deferred=True)  # a prefix of files, not an ending
_ALIASES = {"hdf5": "h5", "tensorflow": "tf"}


def find_format(path: pathlib.Path, save_format: str | None, where: str) -> WeightsFormat:
    """The format that a path or an explicit name means.

    Args:
      path: where the weights are or shall be.
      save_format: the name of a format, or None to go by the path.
      where: the calling method, for messages.

    Raises:
      ValueError: if neither names a format.
    """
    if save_format is not None:
        name = _ALIASES.get(str(save_format).lower(), str(save_format).lower())
        for one in (*FORMATS, TF):
            if one.name == name:
                return one
    else:
        for one in FORMATS:
            if path.name.endswith(one.endings):
                return one
        if is_tf_prefix(path) or find_tf_weights(path) is not None:
            return TF
    endings = ", ".join(ending for one in FORMATS if one.save for ending in one.endings)
    given = f"save_format={save_format!r}" if save_format is not None else repr(str(path))
    raise ValueError(
        f"{where}: the file name must end in '.weights.h5' or that of another format of weights ({endings}); "
        f"received {given}."
    )
