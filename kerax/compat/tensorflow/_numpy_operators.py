"""Operators and indices of tensors after ``experimental_enable_numpy_behavior``: types are mixed as NumPy's are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _math, _operators, _variable, errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import is_tensor_like, label_of, out, pair, tensor
from kerax.compat.tensorflow._dtypes import TABLE, WIDE, DType, as_dtype
from kerax.compat.tensorflow._numpy_types import PREFER_FLOAT32
from kerax.compat.tensorflow._slicing import get_item
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state.symbolic import SymbolicTensor

_KINDS = "biufc"  # the order of kinds of numbers, those of whole numbers being alike
_BEYOND_NUMPY = ("bfloat16",)


def common_type(x: Any, y: Any) -> DType | None:
    """The type that operands are brought to; None for what is no pair of numbers.

    Tensors, variables and NumPy's arrays take part with their own types; numbers and lists only with their kind, as in
    NumPy 1, unless it is a higher one.

    Source: tensorflow/python/ops/numpy_ops/np_dtypes.py (2.15), ``dtype_conversion_mode="legacy"``.

    Raises:
      TypeError: for bfloat16 and a type that has no common one with it.
    """
    firm = [_own(one) for one in (x, y) if _is_firm(one)]
    weak = [_own(one) for one in (x, y) if not _is_firm(one)]
    if not firm or any(one is None for one in (*firm, *weak)):
        return None
    found = firm[0] if len(firm) == 1 else _joined(firm[0], firm[1])  # type: ignore[arg-type]
    for one in weak:
        if _rank(one) <= _rank(found):  # type: ignore[arg-type]
            continue
        if one.is_complex and found.is_floating:  # type: ignore[union-attr]
            return TABLE["complex128" if found.name == "float64" else "complex64"]  # type: ignore[union-attr]
        found = _joined(found, one)  # type: ignore[arg-type]
    return found


def _is_firm(value: Any) -> bool:
    return is_tensor_like(value) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _own(value: Any) -> DType | None:
    if is_tensor_like(value):
        kind = tensor(value).dtype
        return None if kind.name == "string" else kind
    try:
        own = np.asarray(value).dtype
    except ValueError:
        return None
    if own.kind not in _KINDS:
        return None
    if PREFER_FLOAT32[0] and not isinstance(value, np.ndarray) and own.name in ("float64", "complex128"):
        return TABLE[WIDE[own.name]]
    return as_dtype(own)


def _rank(kind: DType) -> int:
    return 0 if kind.is_bool else 1 if kind.is_integer else 2 if kind.is_floating else 3


def _joined(a: DType, b: DType) -> DType:
    if a == b:
        return a
    if a.name in _BEYOND_NUMPY or b.name in _BEYOND_NUMPY:
        one, other = (a, b) if a.name in _BEYOND_NUMPY else (b, a)
        if other.is_bool or other.name in ("int8", "uint8"):
            return one
        if other.name in ("float32", "float64", "complex64", "complex128"):
            return other
        raise TypeError(f"No implicit dtype promotion of {a.name} and {b.name}: use tf.cast.")
    return as_dtype(np.result_type(a.dtype, b.dtype))


def _promoting(function: Callable) -> Callable:
    def run(x: Any, y: Any) -> Any:
        if is_composite(x) or is_composite(y) or isinstance(x, SymbolicTensor) or isinstance(y, SymbolicTensor):
            return function(x, y)
        kind = common_type(x, y)
        if kind is None:
            return function(x, y)
        return function(*[_math.cast(one if is_tensor_like(one) else np.asarray(one), kind) for one in (x, y)])

    return run


def _get_item(self: Any, key: Any) -> Any:
    parts = key if isinstance(key, tuple) else (key,)
    if not any(isinstance(one, (list, tuple)) or getattr(one, "ndim", 0) for one in parts):
        return get_item(self, key)
    plain = tuple([np.asarray(one) if isinstance(one, (list, tuple)) else one for one in parts])
    if not any(one is Ellipsis or one is None for one in plain):
        for axis, one in enumerate(plain):
            _check_places(one, self._value.shape, axis)
    return out(self.array[tuple([one.array if isinstance(one, Tensor) else one for one in plain])], label_of(self))


def _check_places(part: Any, shape: tuple, axis: int) -> None:
    """Raises IndexError for known numbers of places that are out of range."""
    known = part._value if isinstance(part, Tensor) else part
    if not isinstance(known, np.ndarray) or known.dtype.kind not in "iu" or not known.size:
        return
    size = shape[axis]
    if isinstance(size, int) and not -size <= known.min() <= known.max() < size:
        raise errors.OutOfRangeError(None, None, f"index {known.tolist()} is out of bounds for axis {axis} of {size}")


def _matmul(x: Any, y: Any) -> Any:
    """NumPy's product, which takes vectors as well."""
    if is_composite(x) or is_composite(y):
        return _operators.BINARY["matmul"](x, y)
    a, b = pair(x, y, "MatMul")
    if 1 in (a.ndim, b.ndim):
        return out(jnp.matmul(a.array, b.array), label_of(a))
    return _operators.BINARY["matmul"](a, b)


def install() -> None:
    """Gives tensors and variables these operators, for the rest of the program."""
    for name, function in _operators.BINARY.items():
        mixed = _promoting(_matmul if name == "matmul" else function)
        for method, reflected in ((f"__{name}__", False), (f"__r{name}__", True)):
            setattr(Tensor, method, _operators._binary(mixed, reflected, name))
            _variable._operator(method, mixed, reflected)
    for name, function in _operators.COMPARISONS.items():
        setattr(Tensor, f"__{name}__", _operators._binary(_promoting(function), False))
        _variable._operator(f"__{name}__", _promoting(function), False)
    for name, function, otherwise in (("eq", _math.equal, False), ("ne", _math.not_equal, True)):
        setattr(Tensor, f"__{name}__", _operators._equality(_promoting(function), otherwise))
        _variable._compare(name, _promoting(function))
    Tensor.__getitem__ = _get_item  # type: ignore[attr-defined]
