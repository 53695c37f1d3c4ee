"""Values that stand in checkpoints: variables, numbers that optimizers keep as attributes, states of other objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import device_dtype
from kerax.saving.object_graph import VALUE
from kerax.state import Variable

STATE = "KERAX_STATE"


class VariableLeaf:
    """The value of a variable.

    Args:
      variable: the variable.
      stored: dtype in the file where TensorFlow's differs from kerax's (int64 counters).
      full_name: what TensorFlow calls it.
    """

    attribute = VALUE

    def __init__(self, variable: Variable, stored: str | None = None, full_name: str = ""):
        self.variable, self.stored = variable, stored
        self.full_name = full_name or variable.path
        self.own = not variable.is_weight

    def value(self) -> Any:
        """The array to write."""
        array = np.asarray(jax.device_get(self.variable.read()))
        return array.astype(self.stored) if self.stored else array

    def describe(self) -> str:
        """What it is, for messages."""
        return f"variable {self.variable.path!r}"

    def prepare(self, array: Any, key: str, where: str) -> Callable[[], None]:
        """Checks a value from a file and returns what assigns it.

        Raises:
          ValueError: naming variable, tensor, file, expected and found shape or dtype.
        """
        variable = self.variable
        if tuple(array.shape) != variable.shape:
            raise ValueError(
                f"Variable {variable.path!r} has shape {variable.shape}, but {key!r} in {where!r} has shape "
                f"{tuple(array.shape)}. Is it the checkpoint of another model?"
            )
        converted = _converted(array, device_dtype(variable.dtype))
        if converted is None:
            raise ValueError(
                f"Variable {variable.path!r} has dtype {variable.dtype}, but {key!r} in {where!r} has dtype "
                f"{getattr(array.dtype, 'name', array.dtype)}, whose values do not fit into it."
            )

        def assign() -> None:
            with jax.ensure_compile_time_eval():  # also when a layer is built under a trace
                variable.put(jnp.asarray(converted))

        return assign


def _converted(array: np.ndarray, dtype: np.dtype) -> np.ndarray | None:
    """The array in another dtype of its kind, None if the values do not fit."""
    if array.dtype == dtype:
        return array
    if jnp.issubdtype(dtype, jnp.floating) and jnp.issubdtype(array.dtype, jnp.floating):
        return array.astype(dtype)
    if jnp.issubdtype(dtype, jnp.complexfloating) and jnp.issubdtype(array.dtype, jnp.complexfloating):
        return array.astype(dtype)
    if jnp.issubdtype(dtype, jnp.integer) and jnp.issubdtype(array.dtype, jnp.integer):
        limits = jnp.iinfo(dtype)
        if not array.size or (int(array.min()) >= limits.min and int(array.max()) <= limits.max):
            return array.astype(dtype)
    return None


class NumberLeaf:
    """A number that an optimizer of the old kind keeps as an attribute.

    Args:
      owner: the optimizer.
      name: the attribute.
    """

    attribute, own = VALUE, False

    def __init__(self, owner: Any, name: str):
        self.owner, self.name = owner, name
        self.full_name = f"{owner.name}/{name}"

    def value(self) -> Any:
        """The number to write."""
        return np.float32(getattr(self.owner, self.name))

    def describe(self) -> str:
        """What it is, for messages."""
        return f"number {self.full_name!r}"

    def prepare(self, array: Any, key: str, where: str) -> Callable[[], None]:
        """Checks a value from a file and returns what assigns it."""
        if array.shape != () or array.dtype.kind != "f":
            raise ValueError(f"{key!r} in {where!r} should be one number, it has shape {array.shape}.")
        return lambda: setattr(self.owner, self.name, float(array))


class StateLeaf:
    """The position of an iterator over a dataset, or another object with ``state_bytes()`` and ``restore(bytes)``.

    Args:
      owner: the object.
    """

    attribute, own = STATE, True

    def __init__(self, owner: Any):
        self.owner, self.full_name = owner, type(owner).__name__

    def value(self) -> Any:
        """The bytes to write."""
        return np.array(self.owner.state_bytes(), object)

    def describe(self) -> str:
        """What it is, for messages."""
        return f"state of a {self.full_name}"

    def prepare(self, array: Any, key: str, where: str) -> Callable[[], None]:
        """Returns what hands the bytes to the object."""
        if array.dtype != object or array.shape != ():
            raise ValueError(f"{key!r} in {where!r} should be one state, it has shape {array.shape}.")
        return lambda: self.owner.restore(array.item())


class TextLeaf:
    """An object that turns itself into a text and back: ``serialize()`` and ``deserialize(text)``.

    Args:
      owner: the object.
    """

    attribute, own = "py_state", False

    def __init__(self, owner: Any):
        self.owner, self.full_name = owner, type(owner).__name__

    def value(self) -> Any:
        """The text to write."""
        return np.array(self.owner.serialize(), object)

    def describe(self) -> str:
        """What it is, for messages."""
        return f"state of a {self.full_name}"

    def prepare(self, array: Any, key: str, where: str) -> Callable[[], None]:
        """Returns what hands the text to the object."""
        if array.dtype != object or array.shape != ():
            raise ValueError(f"{key!r} in {where!r} should be one text, it has shape {array.shape}.")
        return lambda: self.owner.deserialize(array.item().decode())
