"""The model directory: checkpoints ``model.ckpt-<step>`` in TensorFlow's format, and which of them are kept."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerax.saving.tensor_bundle import OBJECT_GRAPH, TensorBundle
from kerax.saving.tensor_bundle_write import write_tensor_bundle
from kerax.train import (
    checkpoint_exists,
    get_checkpoint_state,
    latest_checkpoint,
    remove_checkpoint,
    update_checkpoint_state,
)
from kerax.train.checkpoint_manager import remove_unfinished

_HOUR = 3600.0
INPUT_POSITION = "kerax/input_position"  # how many batches the training that was under way had taken
_OPTIMIZER = re.compile(r"^training(_\d+)?/")
_OBJECTS_OPTIMIZER = re.compile(r"(^optimizer/.*|.*/\.OPTIMIZER_SLOT/.*)/\.ATTRIBUTES/VARIABLE_VALUE$")


class CheckpointFolder:
    """Writes checkpoints into a folder and deletes old ones.

    Args:
      folder: where; it is made when first needed.
      keep_max: how many stay; 0 or None for all.
      keep_every_n_hours: one checkpoint stays for good each time this many hours have passed.
      basename: what the names begin with.

    Example:
      >>> import tempfile, numpy as np
      >>> from kerax.estimators.model_dir import CheckpointFolder
      >>> folder = CheckpointFolder(tempfile.mkdtemp(), keep_max=1)
      >>> for step in (1, 2):
      ...     path = folder.save(step, {"w": np.ones(2, np.float32)})
      >>> sorted(name for name in __import__("os").listdir(folder.folder) if name.endswith(".index"))
      ['model.ckpt-2.index']
    """

    def __init__(
        self,
        folder: str,
        keep_max: int | None = 5,
        keep_every_n_hours: float = 10000,
        basename: str = "model.ckpt",
    ) -> None:
        self.folder, self.keep_max, self.hours, self.basename = folder, keep_max, keep_every_n_hours, basename
        state = get_checkpoint_state(folder)
        paths = [os.path.join(folder, os.path.basename(p)) for p in state.all_model_checkpoint_paths] if state else []
        self.kept = {path: _written(path) for path in paths if checkpoint_exists(path)}
        self._keep_next = time.time() + keep_every_n_hours * _HOUR

    def save(self, step: int, tensors: Mapping[str, Any]) -> str:
        """Writes the checkpoint of a step; returns its path.

        Raises:
          OSError: naming the path, if it cannot be written; all earlier checkpoints are as before.
        """
        try:
            os.makedirs(self.folder, exist_ok=True)
        except OSError as error:
            raise type(error)(
                error.errno, f"Cannot make the model directory {self.folder!r}: {error.strerror}"
            ) from error
        remove_unfinished(self.folder, self.basename)
        path = os.path.join(self.folder, f"{self.basename}-{step}")
        write_tensor_bundle(path, tensors)
        self.kept.pop(path, None)
        self.kept[path] = time.time()
        old = self._too_old()
        update_checkpoint_state(self.folder, path, list(self.kept))  # first the list, then the files
        for stale in old:
            remove_checkpoint(stale)
        return path

    def _too_old(self) -> list[str]:
        old = []
        while self.keep_max and len(self.kept) > self.keep_max:
            path, written = next(iter(self.kept.items()))
            del self.kept[path]
            if written > self._keep_next:
                self._keep_next += self.hours * _HOUR
            else:
                old.append(path)
        return old


def _written(path: str) -> float:
    try:
        return os.path.getmtime(path + ".index")
    except OSError:
        return 0.0


def resolve_checkpoint(model_dir: str, checkpoint_path: Any, what: str) -> str | None:
    """The checkpoint to use: the one given, else the newest of the model directory, else None.

    Raises:
      ValueError: if the one given does not exist.
    """
    if checkpoint_path is None:
        return latest_checkpoint(model_dir)
    path = os.fspath(checkpoint_path)
    if not checkpoint_exists(path):
        raise ValueError(f"{what}: there is no checkpoint {path!r}.")
    return path


def stored_names(bundle: TensorBundle, keys: Mapping[str, str] | None = None) -> dict[str, str]:
    """Name of a variable -> its name in a checkpoint.

    The two differ in the scope of optimizers, which TensorFlow counts up, ``training_3/Adam/...``, as it finds others
    of the name in its graph; and in checkpoints of compiled models, which are named by an object graph.

    Args:
      bundle: the checkpoint.
      keys: name -> name in the object graph.
    """
    names = {name: name for name in bundle if name not in (OBJECT_GRAPH, INPUT_POSITION)}
    for name, key in (keys or {}).items():
        if names.pop(key, None) is not None:
            names[name] = key
    for name in list(names):
        names.setdefault(_OPTIMIZER.sub("training/", name), name)
    return names


def is_optimizer_name(name: str) -> bool:
    """Whether a name belongs to an optimizer.

    Example:
      >>> from kerax.estimators.model_dir import is_optimizer_name
      >>> is_optimizer_name("training_1/Adam/w/m"), is_optimizer_name("dnn/logits/kernel")
      (True, False)
    """
    return bool(_OPTIMIZER.match(name) or _OBJECTS_OPTIMIZER.match(name))


def read_values(
    path: str,
    initial: Mapping[str, np.ndarray],
    exact: bool,
    optional: frozenset[str] | set[str] = frozenset(),
    keys: Mapping[str, str] | None = None,
) -> dict[str, np.ndarray]:
    """The values of a model's variables in a checkpoint.

    Args:
      path: of the checkpoint.
      initial: name -> first value; gives names, shapes and dtypes.
      exact: whether variables of the checkpoint that the model does not have are an error.
      optional: names that keep their first value where the checkpoint does not have them.
      keys: name -> name in the object graph of a checkpoint that has one.

    Raises:
      ValueError: naming the variables that differ, if the checkpoint is of another model.
    """
    bundle = TensorBundle(path)
    names, shapes = stored_names(bundle, keys), bundle.shapes()
    wanted = {name: names.get(name, names.get(_OPTIMIZER.sub("training/", name))) for name in initial}
    problems = []
    for name, stored in wanted.items():
        shape = tuple(initial[name].shape)
        if stored is None:
            if name not in optional:
                problems.append(f"{name} of shape {shape} is not in the checkpoint")
        elif tuple(shapes[stored]) != shape:
            problems.append(f"{name} has shape {tuple(shapes[stored])} in the checkpoint and {shape} in the model")
    if exact:
        own = set(wanted.values())
        extra = [name for name in set(names.values()) - own if not is_optimizer_name(name) and _is_model_name(name)]
        problems += [f"{name} of shape {tuple(shapes[name])} is not in the model" for name in sorted(extra)]
    if problems:
        kind = "was trained by another optimizer" if all(map(is_optimizer_name, problems)) else "is of another model"
        listed = "; ".join(problems[:8]) + (f"; and {len(problems) - 8} more" if len(problems) > 8 else "")
        raise ValueError(
            f"The checkpoint {path!r} {kind}: {listed}. Use another model_dir, or build the model as it "
            "was when the checkpoint was written."
        )
    return {
        name: initial[name] if stored is None else np.asarray(bundle[stored]).astype(initial[name].dtype)
        for name, stored in wanted.items()
    }


def _is_model_name(name: str) -> bool:
    return not name.startswith(
        ("signal_early_stopping/", "ShardedMutableHashTable-")
    )  # the latter TensorFlow's, of SDCA


def input_position(path: str) -> int:
    """How many batches the training that wrote a checkpoint had taken; 0 if it had ended.

    Example:
      >>> import tempfile, numpy as np
      >>> from kerax.estimators.model_dir import CheckpointFolder, input_position
      >>> input_position(CheckpointFolder(tempfile.mkdtemp()).save(1, {"w": np.ones(2, np.float32)}))
      0
    """
    bundle = TensorBundle(path)
    return int(bundle[INPUT_POSITION]) if INPUT_POSITION in bundle else 0
