"""TensorFlow's dtypes as objects: ``tf.float32`` and its like."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.utils.tf_dtypes import dtype_name

# Types of 64 bits are kept as a label where the device computes in 32.
WIDE = {"int64": "int32", "uint64": "uint32", "float64": "float32", "complex128": "complex64"}
# Quantized types are a label on whole numbers.
QUANTIZED = {"qint8": "int8", "quint8": "uint8", "qint16": "int16", "quint16": "uint16", "qint32": "int32"}
LABELS = WIDE | QUANTIZED
# Types of few bits, which tf.dtypes.experimental has; operations store and cast them only.
SMALL = ("float8_e4m3fn", "float8_e5m2", "int4", "uint4")


class DType:
    """A data type by name; equal to the name and to NumPy's dtype as well."""

    __slots__ = ("name",)

    def __init__(self, name: str):
        self.name = name

    @property
    def as_numpy_dtype(self) -> Any:
        """The NumPy scalar class."""
        if self.is_quantized:
            return np.dtype([(self.name, self.dtype)])
        return object if self.name == "string" else self.dtype.type

    @property
    def dtype(self) -> np.dtype:
        """NumPy's dtype; ``numpy.dtype(tf.float32)`` looks here."""
        if self.name in ("string", "resource", "variant"):
            return np.dtype(object)
        return np.dtype(jnp.dtype(QUANTIZED.get(self.name, self.name)))

    @property
    def base_dtype(self) -> DType:
        """The type itself: there are no reference types."""
        return self

    @property
    def real_dtype(self) -> DType:
        """The type of a complex number's parts; else the type itself."""
        return {"complex64": float32, "complex128": float64}.get(self.name, self)

    is_bool = property(lambda self: self.name == "bool")
    is_integer = property(lambda self: "int" in self.name and "q" not in self.name)
    is_unsigned = property(lambda self: self.name.startswith("uint"))
    is_floating = property(lambda self: "float" in self.name)
    is_complex = property(lambda self: self.name.startswith("complex"))
    is_numpy_compatible = property(lambda self: True)

    @property
    def short(self) -> str:
        """What TensorFlow's messages call it."""
        return {"float32": "float", "float64": "double", "float16": "half"}.get(self.name, self.name)

    @property
    def size(self) -> int:
        """Bytes of one element."""
        return 0 if self.name == "string" else self.dtype.itemsize

    def _info(self, what: str) -> Any:
        if self.is_quantized:
            raise TypeError(f"Cannot find {what} value of {self} with quantized type {self}.")
        if not (self.is_floating or self.is_integer):
            raise TypeError(f"Cannot find {what} value of {self} with type {self}.")
        return jnp.finfo(self.dtype) if self.is_floating else jnp.iinfo(self.dtype)

    @property
    def min(self) -> Any:
        """The smallest value."""
        return self._info("minimum").min

    @property
    def max(self) -> Any:
        """The largest value."""
        return self._info("maximum").max

    @property
    def limits(self) -> tuple:
        """The smallest and the largest value of a picture's channels: 0 and 1 of floats."""
        if self.is_quantized or self.name in SMALL:
            raise ValueError(f"{self} does not have defined limits.")
        return (0, 1) if self.is_floating else (0, True) if self.is_bool else (self.min, self.max)

    is_quantized = property(lambda self: self.name in QUANTIZED)
    is_numeric = property(lambda self: self.is_floating or self.is_integer or self.is_complex or self.is_quantized)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether it is the same type."""
        return self == other

    def most_specific_common_supertype(self, types: Any) -> DType | None:
        """The type, if all are the same."""
        return self if all(self == one for one in types) else None

    @property
    def as_datatype_enum(self) -> int:
        """TensorFlow's number for the type."""
        from kerax.utils.tf_dtypes import dtype_number

        return 7 if self.name == "string" else dtype_number(self.name if self.is_quantized else self.dtype)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether it is the same type."""
        return self == as_dtype(other)

    def __eq__(self, other: object) -> bool:
        if other is self:
            return True
        if other is None:
            return False
        try:
            return as_dtype(other).name == self.name
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __reduce__(self) -> Any:
        return as_dtype, (self.name,)

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"


_NAMES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 bfloat16 float32 float64 complex64 complex128 "
    "string resource variant"
).split() + [*QUANTIZED, *SMALL]
TABLE = {name: DType(name) for name in _NAMES}
TABLE["half"], TABLE["double"] = TABLE["float16"], TABLE["float64"]
_ALIASES = {"float": TABLE["float32"]}  # NumPy's float has 64 bits
_NO_TYPES = (None, complex, "int", "complex")  # NumPy makes types of them, TensorFlow none
QUANTIZED_DTYPES = frozenset(TABLE[name] for name in QUANTIZED)
float32, float64, int32, int64 = TABLE["float32"], TABLE["float64"], TABLE["int32"], TABLE["int64"]
string, bool_, float16 = TABLE["string"], TABLE["bool"], TABLE["float16"]


_known: dict[np.dtype, DType] = {}


def label_of_type(kind: DType) -> str | None:
    """The label of a host array in a type, None if the array's own type says it."""
    return kind.name if kind.name in QUANTIZED else None


def dtype_of_array(dtype: np.dtype) -> DType:
    """The dtype of an array's."""
    found = _known.get(dtype)
    if found is None:
        found = _known[dtype] = as_dtype(dtype)
    return found


def as_dtype(type_value: Any) -> DType:
    """The dtype of a name, a NumPy dtype, a Python type, a number in messages of TensorFlow, or another dtype.

    Raises:
      TypeError: if it is none.
    """
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, str) and (type_value in TABLE or type_value in _ALIASES):
        return TABLE.get(type_value) or _ALIASES[type_value]
    if type(type_value) is int and dtype_name(type_value) in TABLE:
        return TABLE[dtype_name(type_value)]
    if type_value is None or type_value is complex or (isinstance(type_value, str) and type_value in _NO_TYPES):
        raise TypeError(f"Cannot convert {type_value!r} to a TensorFlow DType.")
    if type_value is float:
        return float32
    if type_value is int:
        return int32
    if type_value in (str, bytes, object):
        return string
    if type_value is bool:
        return bool_
    if isinstance(type_value, np.dtype) and type_value.names and type_value.names[0] in QUANTIZED:
        return TABLE[type_value.names[0]]
    try:
        dtype = np.dtype(jnp.dtype(type_value))
    except TypeError:
        raise TypeError(f"Cannot convert {type_value!r} to a TensorFlow DType.") from None
    if dtype.kind in "OSU":
        return string
    if dtype.name not in TABLE:
        raise TypeError(f"Cannot convert {type_value!r} to a TensorFlow DType.")
    return TABLE[dtype.name]
