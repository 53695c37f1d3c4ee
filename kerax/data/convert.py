"""Turning what users pass in (lists, scalars, strings, frames, JAX arrays) into the NumPy arrays that flow through a
pipeline.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.data.structure import Structure
from kerax.functional.host_memory import empty

STRING = "string"
# What flows in a pipeline as it is.
_READY = frozenset(
    [bytes, np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]
    + [np.float16, np.float32, np.float64, np.complex64, np.complex128]
)
_INT32_MIN, _INT32_MAX = np.iinfo(np.int32).min, np.iinfo(np.int32).max


def dtype_name(dtype: Any) -> str:
    """Returns the name of a dtype as kerax writes it; every text and bytes dtype is ``"string"``.

    Args:
      dtype: a NumPy or JAX dtype, a scalar class such as ``jnp.float32``, a name, or ``str``/``bytes``.

    Raises:
      TypeError: if it is none of these.

    Example:
      >>> from kerax.data.convert import dtype_name
      >>> dtype_name(int), dtype_name("float32"), dtype_name(bytes), dtype_name(np.dtype("U3"))
      ('int32', 'float32', 'string', 'string')
    """
    if dtype is int:
        return "int32"
    if dtype is float:
        return "float32"
    if isinstance(dtype, str) and dtype == STRING:
        return STRING
    name = getattr(dtype, "name", None)
    if name == STRING:
        return STRING
    try:
        resolved = jax.numpy.dtype(dtype)
    except TypeError:
        raise TypeError(
            f"{dtype!r} is not a data type. Use a NumPy dtype or a name such as 'float32' or 'string'."
        ) from None
    return STRING if resolved.kind in "OUS" else resolved.name


def numpy_dtype(name: str) -> np.dtype:
    """Returns the NumPy dtype that holds components of this dtype name; strings are held as objects."""
    return np.dtype(object) if name == STRING else jax.numpy.dtype(name)


def to_array(value: Any) -> np.ndarray:
    """Converts one component to a NumPy array by the dtype rules of a pipeline.

    Python ints become int32 (int64 when one does not fit), Python floats float32, text UTF-8 bytes in an object array.
    Arrays of any library keep their dtype and, where memory allows, their memory.

    Args:
      value: array, scalar, nested list, pandas or polars object, or anything NumPy can read.

    Returns:
      A ``numpy.ndarray``.

    Raises:
      ValueError: for a nested list that is not rectangular.
      TypeError: for objects that are neither numbers, booleans nor text.

    Example:
      >>> from kerax.data.convert import to_array
      >>> to_array([1, 2]).dtype, to_array(1.5).dtype, to_array(["a", "bc"])
      (dtype('int32'), dtype('float32'), array([b'a', b'bc'], dtype=object))
    """
    if isinstance(value, np.ndarray):
        return _from_numpy(value)
    if getattr(type(value), "is_component", False):  # ragged and sparse tensors
        return value
    if isinstance(value, (bool, np.bool_)):
        return np.array(value, np.bool_)
    if isinstance(value, (str, bytes)):
        return _scalar_object(value.encode() if isinstance(value, str) else value)
    if isinstance(value, np.generic):
        return _from_numpy(np.asarray(value))
    if isinstance(value, (int, float)):
        return _narrow(np.array(value))
    if isinstance(value, (list, tuple)):
        return _from_list(value)
    if hasattr(value, "to_numpy"):  # pandas, polars, pyarrow
        return _from_numpy(np.asarray(value.to_numpy()))
    return _from_numpy(np.asarray(value))


def to_component(value: Any) -> Any:
    """Like ``to_array``, but a value without dimensions comes back as a NumPy scalar or ``bytes``, as it flows in a
    pipeline.
    """
    if type(value) is np.ndarray and value.ndim and value.dtype.kind not in "OUS":
        return value
    if isinstance(value, np.generic) and value.dtype.kind not in "OUS":
        return value
    if type(value) is bytes:
        return value
    return as_component(to_array(value))


def as_component(array: np.ndarray) -> Any:
    """Returns an array as it flows in a pipeline: without dimensions it becomes a NumPy scalar or ``bytes``."""
    return array if array.ndim else array[()]


def to_element(value: Any) -> Any:
    """Converts every component of a nested value. A list counts as a tuple where it is the whole value, as one array
    anywhere inside, as in TensorFlow.
    """
    if isinstance(value, list):
        value = tuple(value)
    kind = type(value)
    if kind in _READY or value is None:
        return value
    if kind is np.ndarray:
        return to_component(value)
    if kind is dict:
        return {key: part if type(part) in _READY else _part(part) for key, part in value.items()}
    if kind is tuple:
        return tuple([part if type(part) in _READY else _part(part) for part in value])
    if isinstance(value, tuple):
        parts = [_part(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, dict):
        structure = Structure("dict", type(value), tuple(value), (Structure("leaf"),) * len(value))
        return structure.unflatten([_part(part) for part in value.values()])
    return to_component(value)


def _part(value: Any) -> Any:
    return to_component(value) if isinstance(value, list) else to_element(value)


def stack(components: list, where: str = "") -> np.ndarray:
    """Stacks components of one shape and dtype along a new leading axis.

    Args:
      components: at least one array, NumPy scalar or ``bytes``.
      where: how error messages name the component and the step.

    Raises:
      ValueError: if shapes differ; the message gives the first two that do.
    """
    first = components[0]
    if isinstance(first, bytes):
        out = np.empty(len(components), object)
        out[:] = components
        return out
    if isinstance(first, np.generic):
        return np.array(components, first.dtype)
    if getattr(type(first), "is_component", False):
        return type(first).stack(components)
    shape = np.shape(first)
    for index, component in enumerate(components):
        if np.shape(component) != shape:
            raise ValueError(
                f"Cannot batch components of different shapes{where}: the first element has shape {shape}, "
                f"element {index} of the "
                f"batch has shape {np.shape(component)}. Use padded_batch() to fill them up to one shape."
            )
    if any(np.asarray(component).dtype != first.dtype for component in components):
        return np.stack(components)
    return np.stack(components, out=empty((len(components), *shape), first.dtype))


def _scalar_object(value: bytes) -> np.ndarray:
    array = np.empty((), object)
    array[()] = value
    return array


def _narrow(array: np.ndarray) -> np.ndarray:
    """Python numbers arrive from NumPy as 64 bits wide; a pipeline holds them in 32 where they fit."""
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    if array.dtype.kind == "i":
        fits = array.size == 0 or (_INT32_MIN <= array.min() and array.max() <= _INT32_MAX)
        return array.astype(np.int32) if fits else array
    return _from_numpy(array)


def _from_list(value: Any) -> np.ndarray:
    first = value
    while isinstance(first, (list, tuple)) and len(first):
        first = first[0]
    typed = not isinstance(first, (bool, int, float, complex, str, bytes, list, tuple)) or isinstance(first, np.generic)
    try:
        if typed and not isinstance(
            first, np.generic
        ):  # arrays of any library: convert each, so that strings and JAX arrays work
            value = [to_array(item) for item in value] if not isinstance(value[0], (list, tuple)) else value
        # As objects: NumPy's own text forgets zero bytes at the end.
        array = np.array(value, object if isinstance(first, (str, bytes)) else None)
        if array.dtype == object and any(isinstance(item, (list, tuple)) for item in array.flat):
            raise ValueError("its rows differ in length")
    except ValueError as error:
        raise ValueError(
            f"Cannot make an array of a nested list that is not rectangular: {_short(value)} ({error})."
        ) from None
    return _from_numpy(array) if typed else _narrow(array)


def _from_numpy(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in "US":
        flat = [item.encode() if isinstance(item, str) else bytes(item) for item in array.ravel().tolist()]
        return _objects(flat, array.shape)
    if array.dtype.kind == "O":
        return _from_objects(array)
    if array.dtype.kind in "Mm":
        raise TypeError(
            f"Dates and time spans ({array.dtype}) cannot flow through a pipeline; convert them to integers or "
            "text first."
        )
    return array


def _from_objects(array: np.ndarray) -> np.ndarray:
    flat = array.ravel().tolist()
    if set(map(type, flat)) <= {bytes}:
        return array
    if all(isinstance(item, (str, bytes)) for item in flat):
        return _objects([item.encode() if isinstance(item, str) else item for item in flat], array.shape)
    if all(isinstance(item, (bool, int, float, np.generic)) for item in flat):
        return _narrow(np.array(flat)).reshape(array.shape)
    odd = next(item for item in flat if not isinstance(item, (str, bytes)))
    raise TypeError(
        f"An array of Python objects can hold text only; this one holds {odd!r} of type {type(odd).__name__}. "
        "Pass the columns "
        "of a table as a dictionary of arrays, and fill in missing values first."
    )


def _objects(flat: list, shape: tuple[int, ...]) -> np.ndarray:
    out = np.empty(len(flat), object)
    out[:] = flat
    return out.reshape(shape)


def _short(value: Any, length: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= length else text[: length - 3] + "..."
