"""``tensor[...]``: numbers, slices, new axes, an ellipsis, traced numbers, and boolean masks."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import ints, label_of, op, out, tensor
from kerax.compat.tensorflow._kinds import REFUSED
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer
from kerax.state import Variable
from kerax.state.trace_failures import UnknownSizeError


@op
def get_item(self: Any, key: Any) -> Any:
    """``tensor[key]``.

    Raises:
      TypeError: for a list of numbers, which TensorFlow does not take.
      InvalidArgumentError: for a number that is out of range.
    """
    parts = tuple(key) if isinstance(key, (tuple, list)) else (key,)
    if len(parts) == 1 and _is_mask(parts[0]):
        from kerax.compat.tensorflow._gather import boolean_mask

        return boolean_mask(self, parts[0])
    plain = tuple(_plain(part) for part in parts)
    if any(isinstance(part, slice) and part.step.__class__ is int and part.step == 0 for part in plain):
        raise errors.InvalidArgumentError(None, None, "strides must be non-zero [Op:StridedSlice]")
    value = self._value
    if value.__class__ is np.ndarray and not any(is_tracer(part) for part in _flat(plain)):
        try:
            return Tensor(np.asarray(value[plain], value.dtype), self._label)
        except IndexError as error:
            raise errors.InvalidArgumentError(None, None, f"slice index out of bounds: {error}") from None
    _check(value.shape, plain)
    found = self.array
    if any(isinstance(part, slice) and any(is_tracer(end) for end in _ends(part)) for part in plain):
        raise UnknownSizeError(
            "A slice whose ends are tensors has a size that is not known inside tf.function, and XLA compiles for "
            "known "
            "sizes. Use tf.slice(x, begin, size) with a known size, or a mask."
        )
    return out(found[plain], label_of(self))


_NO_PLACES = REFUSED["StridedSlice"] - {"bool"}


def _is_mask(part: Any) -> bool:
    return isinstance(part, (Tensor, np.ndarray)) and part.dtype in ("bool",) and part.ndim > 0


def _plain(part: Any) -> Any:
    if part is None or part is Ellipsis or part.__class__ is int:
        return part
    if isinstance(part, slice):
        return slice(*(None if end is None else _number(end) for end in _ends(part)))
    if isinstance(part, (list, str, float)):
        raise errors.WrongTypeError(
            None,
            None,
            "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors "
            "are "
            f"valid indices, got {part!r}. Use tf.gather for several numbers.",
        )
    return _number(part)


def _number(part: Any) -> Any:
    if isinstance(part, Variable):
        part = part.value
    raw = part._value if isinstance(part, Tensor) else part
    if raw.__class__ is int:
        return raw
    if isinstance(raw, (str, bytes, list, tuple, dict)):
        raise errors.WrongTypeError(
            None, None, f"Only integers and slices of scalar tf.int32/tf.int64 tensors are valid indices, got {raw!r}."
        )
    if isinstance(part, Tensor) and not part.ndim and part.dtype.name in _NO_PLACES:
        raise errors.WrongTypeError(
            None, None, f"Only integers, slices and scalar tf.int32/tf.int64 tensors are valid indices, got {part!r}."
        )
    if getattr(raw, "ndim", 0):
        raise TypeError(
            "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 tensors "
            "are "
            f"valid indices, got a tensor of shape {tuple(raw.shape)}. Use tf.gather for several numbers."
        )
    if raw.__class__ is bool or str(getattr(raw, "dtype", "")) == "bool":
        raise errors.InvalidArgumentError(None, None, "mask cannot be scalar.")
    if is_tracer(raw):
        return raw
    if isinstance(raw, np.ndarray) and raw.dtype.kind == "O":
        return raw.reshape(-1)[0]  # a symbolic size
    if type(raw).__name__ == "_DimExpr":
        return raw
    if isinstance(raw, (float, np.floating)) or (hasattr(raw, "dtype") and raw.dtype.kind == "f"):
        raise TypeError(f"Only integers and slices are valid indices, got {raw!r}.")
    return int(raw)


def _ends(part: slice) -> tuple:
    return part.start, part.stop, part.step


def _flat(parts: tuple) -> list:
    return [end for part in parts for end in (_ends(part) if isinstance(part, slice) else (part,))]


def _check(shape: tuple, parts: tuple) -> None:
    taken = sum(part is not None and part is not Ellipsis for part in parts)
    if taken > len(shape):
        raise errors.InvalidArgumentError(
            None, None, f"Index out of range using input dim {len(shape)}; input has only {len(shape)} dims"
        )
    axis = 0
    for part in parts:
        if part is Ellipsis:
            axis += len(shape) - taken
        elif part is not None:
            size = shape[axis]
            if part.__class__ is int and isinstance(size, int) and not -size <= part < size:
                raise errors.InvalidArgumentError(
                    None, None, f"slice index {part} of dimension {axis} out of bounds. [Op:StridedSlice]"
                )
            axis += 1


@op
def slice_(input_: Any, begin: Any, size: Any, name: str | None = None) -> Any:
    """``tf.slice``: a block that begins somewhere and has a known size; -1 for the rest."""
    x = tensor(input_)
    sizes = ints(size, "size")
    start = tensor(begin)
    if start.dtype.is_floating or tensor(size).dtype.is_floating:
        raise errors.WrongTypeError(
            None, None, "Value for attr 'Index' of float is not in the list of allowed values: int32, int64 [Op:Slice]"
        )
    if start._value.ndim != 1 or len(sizes) != x._value.ndim or start._value.shape != (len(sizes),):
        raise errors.InvalidArgumentError(
            None, None, f"Expected begin and size to be vectors of {x._value.ndim} numbers, one for each axis of "
            f"{x.shape} [Op:Slice]"
        )  # fmt: skip
    if isinstance(start._value, np.ndarray) or not is_tracer(start._value):
        starts = [int(one) for one in np.asarray(start.numpy()).reshape(-1)]
        for axis, (first, count) in enumerate(zip(starts, sizes)):
            if first < 0 or first + max(count, 0) > x._value.shape[axis]:
                raise errors.InvalidArgumentError(
                    None, None, f"Expected begin[{axis}] + size[{axis}] in [0, {x._value.shape[axis]}]. [Op:Slice]"
                )
        parts = tuple(slice(a, None if n == -1 else a + n) for a, n in zip(starts, sizes))
        if isinstance(x._value, np.ndarray):
            return Tensor(x._value[parts], x._label)
        return out(x.array[parts], label_of(x))
    if -1 in sizes:
        raise ValueError("tf.slice inside tf.function: with a begin that is a tensor, every size must be known.")
    return out(jax.lax.dynamic_slice(x.array, [start.array[i] for i in range(len(sizes))], sizes), label_of(x))


@op
def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Any:
    """``tf.strided_slice``: slices given as three lists of numbers and masks of bits."""
    begins, ends = ints(begin, "begin"), ints(end, "end")
    steps = ints(strides, "strides") if strides is not None else (1,) * len(begins)
    parts: list[Any] = []
    for i, (a, b, step) in enumerate(zip(begins, ends, steps)):
        bit = 1 << i
        if ellipsis_mask & bit:
            parts.append(Ellipsis)
        elif new_axis_mask & bit:
            parts.append(None)
        elif shrink_axis_mask & bit:
            parts.append(a)
        else:
            parts.append(slice(None if begin_mask & bit else a, None if end_mask & bit else b, step))
    return get_item(tensor(input_), tuple(parts))


def replace_at(array: Any, key: Any, value: Any) -> Any:
    """An array with a part replaced: for variables' ``v[...].assign``."""
    parts = key if isinstance(key, tuple) else (key,)
    place = jnp.asarray(array).at[tuple(_plain(part) for part in parts)]
    shape = jax.eval_shape(place.get).shape
    if np.ndim(value) > len(shape) or any(a not in (1, b) for a, b in zip(np.shape(value)[::-1], shape[::-1])):
        raise errors.InvalidArgumentError(
            None, None, f"Cannot assign a value of shape {np.shape(value)} to a slice of shape {shape}"
        )
    return place.set(value)
