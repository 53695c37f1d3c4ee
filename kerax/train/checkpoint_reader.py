"""Looking into checkpoints: names, shapes, values."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerax.saving.tensor_bundle import TensorBundle
from kerax.train.checkpoint_state import latest_checkpoint

_POLL = 1.0  # seconds between two looks into a folder


class CheckpointReader:
    """Gives the tensors of one checkpoint by name.

    Args:
      prefix: what the names of its files begin with.

    Raises:
      FileNotFoundError: if there is none.
      ValueError: if its index is damaged.

    Example:
      >>> import tempfile, kerax
      >>> path = kerax.train.Checkpoint(w=kerax.Variable([1.0, 2.0])).write(tempfile.mkdtemp() + "/ckpt")
      >>> reader = kerax.train.CheckpointReader(path)
      >>> reader.get_variable_to_shape_map()["w/.ATTRIBUTES/VARIABLE_VALUE"]
      [2]
    """

    def __init__(self, prefix: str | os.PathLike):
        self._bundle = TensorBundle(prefix)

    def get_tensor(self, tensor_str: str) -> Any:
        """The value of a tensor: a NumPy array, ``bytes`` for a single text.

        Raises:
          KeyError: if there is none of that name, with the closest one.
          ValueError: if the file is damaged.
        """
        value = self._bundle[_text(tensor_str)]
        return value.item() if value.dtype == object and value.shape == () else value

    def has_tensor(self, tensor_str: str) -> bool:
        """Whether there is a tensor of a name."""
        return _text(tensor_str) in self._bundle

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Names and shapes of all tensors."""
        return {name: list(shape) for name, shape in self._bundle.shapes().items()}

    def get_variable_to_dtype_map(self) -> dict[str, np.dtype]:
        """Names and NumPy dtypes of all tensors; ``object`` stands for text."""
        return self._bundle.dtypes()

    def debug_string(self) -> bytes:
        """All names, dtypes and shapes, one a line."""
        dtypes, shapes = self._bundle.dtypes(), self._bundle.shapes()
        lines = [f"{name} ({dtypes[name].name}) {list(shapes[name])}" for name in self._bundle]
        return "\n".join(lines).encode()


def load_checkpoint(ckpt_dir_or_file: str | os.PathLike) -> CheckpointReader:
    """Opens a checkpoint.

    Args:
      ckpt_dir_or_file: a prefix, or a folder, whose latest checkpoint is taken.

    Raises:
      FileNotFoundError: if there is none.
      ValueError: if a folder has none.

    Example:
      >>> import tempfile, kerax
      >>> folder = tempfile.mkdtemp()
      >>> _ = kerax.train.Checkpoint(w=kerax.Variable(1.0)).save(folder + "/ckpt")
      >>> kerax.train.load_checkpoint(folder).has_tensor("w/.ATTRIBUTES/VARIABLE_VALUE")
      True
    """
    return CheckpointReader(_prefix(ckpt_dir_or_file))


def list_variables(ckpt_dir_or_file: str | os.PathLike) -> list[tuple[str, list[int]]]:
    """Names and shapes of all tensors of a checkpoint, sorted.

    Args:
      ckpt_dir_or_file: a prefix, or a folder, whose latest checkpoint is taken.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.train.write_tensor_bundle(prefix := tempfile.mkdtemp() + "/ckpt", {"w": np.zeros((2, 3))})
      >>> kerax.train.list_variables(prefix)
      [('w', [2, 3])]
    """
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def load_variable(ckpt_dir_or_file: str | os.PathLike, name: str) -> Any:
    """The value of one tensor of a checkpoint.

    Args:
      ckpt_dir_or_file: a prefix, or a folder, whose latest checkpoint is taken.
      name: the tensor's name; ``name:0`` means the same.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.train.write_tensor_bundle(prefix := tempfile.mkdtemp() + "/ckpt", {"w": np.ones(2)})
      >>> kerax.train.load_variable(prefix, "w")
      array([1., 1.])
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name[:-2] if name.endswith(":0") else name)


def checkpoints_iterator(
    checkpoint_dir: str | os.PathLike,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """Yields each new checkpoint of a folder as it appears.

    Args:
      checkpoint_dir: the folder.
      min_interval_secs: least time between two yields.
      timeout: seconds to wait for a new one; forever if None.
      timeout_fn: called after a timeout; True from it ends the iteration. Without it a timeout ends it.

    Yields:
      Prefixes.

    Example:
      >>> import tempfile, kerax
      >>> folder = tempfile.mkdtemp()
      >>> _ = kerax.train.Checkpoint(w=kerax.Variable(1.0)).save(folder + "/ckpt")
      >>> len(list(kerax.train.checkpoints_iterator(folder, timeout=0)))
      1
    """
    last: str | None = None
    while True:
        limit = None if timeout is None else time.monotonic() + timeout
        found = latest_checkpoint(checkpoint_dir)
        while found is None or found == last:
            if limit is not None and time.monotonic() + min(_POLL, timeout or 0) >= limit:
                break
            time.sleep(_POLL if timeout is None else min(_POLL, timeout))
            found = latest_checkpoint(checkpoint_dir)
        if found is None or found == last:
            if timeout_fn is None or timeout_fn():
                return
            continue
        begin = time.monotonic()
        last = found
        yield found
        rest = begin + min_interval_secs - time.monotonic()
        if rest > 0:
            time.sleep(rest)


def _prefix(path: str | os.PathLike) -> str:
    name = os.fspath(path)
    if os.path.isfile(name + ".index") or not os.path.isdir(name):
        return name[: -len(".index")] if name.endswith(".index") else name
    found = latest_checkpoint(name)
    if found is None:
        raise ValueError(f"There is no checkpoint in folder {name!r} (its file 'checkpoint' names none that exists).")
    return found


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else name
