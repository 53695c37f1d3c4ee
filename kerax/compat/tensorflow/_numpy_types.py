"""Which type a function of ``tf.experimental.numpy`` gives: NumPy's, with 64 bits unless arguments have fewer."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow._dtypes import WIDE, DType, as_dtype
from kerax.compat.tensorflow._tensor import Tensor

# Whether Python's floats are taken for float32, not float64.
PREFER_FLOAT32 = [False]
# Functions whose first argument is no array of numbers: their results have NumPy's own types.
_NARROW = frozenset(["diag_indices"])  # TensorFlow gives 32 bits here
_MAKERS = frozenset("zeros ones empty full eye identity arange linspace logspace geomspace tri vander".split())
# Functions of two operands, and from which arguments the type comes where it is not all, or the first.
_PAIRS = frozenset(
    "add subtract multiply divide true_divide floor_divide mod remainder power float_power hypot arctan2 logaddexp "
    "logaddexp2 maximum minimum heaviside nextafter bitwise_and bitwise_or bitwise_xor gcd lcm divmod matmul dot vdot "
    "inner outer kron cross tensordot append polyval clip".split()
)
_FROM = {"where": slice(1, None), "einsum": slice(1, None), "compress": slice(1, 2), "select": slice(1, None)}
_ALL = frozenset("broadcast_arrays meshgrid ix_ atleast_1d atleast_2d atleast_3d".split())
# Functions whose result is counted or a number of a place, whatever the arguments are.
_COUNTS = frozenset("argmax argmin argsort count_nonzero nonzero searchsorted".split())
_WHOLE = frozenset("sum prod cumsum cumprod".split())  # small whole numbers add up to large ones
_FLOATS = frozenset("float_power".split())


def _kind_of(value: Any) -> np.dtype | None:
    if isinstance(value, Tensor):
        return value.dtype.dtype
    if isinstance(value, (list, tuple)):
        kinds = [kind for kind in map(_kind_of, value) if kind is not None]
        return np.result_type(*kinds) if kinds else np.dtype("float64")
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype
    if isinstance(value, (bool, int, float, complex)):
        kind = np.asarray(value).dtype
        return np.dtype("float32") if kind == np.float64 and PREFER_FLOAT32[0] else kind
    return None


def _given(args: tuple, kwargs: dict) -> Any:
    if kwargs.get("dtype") is not None:
        return kwargs["dtype"]
    return next((one for one in args if isinstance(one, (DType, np.dtype, type))), None)


def label(name: str, args: tuple, kwargs: dict, found: Any) -> str | None:
    """The 64-bit type of a result, None if it has no more than 32 bits.

    Args:
      name: of the function.
      args, kwargs: as the script gave them.
      found: the result, an array.
    """
    kind = np.dtype(found.dtype).kind
    if kind not in "iufc" or name in _NARROW:
        return None
    given = _given(args, kwargs)
    if given is not None:
        wanted = "int64" if given is int else "float64" if given is float else as_dtype(given).name
        return wanted if wanted in WIDE else None
    float_name = "float32" if PREFER_FLOAT32[0] else "float64"
    own = {"i": "int64", "u": "uint64", "f": float_name, "c": "complex128"}[kind]
    if name not in _MAKERS and name not in _COUNTS:
        chosen: Any = args[:2] if name in _PAIRS else args if name in _ALL else args[_FROM.get(name, slice(0, 1))]
        kinds = [one for one in map(_kind_of, chosen) if one is not None]
        if kinds:
            rule = np.result_type(*kinds)
            wide = rule.kind in "iub" and (kind in "fc" or name in _WHOLE)
            if rule.kind == kind and not wide and name not in _FLOATS:
                own = rule.name
            elif kind == "f" and rule == np.complex64:
                own = "float32"
    return own if own in WIDE else None
