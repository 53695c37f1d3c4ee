"""The file of an interrupted run: what is known about it, and its arrays, with checksums, written at once or not."""

from __future__ import annotations

import contextlib
import os
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerax.utils.atomic import atomic_path

_VERSION = 1
_FACTS = "run"
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError)


class DamagedBackup(ValueError):
    """A backup that is not what was written."""


def write_backup(path: str, facts: dict[str, Any], arrays: Mapping[str, np.ndarray], previous: str | None) -> None:
    """Writes a backup: the file stands there whole, or the earlier one does.

    Args:
      path: of the file.
      facts: plain values.
      arrays: name to array.
      previous: where the earlier backup is kept, or None.

    Raises:
      OSError: naming the path.
    """
    from kerax.data.codec import encode  # loaded when a run is first saved

    index = [[name, array.dtype.name, list(array.shape)] for name, array in arrays.items()]
    with atomic_path(path, "a backup of the run") as temporary:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as file:
            file.writestr(_FACTS, encode({"version": _VERSION, "arrays": index, **facts}))
            for number, array in enumerate(arrays.values()):
                with file.open(str(number), "w", force_zip64=True) as member:
                    member.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
        if previous is not None and os.path.exists(path):
            os.replace(path, previous)


def plain_part(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a mapping a backup can hold: numbers, text, arrays, and containers of them.

    Example:
      >>> from kerax.callbacks.backup_file import plain_part
      >>> plain_part({"wait": 2, "schedule": abs})
      {'wait': 2}
    """
    from kerax.data.codec import encode

    found = {}
    for name, value in values.items():
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            encode(value)
            found[name] = value
    return found


class BackupFile:
    """A backup that is read.

    Args:
      path: of the file.

    Raises:
      DamagedBackup: if it is not what was written.
    """

    def __init__(self, path: str):
        from kerax.data.codec import decode

        self.path = path
        try:
            with zipfile.ZipFile(path) as file:
                self.facts = decode(file.read(_FACTS))
                bad = file.testzip()
        except _DAMAGE as error:
            raise DamagedBackup(f"The backup {path!r} is damaged: {error}") from None
        if bad is not None or not isinstance(self.facts, dict):
            raise DamagedBackup(f"The backup {path!r} is damaged: the checksum of member {bad!r} is wrong.")
        if self.facts.get("version") != _VERSION:
            raise DamagedBackup(f"The backup {path!r} is of another version of kerax: {self.facts.get('version')!r}.")
        self.specs = {name: (dtype, tuple(shape)) for name, dtype, shape in self.facts["arrays"]}

    def arrays(self) -> dict[str, np.ndarray]:
        """All arrays by name."""
        found = {}
        with zipfile.ZipFile(self.path) as file:
            for number, (name, (dtype, shape)) in enumerate(self.specs.items()):
                found[name] = np.frombuffer(file.read(str(number)), jax.numpy.dtype(dtype)).reshape(shape)
        return found
