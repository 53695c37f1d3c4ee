"""``tf.train.CheckpointView``: which objects a checkpoint has, by the numbers and names that it gives them.

And ``tf.train.load_checkpoint``, whose reader speaks of TensorFlow's dtypes.
"""

from __future__ import annotations

from typing import Any

import kerax.train
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.saving.restore import read_graph
from kerax.saving.tensor_bundle import TensorBundle
from kerax.saving.trackable import dependencies
from kerax.saving.trackable_group import identity


class CheckpointReader(kerax.train.CheckpointReader):
    """What ``tf.train.load_checkpoint`` gives."""

    def get_variable_to_dtype_map(self) -> dict[str, Any]:
        """Names and dtypes of all tensors."""
        return {name: as_dtype(dtype) for name, dtype in super().get_variable_to_dtype_map().items()}


def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """Opens a checkpoint.

    Args:
      ckpt_dir_or_file: what the names of its files begin with, or a folder, whose latest checkpoint is taken.

    Raises:
      FileNotFoundError: if there is none.
      ValueError: if a folder has none.

    Example:
      >>> import tempfile, kerax.compat.tensorflow as tf
      >>> path = tf.train.Checkpoint(a=tf.Variable(1.0)).write(tempfile.mkdtemp() + "/ckpt")
      >>> tf.train.load_checkpoint(path).get_variable_to_dtype_map()["a/.ATTRIBUTES/VARIABLE_VALUE"]
      tf.float32
    """
    reader = kerax.train.load_checkpoint(ckpt_dir_or_file)
    reader.__class__ = CheckpointReader
    return reader  # type: ignore[return-value]


class CheckpointView:
    """The objects of a checkpoint.

    Args:
      save_path: what the names of its files begin with.

    Raises:
      NotFoundError: if there is none.
      ValueError: if it was written by names, without objects.

    Example:
      >>> import tempfile, kerax.compat.tensorflow as tf
      >>> checkpoint = tf.train.Checkpoint(a=tf.Variable(1.0))
      >>> view = tf.train.CheckpointView(checkpoint.write(tempfile.mkdtemp() + "/ckpt"))
      >>> view.children(0)
      {'a': 1}
    """

    def __init__(self, save_path: Any):
        try:
            graph = read_graph(TensorBundle(save_path))
        except FileNotFoundError as error:
            raise errors.NotFoundError(None, None, str(error)) from None
        if graph is None:
            raise ValueError(f"The checkpoint {save_path!r} has variables by name, and no objects.")
        self._nodes = graph

    def children(self, node_id: int) -> dict[str, int]:
        """Name -> number of the parts of an object.

        Args:
          node_id: its number; 0 is the root.

        Raises:
          IndexError: for a number that is not there.
        """
        return {name: number for number, name in self._nodes[node_id].children}

    def descendants(self) -> list[int]:
        """The numbers of all objects, the nearer ones to the root first."""
        found = [0]
        for one in found:
            found += [number for number in self.children(one).values() if number not in found]
        return found

    def match(self, obj: Any) -> dict[int, Any]:
        """Number -> object, for what the checkpoint and an object both have.

        Args:
          obj: the object that would be restored.
        """
        found, seen = {0: obj}, [(0, obj)]
        for number, one in seen:
            theirs = dict(dependencies(one))
            for name, child in self.children(number).items():
                if name in theirs and child not in found:
                    found[child] = theirs[name]
                    seen.append((child, theirs[name]))
        return found

    def diff(self, obj: Any) -> tuple[dict[int, Any], list[int], list[Any]]:
        """What both have, as ``match`` gives it; numbers that the object lacks; objects that the checkpoint lacks.

        Args:
          obj: the object that would be restored.
        """
        both = self.match(obj)
        objects, known = [obj], {identity(obj)}
        for one in objects:
            for _, part in dependencies(one):
                if identity(part) not in known:
                    known.add(identity(part))
                    objects.append(part)
        matched = {identity(one) for one in both.values()}
        return (
            both,
            [one for one in self.descendants() if one not in both],
            [one for one in objects if identity(one) not in matched],
        )
