"""What ``tf.Variable`` gives and takes: its value as a tensor, a part of it, its printing, values assigned to it."""

from __future__ import annotations

import functools
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode, inside
from kerax.compat.tensorflow._scatters import tf_name
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._slicing import get_item, replace_at
from kerax.compat.tensorflow._tensor import Tensor, on_lines_of_their_own
from kerax.compat.tensorflow._without_numbers import without_numbers
from kerax.jax_compat import in_trace, is_tracer
from kerax.state import Variable as Box


class Value(Tensor):
    """A variable's value: a tensor, and callable, because ``v.value`` is a method in TensorFlow 2.15."""

    __slots__ = ("_box",)

    def __call__(self) -> Any:
        """The value as a plain tensor; in a graph, the one that the variable has when a session looks."""
        return read(self._box) if _noting() else Tensor(self._value, self._label)


def label_value(box: Box) -> Any:
    """The value of any variable as a tensor."""
    made = Value(plain_value(box), getattr(box, "_label", None))
    made._box = box
    return made


def read(box: Box) -> Any:
    """The value as a tensor; one that a session looks up, while a graph is noted down."""
    if _noting():
        from kerax.compat.tensorflow._graph_flow import reading

        return reading(box)
    return Tensor(plain_value(box), getattr(box, "_label", None))


def _noting() -> bool:
    return graph_mode() and not inside() and not in_trace()


plain_value: Any = Box.value.fget  # type: ignore[attr-defined]


def shown(box: Box) -> str:
    """How TensorFlow prints a variable."""
    value = Tensor(box.read(), getattr(box, "_label", None))
    name = tf_name(box)
    if isinstance(value._value, jax.core.Tracer):
        return f"<tf.Variable {name!r} shape={value.shape} dtype={value.dtype.name}>"
    numbers = value.numpy()
    text = on_lines_of_their_own(repr(numbers) if isinstance(numbers, np.ndarray) else str(numbers))
    return f"<tf.Variable {name!r} shape={value.shape} dtype={value.dtype.name}, numpy={text}>"


def assigned(box: Box, value: Any, how: str | None) -> Any:
    """``assign``, ``assign_add`` and ``assign_sub`` with TensorFlow's types and errors."""
    kind = as_dtype(getattr(box, "_label", None) or box.read().dtype)
    new = tensor(value, hint=kind)
    if is_tracer(new._value) and not in_trace():
        raise without_numbers(new, "assign")
    if new.dtype != kind:
        if isinstance(value, (Tensor, Box, jax.Array)):
            raise ValueError(
                f"Tensor conversion requested dtype {kind.name} for Tensor with dtype {new.dtype.name}: {new!r}. Use "
                f"tf.cast."
            )
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {kind.name}")
    old = box.read()
    if how is not None and tuple(new._value.shape) != tuple(old.shape):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Cannot update variable '{tf_name(box)}' with shape {TensorShape(old.shape)} using a Tensor with shape "
            f"{new.shape}, shapes must be equal. [Op:Assign{how.title()}VariableOp]",
        )
    result = new.array if how is None else old + new.array if how == "add" else old - new.array
    if tuple(result.shape) != tuple(old.shape):
        raise ValueError(
            f"Cannot assign value to variable '{tf_name(box)}': Shape mismatch. The variable shape "
            f"{TensorShape(old.shape)}, and the "
            f"assigned value shape {TensorShape(result.shape)} are incompatible."
        )
    return result


class Slice(Tensor):
    """``v[...]``: the part of a variable, to which ``assign`` writes."""

    __slots__ = ("_box", "_key")

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Box:
        """Writes the part."""
        box = self._box
        kind = as_dtype(getattr(box, "_label", None) or box.read().dtype)
        part = tensor(value, hint=kind)
        if part.dtype != kind:
            raise errors.WrongTypeError(None, None, f"Cannot convert {value!r} to EagerTensor of dtype {kind.name}")
        return box.assign(replace_at(box.read(), self._key, part.array))


def part_of(box: Box, key: Any) -> Any:
    """``v[key]``."""
    if _noting():
        noted = read(box)[key]
        noted.assign = functools.partial(_assign_later, box, key)
        return noted
    found = get_item(Tensor(plain_value(box), getattr(box, "_label", None)), key)
    part = Slice(found._value, found._label)
    part._box, part._key = box, key
    return part


def _assign_later(box: Box, key: Any, value: Any, use_locking: bool = False, name: str | None = None) -> Any:
    """Writes a part of a variable when a session runs it; the result is the variable's new value."""
    from kerax.compat.tensorflow._graph_flow import effect, spec_of

    def run(evaluation: Any) -> Any:
        part_of(box, key).assign(evaluation.of(value))
        return box.read()

    return effect(run, spec_of(box), "assign", [value], name, pure=True)
