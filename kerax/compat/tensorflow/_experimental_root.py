"""Single functions of ``tf.experimental``: tensors of other libraries, settings of how TensorFlow runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import jax.dlpack

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._tensor import Tensor

_EXECUTORS = ("", "DEFAULT", "SINGLE_THREADED_EXECUTOR")


class _Capsule:
    """A tensor on its way to another library, which asks it as Python's protocol for DLPack says."""

    def __init__(self, array: Any):
        self._array = array

    def __dlpack__(self, **options: Any) -> Any:
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()


def to_dlpack(tf_tensor: Any) -> Any:
    """A tensor for another library that knows DLPack: ``torch.from_dlpack``, ``numpy.from_dlpack``.

    Args:
      tf_tensor: of numbers.

    Returns:
      An object with ``__dlpack__``.

    Raises:
      InvalidArgumentError: for something else.

    Example:
      >>> import numpy as np, kerax.compat.tensorflow as tf
      >>> np.from_dlpack(tf.experimental.dlpack.to_dlpack(tf.constant([1.0, 2.0]))).tolist()
      [1.0, 2.0]
    """
    if not isinstance(tf_tensor, Tensor) or tf_tensor.dtype.name == "string":
        raise errors.InvalidArgumentError(None, None, f"to_dlpack takes a tensor of numbers, received {tf_tensor!r}.")
    return _Capsule(tf_tensor.array)


def from_dlpack(dlcapsule: Any) -> Tensor:
    """A tensor of an array of another library.

    Args:
      dlcapsule: what ``to_dlpack`` gave, or any array with ``__dlpack__``.

    Raises:
      InvalidArgumentError: for something else.
    """
    if not hasattr(dlcapsule, "__dlpack__"):
        raise errors.InvalidArgumentError(
            None, None, f"from_dlpack takes an array with __dlpack__, received {type(dlcapsule).__name__}."
        )
    return Tensor(jax.dlpack.from_dlpack(dlcapsule))


def enable_strict_mode() -> None:
    """Accepted: there are no deprecated functions here to be refused."""


@contextlib.contextmanager
def function_executor_type(executor_type: str | None) -> Iterator[None]:
    """Accepted: XLA runs the functions inside.

    Args:
      executor_type: one of TensorFlow's: "", "DEFAULT", "SINGLE_THREADED_EXECUTOR".

    Raises:
      NotFoundError: for another.
    """
    if (executor_type or "") not in _EXECUTORS:
        raise errors.NotFoundError(
            None, None, f"No executor is called {executor_type!r}: there are {', '.join(map(repr, _EXECUTORS))}."
        )
    yield


def register_filesystem_plugin(plugin_location: str) -> None:
    """Not for kerax, which opens files as Python does.

    Args:
      plugin_location: of a library for TensorFlow.

    Raises:
      FileNotFoundError: if there is no such file.
      UnimplementedError: if there is.
    """
    if not os.path.exists(plugin_location):
        raise FileNotFoundError(f"There is no plugin {plugin_location!r}.")
    raise errors.UnimplementedError(
        None, None, "Plugins of TensorFlow's file systems are made for its own library: kerax has none."
    )
