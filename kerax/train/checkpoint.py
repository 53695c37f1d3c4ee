"""Checkpoint: saves and restores any group of kerax objects in TensorFlow 2's format."""

from __future__ import annotations

import os
from typing import Any

from kerax.saving.leaves import VariableLeaf
from kerax.saving.name_based import restore_by_name
from kerax.saving.restore import Restoration, read_graph
from kerax.saving.tensor_bundle import TensorBundle
from kerax.saving.trackable import dependencies, is_trackable, write_object_checkpoint
from kerax.state import Variable
from kerax.state.built import note_built
from kerax.train.checkpoint_state import update_checkpoint_state
from kerax.train.checkpoint_status import CheckpointStatus, NothingToRestore


class Checkpoint:
    """Groups objects to save and restore them together.

    Args:
      root: an object whose parts are saved as the checkpoint's own.
      **kwargs: objects by name: models, layers, variables, optimizers, iterators over datasets, other checkpoints,
        lists
        and dicts of them. Objects with ``serialize()`` and ``deserialize(text)`` work, too.

    Raises:
      TypeError: for an object that a checkpoint cannot hold.

    Example:
      >>> import tempfile, kerax
      >>> step = kerax.Variable(0, trainable=False)
      >>> checkpoint = kerax.train.Checkpoint(step=step)
      >>> path = checkpoint.save(tempfile.mkdtemp() + "/ckpt")
      >>> _ = step.assign(9)
      >>> _ = checkpoint.restore(path)
      >>> int(step)
      0
    """

    def __init__(self, root: Any = None, **kwargs: Any):
        if root is not None and not is_trackable(root):
            raise TypeError(_refusal("root", root))
        self.__dict__["_root"] = root
        self.__dict__["_save_counter"] = None
        for name in sorted(kwargs):
            setattr(self, name, kwargs[name])

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            if name == "save_counter":
                raise AttributeError("Checkpoint.save_counter is kept by the checkpoint itself: assign to its value.")
            if callable(value) and not is_trackable(value) or not is_trackable(value):
                raise TypeError(_refusal(name, value))
        self.__dict__[name] = value
        if not name.startswith("_"):
            note_built(self)  # what was restored before may wait for it

    def _trackable_children(self) -> list[tuple[str, Any]]:
        own = [(name, value) for name, value in vars(self).items() if not name.startswith("_")]
        if self._root is not None:
            taken = {name for name, _ in own}
            own = [(name, child) for name, child in dependencies(self._root) if name not in taken] + own
        if self._save_counter is not None:
            own.append(("save_counter", VariableLeaf(self._save_counter, "int64", "save_counter")))
        return own

    @property
    def save_counter(self) -> Variable:
        """How often ``save`` was called: a variable that is saved, too, and numbers the checkpoints."""
        if self._save_counter is None:
            self.__dict__["_save_counter"] = Variable(0, dtype="int32", trainable=False, name="save_counter")
        return self._save_counter

    # ---- writing ----------------------------------------------------------------------------------------------------
    def write(self, file_prefix: str | os.PathLike, options: Any = None) -> str:
        """Writes a checkpoint, without numbering it or noting it in the file ``checkpoint``.

        Args:
          file_prefix: what the names of its files shall begin with; folders are made as needed.
          options: accepted as in TensorFlow.

        Returns:
          The prefix.

        Raises:
          OSError: naming the path, if it cannot be written.
        """
        prefix = os.fspath(file_prefix)
        os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
        write_object_checkpoint(prefix, self)
        return prefix

    def save(self, file_prefix: str | os.PathLike, options: Any = None) -> str:
        """Writes the next checkpoint of a row, ``<prefix>-1``, ``-2``..., and notes it in the file ``checkpoint``.

        Args:
          file_prefix: what the names shall begin with, before the number; folders are made as needed.
          options: accepted as in TensorFlow.

        Returns:
          The prefix with its number, for ``restore``.

        Raises:
          OSError: naming the path, if it cannot be written; the counter is then as before.
        """
        counter = self.save_counter
        before = int(counter.read())
        counter.assign(before + 1)
        try:
            path = self.write(f"{os.fspath(file_prefix)}-{before + 1}")
            update_checkpoint_state(os.path.dirname(path) or ".", path)
        except BaseException:
            counter.assign(before)
            raise
        return path

    # ---- reading ----------------------------------------------------------------------------------------------------
    def read(self, save_path: str | os.PathLike, options: Any = None) -> CheckpointStatus:
        """Assigns the values of a checkpoint; those of variables that do not exist yet when they are made.

        Args:
          save_path: the prefix that ``write`` or ``save`` returned, here or in TensorFlow; or the folder of a
            SavedModel.
          options: accepted as in TensorFlow.

        Returns:
          A status; its ``assert_...`` methods check that nothing is left over or missing.

        Raises:
          FileNotFoundError: if there is no such checkpoint.
          ValueError: naming file, tensor and variable, if the checkpoint is damaged or a value does not fit. Nothing is
            changed then.
        """
        path = os.fspath(save_path)
        if os.path.isdir(path) and os.path.isfile(os.path.join(path, "variables", "variables.index")):
            path = os.path.join(path, "variables", "variables")
        bundle = TensorBundle(path)
        nodes = read_graph(bundle)
        if nodes is None:
            return CheckpointStatus(restore_by_name(bundle, self))
        return CheckpointStatus(Restoration(bundle, nodes, self))

    def restore(self, save_path: str | os.PathLike | None, options: Any = None) -> CheckpointStatus:
        """Like ``read``, and takes up the numbering of ``save``; with None nothing happens.

        Args:
          save_path: as in ``read``; ``latest_checkpoint(folder)`` gives one or None.
          options: accepted as in TensorFlow.

        Returns:
          A status.

        Raises:
          FileNotFoundError, ValueError: as ``read``.
        """
        if save_path is None:
            return NothingToRestore()
        fresh = self._save_counter is None
        counter = self.save_counter
        status = self.read(save_path)
        if fresh and "variable 'save_counter'" in status._restoration.missing:
            self.__dict__["_save_counter"] = None  # a checkpoint made by write() has no number to go on from
            status._restoration.missing.remove(f"variable {counter.path!r}")
        return status

    def sync(self) -> None:
        """Waits until everything is written: it always is."""


def _refusal(name: str, value: Any) -> str:
    hint = "Make it a kerax.Variable." if isinstance(value, (int, float, complex)) else ""
    return (
        f"Checkpoint({name}=...) takes models, layers, variables, optimizers, iterators over datasets, checkpoints, "
        f"and lists and dicts of them; received {value!r} of type {type(value).__name__}. {hint}"
    ).rstrip()
