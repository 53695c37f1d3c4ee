"""``tf.compat.v1.train.Saver``: variables in checkpoints by their own names."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

import kerax
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._edges import graph_mode, noting
from kerax.compat.tensorflow._scatters import tf_name
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_scopes import global_variables
from kerax.saving.tensor_bundle import read_tensor_bundle
from kerax.saving.tensor_bundle_write import write_tensor_bundle


class Saver:
    """Saves variables by name in TensorFlow's checkpoint files, and restores them.

    Args:
      var_list: variables, or name -> variable; by default all that the graph has now, slots of optimizers as well.
      defer_build: whether it looks for the variables of the graph only when it saves or restores.
      allow_empty: whether there may be no variables; nothing is written then.
      reshape, sharded, **options: accepted as in TensorFlow.
      max_to_keep: how many files stay.

    Raises:
      ValueError: if two variables have one name, or the graph has none.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> v1 = tf.compat.v1
      >>> v = v1.get_variable("kept_by_a_saver", initializer=1.0)
      >>> path = v1.train.Saver([v]).save(None, "saver-example")
      >>> tf.train.list_variables(path)
      [('kept_by_a_saver', [])]
    """

    def __init__(
        self,
        var_list: Any = None,
        reshape: bool = False,
        sharded: bool = False,
        max_to_keep: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000.0,
        name: str | None = None,
        defer_build: bool = False,
        allow_empty: bool = False,
        **options: Any,
    ):
        if var_list is None and graph_mode() and not defer_build:
            var_list = global_variables()
            if not var_list and not allow_empty:
                raise ValueError("No variables to save")
        self._given, self._keep, self._allow_empty = var_list, max_to_keep, allow_empty
        self._saved: list[str] = []
        self._named()

    def _named(self) -> dict[str, Any]:
        given = self._given if self._given is not None else global_variables()
        if isinstance(given, dict):
            return dict(given)
        found: dict[str, Any] = {}
        for one in given:
            if found.setdefault(tf_name(one).partition(":")[0], one) is not one:
                raise ValueError(f"At least two variables have the same name: {tf_name(one)}")
        return found

    def build(self) -> None:
        """Settles which variables it saves, where it was told to wait for more of them."""
        if self._given is None:
            self._given = global_variables()

    def save(
        self,
        sess: Any,
        save_path: str,
        global_step: Any = None,
        latest_filename: str | None = None,
        meta_graph_suffix: str = "meta",
        write_meta_graph: bool = True,
        write_state: bool = True,
        **options: Any,
    ) -> str | None:
        """Writes a checkpoint and returns its path; there is no graph to write beside it.

        Raises:
          ValueError: without variables.
        """
        named = self._named()
        if not named and self._allow_empty:
            return None
        if not named:
            raise ValueError("No variables to save")
        step = "" if global_step is None else f"-{int(array(global_step))}"
        path = f"{os.fspath(save_path)}{step}"
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        write_tensor_bundle(path, {name: _numbers(variable) for name, variable in named.items()})
        self._saved = [one for one in self._saved if one != path] + [path]
        for old in self._saved[: -self._keep] if self._keep else []:
            kerax.train.remove_checkpoint(old)
        self._saved = self._saved[-self._keep :] if self._keep else self._saved
        if write_state:
            kerax.train.update_checkpoint_state(os.path.dirname(os.path.abspath(path)), path, self._saved)
        return path

    def restore(self, sess: Any, save_path: str) -> None:
        """Reads a checkpoint.

        Raises:
          ValueError: if there is none, or a variable has another shape in it.
          NotFoundError: if it lacks a variable.
        """
        if not kerax.train.checkpoint_exists(os.fspath(save_path)):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {save_path}")
        found = read_tensor_bundle(save_path)
        for name, variable in self._named().items():
            if name not in found:
                raise errors.NotFoundError(None, None, f"Key {name} not found in checkpoint {save_path}")
            value = np.asarray(found[name])
            with noting(False):
                variable.assign(Tensor(value))

    @property
    def last_checkpoints(self) -> list:
        """Paths of what was saved."""
        return list(self._saved)

    def recover_last_checkpoints(self, checkpoint_paths: Any) -> None:
        """Counts checkpoints of an earlier run as its own."""
        self._saved = [path for path in checkpoint_paths if kerax.train.checkpoint_exists(path)]


def _numbers(variable: Any) -> Any:
    label = getattr(variable, "_label", None)
    value = np.asarray(variable.read())
    return value.astype(label) if label else value
