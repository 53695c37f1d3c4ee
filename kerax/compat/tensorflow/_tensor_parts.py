"""What a tensor is made of beside its value: its printing, its range, its reference, advice on absent attributes."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

_POSITIONAL = (1e-4, 1e16)  # between them NumPy 1, with which TensorFlow 2.15 runs, prints a number without exponent


def text_of(value: Any, show: Any) -> str:
    """Numbers as TensorFlow prints them; ``show`` is ``str`` or ``repr``, for arrays."""
    if isinstance(value, np.ndarray):
        if value.size <= np.get_printoptions()["threshold"]:
            return show(value)
        with np.printoptions(legacy="1.25"):  # NumPy 2 writes the shape behind shortened numbers
            return show(value)
    if isinstance(value, np.floating) and (value == 0 or _POSITIONAL[0] <= abs(float(value)) < _POSITIONAL[1]):
        return np.format_float_positional(value, unique=True, trim="0")
    return repr(value) if isinstance(value, bytes) else str(value)


def single(value: Any) -> Any:
    """The only element of an array, however many axes it has."""
    return value.reshape(()) if value.ndim and value.size == 1 else value


def check_range(value: np.ndarray, narrow: np.dtype) -> None:
    """Raises ValueError for whole numbers that the device's type cannot hold; the ends of a type stand for no limit."""
    limits, ends = np.iinfo(narrow), np.iinfo(value.dtype)
    low, high = value.min(), value.max()
    if (low < limits.min and low != ends.min) or (high > limits.max and high != ends.max):
        raise ValueError(
            f"The device computes with {narrow.name}, which cannot hold {high if high > limits.max else low} of a "
            f"tensor of {value.dtype.name}: split the number, take it modulo something, or compute with float32."
        )


_NUMPY_MANNERS = {
    "tolist": ".numpy().tolist()",
    "astype": "tf.cast(x, dtype)",
    "reshape": "tf.reshape(x, shape)",
    "transpose": "tf.transpose(x)",
    "T": "tf.transpose(x)",
    "sum": "tf.reduce_sum(x)",
    "mean": "tf.reduce_mean(x)",
    "size": "tf.size(x)",
    "item": ".numpy().item()",
    "flatten": "tf.reshape(x, [-1])",
    "copy": "tf.identity(x)",
    "assign": "tf.Variable, which can be assigned to",
}


def missing(name: str) -> str:
    """What is said of an attribute that tensors do not have."""
    if name == "name":
        return "Tensor.name is undefined when eager execution is enabled."
    hint = f" Use {_NUMPY_MANNERS[name]}." if name in _NUMPY_MANNERS else ""
    return f"'Tensor' object has no attribute {name!r}.{hint}"


def sizes(dimensions: np.ndarray) -> Any:
    """Sizes, some of them symbolic, as an array."""
    flat = [jnp.asarray(one, jnp.int32) for one in dimensions.reshape(-1)]
    return jnp.stack(flat).reshape(dimensions.shape) if dimensions.ndim else flat[0]


class Reference:
    """Something hashable that stands for a tensor or a variable."""

    __slots__ = ("_tensor",)

    def __init__(self, tensor: Any):
        self._tensor = tensor

    def deref(self) -> Any:
        """The tensor itself."""
        return self._tensor

    def __hash__(self) -> int:
        return id(self._tensor)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and other._tensor is self._tensor
