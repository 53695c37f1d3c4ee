"""What operations are called with, as arrays: Python numbers, lists, NumPy and JAX arrays, variables."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import settings
from kerax.dtypes import device_dtype, requested_dtype, standardize_dtype
from kerax.jax_compat import is_tracer
from kerax.state.variable import Variable
from kerax.wide_types import check_fits

SEQUENCES = frozenset({list, tuple})
_NO_FLOATS = "biu"  # NumPy's kinds of bool and integer dtypes
_array_types: set[type] = set()  # classes known to be JAX arrays: a set lookup is faster than isinstance(x, jax.Array)


def as_array(x: Any) -> Any:
    """A JAX array of the value; a JAX array as it is.

    Python numbers stay weakly typed, so that ``add(x, 2)`` keeps the dtype of ``x``.

    Example:
      >>> from kerax.ops._values import as_array
      >>> as_array([1, 2]).shape
      (2,)
    """
    if x.__class__ in _array_types:
        return x
    if isinstance(x, jax.Array):
        _array_types.add(x.__class__)
        return x
    if isinstance(x, Variable):
        return x.value
    if x.__class__ in SEQUENCES:
        x = jax.tree.map(lambda leaf: leaf.value if isinstance(leaf, Variable) else leaf, x)
    if isinstance(x, np.ndarray):
        check_fits(x, x.dtype.name)
    try:
        return jnp.asarray(x)
    except OverflowError:  # Python numbers
        check_fits(np.asarray(x), "int64")
        raise


def as_float(x: Any) -> jax.Array:
    """A JAX array of the value, integers and booleans in the default float type.

    Example:
      >>> from kerax.ops._values import as_float
      >>> as_float([1, 2]).dtype
      dtype('float32')
    """
    array = as_array(x)
    return array.astype(settings.floatx()) if array.dtype.kind in _NO_FLOATS else array


def is_integer(array: jax.Array) -> bool:
    """Whether an array holds integers (not booleans).

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.ops._values import is_integer
      >>> is_integer(jnp.arange(2))
      True
    """
    return jnp.issubdtype(array.dtype, jnp.integer)


def dtype_or_none(dtype: Any) -> np.dtype | None:
    """The device dtype of a dtype argument whose None lets the operation choose.

    Example:
      >>> from kerax.ops._values import dtype_or_none
      >>> dtype_or_none("int64"), dtype_or_none(None)
      (dtype('int32'), None)
    """
    return None if dtype is None else requested_dtype(dtype)


def dtype_or_floatx(dtype: Any) -> np.dtype:
    """The device dtype of a dtype argument whose None means the default float type.

    Example:
      >>> from kerax.ops._values import dtype_or_floatx
      >>> dtype_or_floatx(None)
      dtype('float32')
    """
    return requested_dtype(settings.floatx() if dtype is None else dtype)


def as_index(x: Any) -> jax.Array:
    """Numbers of elements, as integers: floats that count something are taken for the whole numbers they are.

    Raises:
      TypeError: for a float that is no whole number.

    Example:
      >>> from kerax.ops._values import as_index
      >>> as_index([1.0, 2.0]).tolist()
      [1, 2]
    """
    array = as_array(x)
    if array.dtype.kind in "iu" or jnp.issubdtype(array.dtype, jnp.integer):
        return array
    integers = array.astype("int32")
    if not is_tracer(array) and bool(jnp.any(integers != array)):
        raise TypeError(f"Indices must be integers, received {array} of dtype {array.dtype}.")
    return integers


def as_size(size: Any) -> Any:
    """A size as an integer, if it was computed from known numbers; a symbolic one as it is.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.ops._values import as_size
      >>> as_size(jnp.array(3))
      3
    """
    return int(size) if isinstance(size, (jax.Array, np.integer)) and not is_tracer(size) else size


def axes(axis: Any) -> Any:
    """An axis argument as JAX takes it: lists (of configurations) become tuples.

    Example:
      >>> from kerax.ops._values import axes
      >>> axes([0, 1]), axes(None), axes(2)
      ((0, 1), None, 2)
    """
    return tuple(axis) if isinstance(axis, list) else axis


def common_dtype(*arrays: Any) -> np.dtype:
    """The dtype that arrays are promoted to, a float type.

    Integers with nothing but integers give the default float type.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.ops._values import common_dtype
      >>> common_dtype(jnp.arange(2), jnp.ones(2, "bfloat16"))
      dtype(bfloat16)
    """
    dtype = jnp.result_type(*arrays)
    return device_dtype(settings.floatx()) if dtype.kind in _NO_FLOATS else dtype


def dtype_name(x: Any) -> str:
    """Keras's name of the dtype of an array, variable, symbolic tensor or Python number.

    Example:
      >>> from kerax.ops._values import dtype_name
      >>> dtype_name([1.0])
      'float32'
    """
    return standardize_dtype(x.dtype if hasattr(x, "dtype") else as_array(x).dtype)
