"""Which types values of Python and NumPy get as tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow._dtypes import DType


def float_of(value: Any) -> str:
    """The type of floats in lists: that of NumPy's if the first is one, float32 for Python's."""
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    inexact = isinstance(value, (np.ndarray, np.floating)) and value.dtype.kind == "f"
    return value.dtype.name if inexact else "float32"


def one_kind(value: Any) -> None:
    """Raises ValueError for lists that begin with truth values or real numbers and go on with something else."""
    kinds: set[type] = set()
    first: list[type] = []

    def look(part: Any) -> None:
        if part and isinstance(part[0], (list, tuple)):
            for one in part:
                look(one)
            return
        if part and not first:
            first.append(type(part[0]))
        if isinstance(part, (list, tuple)):
            kinds.update(map(type, part))

    look(value)
    start = first[0] if first else None
    mixed = (start is bool and kinds & {int, float, complex}) or (start in (int, float) and complex in kinds)
    if mixed:
        raise ValueError("Can't convert Python sequence with mixed types to Tensor.")


# Types that TensorFlow makes of Python's True and False; NumPy's it makes into any type.
_OF_BOOL = ("bool", "int32", "int64", "uint64", "float16", "float32", "float64", "complex128")


def fits(kind: str, wanted: DType, python: bool) -> bool:
    """Whether TensorFlow makes this type of a value: of NumPy's always, of Python's if only precision is lost."""
    if wanted.name == "string":
        return False
    if not python:
        return True
    if kind == "b":
        return wanted.name in _OF_BOOL
    if wanted.is_bool:
        return False
    return (
        kind in "iu"
        or (kind == "f" and (wanted.is_floating or wanted.is_complex))
        or (kind == "c" and wanted.is_complex)
    )
