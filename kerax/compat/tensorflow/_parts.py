"""Small parts of ``tf``: graphs that are not there, settings of variables, tensors as messages."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.data.tensor_messages import dtype_of_message, parse_tensor, serialize_tensor


class VariableSynchronization(enum.Enum):
    """When copies of a variable are made equal; kerax's variables have one value."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How copies of a variable are made equal; kerax's variables have one value."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3
    ONLY_FIRST_TOWER = 3  # the older name


class Operation:
    """Stands for TensorFlow 1's operation."""


class CriticalSection:
    """Runs functions one after the other, which they do in any case."""

    def __init__(self, name: Any = None, **options: Any):
        self.name = name

    def execute(self, fn: Callable, exclusive_resource_access: bool = True, name: Any = None) -> Any:
        """The function's result."""
        return fn()


class TensorProto:
    """A tensor as a message of TensorFlow.

    Source: tensorflow/core/framework/tensor.proto.

    Args:
      tensor: the tensor.
    """

    def __init__(self, tensor: Tensor):
        self._tensor = tensor

    def SerializeToString(self) -> bytes:
        """The message's bytes."""
        return serialize_tensor(self._tensor.numpy())

    @classmethod
    def FromString(cls, serialized: bytes) -> TensorProto:
        """The message that bytes encode."""
        return cls(convert(parse_tensor(serialized, dtype_of_message(serialized))))


def make_tensor_proto(
    values: Any, dtype: Any = None, shape: Any = None, verify_shape: bool = False, **options: Any
) -> TensorProto:
    """A tensor as a message."""
    made = convert(values, dtype)
    return TensorProto(made if shape is None else Tensor(np.broadcast_to(made.numpy(), tuple(TensorShape(shape)))))


def make_ndarray(tensor: TensorProto) -> np.ndarray:
    """The array of a message."""
    return np.asarray(tensor._tensor.numpy())


def edit_distance(hypothesis: Any, truth: Any, normalize: bool = True, name: str = "edit_distance") -> Tensor:
    """Levenshtein distances between rows of two sparse tensors."""
    one, two = hypothesis._plain, truth._plain
    groups = tuple(max(a, b) for a, b in zip(one.shape[:-1], two.shape[:-1]))
    result = np.zeros(groups, np.float32)
    for place in np.ndindex(*groups):
        a, b = (p.values[(p.indices[:, :-1] == place).all(1)] for p in (one, two))
        row = np.arange(len(b) + 1)
        for i, x in enumerate(a, 1):
            previous, row = row, np.empty_like(row)
            row[0] = i
            for j, y in enumerate(b, 1):
                row[j] = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (x != y))
        result[place] = row[-1] / len(b) if normalize and len(b) else (np.inf if normalize and len(a) else row[-1])
    return Tensor(result)


def load_library(library_location: Any) -> None:
    """Not possible.

    Raises:
      RuntimeError: saying what to do.
    """
    raise RuntimeError(
        "TensorFlow's compiled operations cannot be loaded: write the operation with JAX (jax.ffi for compiled code)."
    )


def load_op_library(library_filename: Any) -> Any:
    """Libraries of TensorFlow's operations are refused: see ``load_library``."""
    return load_library(library_filename)


def RegisterGradient(op_type: str) -> Callable:
    """Not possible.

    Raises:
      RuntimeError: saying what to use.
    """
    raise RuntimeError("kerax has no operations by name to give gradients to: use tf.custom_gradient.")
