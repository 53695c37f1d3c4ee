"""Variables of strings: they stay on the host, where they are read and written as tensors of strings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import UNWRAPPERS
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._spec_parts import VariableSpec
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_staging
from kerax.saving.object_graph import VALUE
from kerax.state.trace_failures import UnknownSizeError


class OfStrings(Exception):
    """Raised by the constructor of variables where the first value is of strings.

    Attributes:
      value: the first value.
      options: ``trainable`` and ``name``.
    """

    def __init__(self, value: Tensor, **options: Any):
        super().__init__("a variable of strings")
        self.value, self.options = value, options


class StringVariable(Tensor):
    """What ``tf.Variable`` makes of strings.

    Functions of ``tf.function`` that read or write one run as plain Python: XLA has no strings.

    Args:
      value: the first value.
      trainable: kept.
      name: without the number of its output.
    """

    __slots__ = ("_text", "_title", "_trainable", "regularizer")

    def __init__(self, value: Tensor, trainable: bool | None = None, name: str | None = None):
        self._text, self._label = value._value, None
        self._trainable, self._title = trainable is not False, name or "Variable"

    @property  # type: ignore[misc]
    def _value(self) -> np.ndarray:  # type: ignore[override]
        if is_staging():
            raise UnknownSizeError(
                f"Variable {self._title!r} holds strings, which XLA does not compile: read and write it outside of "
                "compiled code."
            )
        return self._text

    dtype = property(lambda self: as_dtype("string"), doc="tf.string.")
    shape = property(lambda self: TensorShape(self._text.shape), doc="Its sizes.")
    trainable = property(lambda self: self._trainable, doc="What it was made with.")
    name = property(lambda self: f"{self._title}:0", doc="Its name.")
    handle = property(lambda self: self, doc="The variable itself.")

    @property
    def _type_spec(self) -> VariableSpec:
        return VariableSpec(self._text.shape, "string", self._trainable)

    def value(self) -> Tensor:
        """The strings."""
        return Tensor(self._value)

    read_value = value
    initialized_value = value

    def is_initialized(self, name: str | None = None) -> Tensor:
        """True."""
        return tensor(True)

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        """Other strings, as many.

        Raises:
          TypeError: for something else than strings.
          ValueError: for another shape.
        """
        new = self._strings(value)
        if new.shape != self._value.shape:
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable shape {self.shape}, and "
                f"the assigned value shape {TensorShape(new.shape)} are incompatible."
            )
        self._text = new
        return self if read_value else None

    def _strings(self, value: Any) -> np.ndarray:
        found = tensor(value)
        if found.dtype.name != "string":
            raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype string")
        return found._value

    def _part(self, value: Any) -> Any:
        found = self._strings(value)
        return found if found.ndim else found.item()

    def assign_add(self, delta: Any, *args: Any, **kwargs: Any) -> Any:
        """Not for strings.

        Raises:
          InvalidArgumentError: always, as in TensorFlow.
        """
        raise errors.InvalidArgumentError(
            None, None, "There is no AssignAddVariableOp for strings: v.assign(v + delta) joins them."
        )

    assign_sub = assign_add

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Replaces rows."""
        return self._replace(np.asarray(tensor(sparse_delta.indices).numpy()), sparse_delta.values)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Replaces elements at places."""
        return self._replace(tuple(np.moveaxis(np.asarray(tensor(indices).numpy()), -1, 0)), updates)

    def _replace(self, places: Any, value: Any) -> Any:
        made = self._value.copy()
        made[places] = self._part(value)
        self._text = made
        return self

    def __getitem__(self, key: Any) -> Any:
        from kerax.compat.tensorflow._slicing import get_item

        part = _Part(get_item(self.value(), key)._value)
        part._whole, part._key = self, key
        return part

    def __repr__(self) -> str:
        if is_staging():
            return f"<tf.Variable {self.name!r} shape={self.shape} dtype=string>"
        numbers = self.numpy()
        text = repr(numbers)
        return f"<tf.Variable {self.name!r} shape={self.shape} dtype=string, numpy={_below(text)}>"

    __str__ = __repr__

    def _checkpoint_leaf(self) -> Any:
        return _StringsLeaf(self)

    def __copy__(self) -> Any:
        return StringVariable(self.value(), self._trainable, self._title)

    def __deepcopy__(self, memo: Any) -> Any:
        return self.__copy__()

    def __reduce__(self) -> Any:
        return StringVariable, (self.value(), self._trainable, self._title)


class _StringsLeaf:
    """The strings of a variable as a checkpoint holds them."""

    attribute, own = VALUE, False

    def __init__(self, variable: StringVariable):
        self.owner, self.full_name = variable, variable._title

    def value(self) -> np.ndarray:
        """The strings to write."""
        return self.owner._text

    def describe(self) -> str:
        """What it is, for messages."""
        return f"variable {self.full_name!r} of strings"

    def prepare(self, array: Any, key: str, where: str) -> Callable[[], None]:
        """Checks strings from a file and returns what assigns them.

        Raises:
          ValueError: for other sizes, or numbers.
        """
        expected = self.owner._text.shape
        if array.dtype != object or tuple(array.shape) != expected:
            raise ValueError(
                f"Variable {self.full_name!r} holds strings of shape {expected}, but {key!r} in {where!r} has dtype "
                f"{array.dtype} and shape {tuple(array.shape)}."
            )
        return lambda: setattr(self.owner, "_text", array)


class _Part(Tensor):
    """``v[...]``: strings of a variable, to which ``assign`` writes."""

    __slots__ = ("_key", "_whole")

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Any:
        """Writes the part."""
        return self._whole._replace(self._key, value)


def _below(text: str) -> str:
    return f"\n{text}" if "\n" in text else text


for _kind in (StringVariable, _Part):
    UNWRAPPERS[_kind] = lambda one: one._value
jax.tree_util.register_pytree_node(_Part, lambda one: ((one._value,), None), lambda _, parts: parts[0])
