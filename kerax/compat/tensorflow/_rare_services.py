"""Rare names of ``tf.summary``, ``tf.train``, ``tf.saved_model`` and ``tf.test``."""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp

from kerax.compat.tensorflow._control import name_scope
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._saved_model_names import Fingerprint
from kerax.saving.trackable import dependencies
from kerax.state.naming import scoped_path
from kerax.summary.writer import record

_NOT_IN_NAMES = r"[^A-Za-z0-9_.\-/]"
_VARINT, _BYTES = 0, 2  # kinds of fields in protocol buffers


@contextlib.contextmanager
def summary_scope(name: str, default_name: str = "summary", values: Any = None) -> Iterator[tuple[str, str]]:
    """Opens a name scope for a summary of a script's own kind, and gives its tag and the scope.

    Args:
      name: of the summary.
      default_name: in its place if it is empty.
      values: accepted as in TensorFlow.
    """
    name = name or default_name
    tag = scoped_path(name)
    plain = re.sub(_NOT_IN_NAMES, "", name) or default_name
    full = f"{scoped_path(plain)}/"
    with name_scope(plain):
        yield tag, full


def write_raw_pb(tensor: Any, step: Any = None, name: str | None = None) -> bool:
    """Writes summaries that are encoded already, one or a vector of them; whether a writer was there.

    Args:
      tensor: bytes of ``Summary`` messages.
      step: the step; the default one without it.
      name: of the operation.
    """
    found = _tensor(tensor).numpy()
    messages = [found] if isinstance(found, bytes) else list(found.ravel())
    return all([record(lambda one=one: bytes(one), step) for one in messages])  # type: ignore[misc]


_tensor = tensor


class TrackableView:
    """What a checkpoint of an object holds, by names.

    Args:
      root: the object.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> view = tf.train.TrackableView(tf.train.Checkpoint(v=tf.Variable(1.0)))
      >>> "v" in view.children(view.root)
      True
    """

    def __init__(self, root: Any):
        self._root = root

    @property
    def root(self) -> Any:
        """The object."""
        return self._root

    @classmethod
    def children(cls, obj: Any, save_type: Any = "checkpoint", **kwargs: Any) -> dict[str, Any]:
        """Name -> part of an object."""
        return dict(dependencies(obj))

    def descendants(self) -> list:
        """The object, its parts, their parts: the nearer ones first."""
        found, seen = [self._root], {id(self._root)}
        for one in found:
            for part in self.children(one).values():
                if id(part) not in seen:
                    seen.add(id(part))
                    found.append(part)
        return found


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number of variable length: its value, and where it ends."""
    value = shift = 0
    while True:
        if place >= len(data):
            raise ValueError(f"The file of check sums ends in the middle of a number, at byte {place}.")
        value |= (data[place] & 0x7F) << shift
        shift += 7
        place += 1
        if data[place - 1] < 0x80:
            return value, place


def read_fingerprint(export_dir: Any) -> Fingerprint:
    """The check sums that TensorFlow wrote beside a saved model; kerax writes none.

    Args:
      export_dir: the folder.

    Raises:
      FileNotFoundError: if there are none.
      ValueError: for a file that is broken.
    """
    path = os.path.join(os.fsdecode(export_dir), "fingerprint.pb")
    if not os.path.exists(path):
        raise FileNotFoundError(f"SavedModel Fingerprint Error: there is no {path}.")
    with open(path, "rb") as file:
        data = file.read()
    sums, place = {}, 0
    while place < len(data):
        key, place = _number(data, place)
        value, place = _number(data, place)
        if key & 7 == _BYTES:
            place += value
        elif key & 7 != _VARINT:
            raise ValueError(f"{path} holds a field of kind {key & 7} at byte {place}: it is no file of check sums.")
        else:
            sums[key >> 3] = value
    return Fingerprint(*(sums.get(number, 0) for number in range(1, 6)))


def disable_with_predicate(pred: Callable[[], bool], skip_message: str) -> Callable:
    """A decorator of tests: skips them while a function holds.

    Args:
      pred: the function.
      skip_message: why.
    """

    def decorated(test: Callable) -> Callable:
        @functools.wraps(test)
        def run(self: Any, *args: Any, **kwargs: Any) -> Any:
            if pred():
                self.skipTest(skip_message)
            return test(self, *args, **kwargs)

        return run

    return decorated


def with_eager_op_as_function(cls: Any = None, only_as_function: bool = False) -> Any:
    """The class of tests as it is: there is one way to run operations."""
    return (lambda given: given) if cls is None else cls


def sync_devices() -> None:
    """Waits until the devices have computed everything."""
    for device in jax.devices():
        jax.block_until_ready(jax.device_put(jnp.zeros(()), device))
