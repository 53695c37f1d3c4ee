"""Operators of tensors: ``x + y``, ``x[1:]``, ``x == y``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow import _bits, _math
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import is_tensor_like, tensor
from kerax.compat.tensorflow._edges import inside
from kerax.compat.tensorflow._rows import on_slices
from kerax.compat.tensorflow._slicing import get_item
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.compat.tensorflow._trace_names import TRACES
from kerax.state.symbolic import SymbolicTensor

# Classes whose own operators come first: they know what to do with a tensor.
OTHERS: list[type] = [SymbolicTensor]
_VALUES = (bool, int, float, complex, str, bytes, list, tuple, np.ndarray, np.generic)


def _binary(function: Callable, reflected: bool, name: str | None = None) -> Callable:
    def operator(self: Any, other: Any) -> Any:
        for kind in OTHERS:
            if isinstance(other, kind):
                return NotImplemented
        if TRACES.names is not None:
            TRACES.names.wanted = name
        return function(other, self) if reflected else function(self, other)

    return operator


def _matmul(x: Any, y: Any) -> Any:
    from kerax.compat.tensorflow._linalg import matmul

    return matmul(x, y)


def _and(x: Any, y: Any) -> Any:
    return _either(x, y, _math.logical_and, _bits.bitwise_and)


def _or(x: Any, y: Any) -> Any:
    return _either(x, y, _math.logical_or, _bits.bitwise_or)


def _xor(x: Any, y: Any) -> Any:
    return _either(x, y, _math.logical_xor, _bits.bitwise_xor)


def _either(x: Any, y: Any, logical: Callable, bits: Callable) -> Any:
    one = x if is_tensor_like(x) or is_composite(x) else y
    if is_composite(one):
        return (logical if one.dtype.is_bool else bits)(x, y)  # type: ignore[attr-defined]
    mixed = is_tensor_like(x) and is_tensor_like(y)
    return (logical if (mixed and not tensor(one).dtype.is_integer) or tensor(one).dtype.is_bool else bits)(x, y)


def _invert(x: Any) -> Any:
    return _bits.invert(x) if x.dtype.is_integer else _math.logical_not(x)


BINARY: dict[str, Callable] = {
    "add": _math.add,
    "sub": _math.subtract,
    "mul": _math.multiply,
    "truediv": _math.divide,
    "floordiv": _math.floordiv,
    "mod": _math.floormod,
    "pow": _math.pow,
    "matmul": _matmul,
    "and": _and,
    "or": _or,
    "xor": _xor,
}
COMPARISONS: dict[str, Callable] = {
    "lt": _math.less,
    "le": _math.less_equal,
    "gt": _math.greater,
    "ge": _math.greater_equal,
}


def _round(self: Any, digits: int = 0) -> Any:
    """``round(x, digits)``."""
    if not digits or not self.dtype.is_floating:
        return _math.round(self)
    scale = 10.0**digits
    return _math.divide(_math.round(_math.multiply(self, scale)), scale)


def _equality(function: Callable, otherwise: bool) -> Callable:
    def operator(self: Any, other: Any) -> Any:
        if other is None or isinstance(other, SymbolicTensor):
            return otherwise
        try:
            return function(self, other)
        except (TypeError, ValueError) as error:
            if inside():  # kerax's own code asks whether a value is one of its settings
                return otherwise
            if isinstance(error, TypeError) and (is_tensor_like(other) or isinstance(other, _VALUES)):
                raise
            convert(other, hint=self.dtype)  # an error that is not about shapes
            return Tensor(np.asarray(otherwise))  # of another shape: not equal, as in TensorFlow

    return operator


def _negated(self: Tensor) -> Tensor:
    found = on_slices(_math.negative, self)
    return _math.negative(self) if found is None else found


def install() -> None:
    """Gives the class its operators."""
    for name, function in BINARY.items():
        setattr(Tensor, f"__{name}__", _binary(function, False, name))
        setattr(Tensor, f"__r{name}__", _binary(function, True, name))
    for name, function in COMPARISONS.items():
        setattr(Tensor, f"__{name}__", _binary(function, False))
    Tensor.__eq__ = _equality(_math.equal, False)  # type: ignore[method-assign, assignment]
    Tensor.__ne__ = _equality(_math.not_equal, True)  # type: ignore[method-assign, assignment]
    Tensor.__neg__ = _negated  # type: ignore[attr-defined]
    Tensor.__pos__ = lambda self: self  # type: ignore[attr-defined]
    Tensor.__abs__ = lambda self: _math.abs(self)  # type: ignore[attr-defined]
    Tensor.__invert__ = _invert  # type: ignore[attr-defined]
    Tensor.__round__ = _round  # type: ignore[attr-defined]
    Tensor.__getitem__ = get_item  # type: ignore[attr-defined]


install()
