"""TensorFlow's numbers of dtypes.

Source: tensorflow/core/framework/types.proto.
"""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

STRING = 7
_NAMES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "qint8",
    12: "quint8",
    13: "qint32",
    14: "bfloat16",
    15: "qint16",
    16: "quint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    20: "resource",
    21: "variant",
    22: "uint32",
    23: "uint64",
    24: "float8_e5m2",
    25: "float8_e4m3fn",
    29: "int4",
    30: "uint4",
}
_NUMBERS = {name: number for number, name in _NAMES.items()}
_STORED_AS = {"qint8": "int8", "quint8": "uint8", "qint32": "int32", "qint16": "int16", "quint16": "uint16"}


def dtype_name(number: int) -> str:
    """The name of a dtype, for people.

    Example:
      >>> from kerax.utils.tf_dtypes import dtype_name
      >>> dtype_name(14)
      'bfloat16'
    """
    return _NAMES.get(number, f"number {number}")


def numpy_dtype(number: int) -> np.dtype | None:
    """The NumPy dtype that holds the values; ``object`` for strings, None where there is none.

    Example:
      >>> from kerax.utils.tf_dtypes import numpy_dtype
      >>> numpy_dtype(1), numpy_dtype(20)
      (dtype('float32'), None)
    """
    name = _NAMES.get(number)
    if name == "string":
        return np.dtype(object)
    if name is None or name in ("resource", "variant"):
        return None
    name = _STORED_AS.get(name, name)
    return np.dtype(getattr(ml_dtypes, name, None) or name)


def dtype_number(dtype: Any) -> int:
    """The number of a NumPy dtype, or of a name of TensorFlow's.

    Raises:
      TypeError: if TensorFlow has no such dtype.

    Example:
      >>> import numpy as np
      >>> from kerax.utils.tf_dtypes import dtype_number
      >>> dtype_number(np.float16)
      19
    """
    if isinstance(dtype, str) and dtype in _STORED_AS:
        return _NUMBERS[dtype]
    dtype = np.dtype(dtype)
    if dtype.kind in "OSU":
        return STRING
    number = _NUMBERS.get(dtype.name)
    if number is None:
        raise TypeError(f"A TensorFlow checkpoint cannot hold arrays of dtype {dtype.name!r}.")
    return number
