"""Settings, dtypes and values, as scripts reach them under ``keras.backend``."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from kerax.dtypes import is_floating, requested_dtype, standardize_dtype
from kerax.errors import unknown_name
from kerax.state import SymbolicTensor, Variable
from kerax.state.naming import unique_name
from kerax.utils import clear_session

__all__ = [
    "backend",
    "cast_to_floatx",
    "clear_session",
    "convert_to_numpy",
    "convert_to_tensor",
    "dtype",
    "epsilon",
    "floatx",
    "get_uid",
    "get_value",
    "image_data_format",
    "int_shape",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "is_sparse",
    "is_tensor",
    "ndim",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_value",
    "shape",
    "standardize_data_format",
    "standardize_dtype",
    "to_dense",
]


def cast_to_floatx(x: Any) -> np.ndarray:
    """Returns an array in the default float type.

    Args:
      x: numbers.

    Example:
      >>> import kerax
      >>> kerax.backend.cast_to_floatx([1, 2]).dtype
      dtype('float32')
    """
    return np.asarray(x, dtype=floatx())


def get_uid(prefix: str = "") -> int:
    """Returns a number that grows with every call for the same prefix, starting at 1.

    Example:
      >>> import kerax
      >>> kerax.backend.clear_session()
      >>> kerax.backend.get_uid("doc"), kerax.backend.get_uid("doc")
      (1, 2)
    """
    name = unique_name(f"uid {prefix}")
    return 1 if name == f"uid {prefix}" else int(name.rpartition("_")[2]) + 1


def get_value(x: Any) -> np.ndarray:
    """Returns the value of a variable or array as a NumPy array.

    Example:
      >>> import kerax
      >>> kerax.backend.get_value(kerax.Variable([1.0, 2.0]))
      array([1., 2.], dtype=float32)
    """
    return np.array(x.value if isinstance(x, Variable) else x)


def set_value(x: Variable, value: Any) -> None:
    """Assigns a variable, for example ``set_value(model.optimizer.learning_rate, 0.01)``.

    Example:
      >>> import kerax
      >>> rate = kerax.Variable(0.1)
      >>> kerax.backend.set_value(rate, 0.5); float(rate)
      0.5
    """
    x.assign(value)


def int_shape(x: Any) -> tuple[int | None, ...]:
    """Returns the sizes of an array, variable or symbolic tensor, None for unknown ones.

    Example:
      >>> import kerax
      >>> kerax.backend.int_shape(kerax.Input((3,)))
      (None, 3)
    """
    return tuple(x.shape)


def is_keras_tensor(x: Any) -> bool:
    """Returns whether something is a symbolic tensor, made by ``kerax.Input`` or a layer called on one.

    Example:
      >>> import kerax
      >>> kerax.backend.is_keras_tensor(kerax.Input((3,)))
      True
    """
    return isinstance(x, SymbolicTensor)


def is_float_dtype(dtype: Any) -> bool:
    """Returns whether a dtype is a floating one.

    Example:
      >>> import kerax
      >>> kerax.backend.is_float_dtype("bfloat16")
      True
    """
    return is_floating(dtype)


def is_int_dtype(dtype: Any) -> bool:
    """Returns whether a dtype is an integer one; booleans are not.

    Example:
      >>> import kerax
      >>> kerax.backend.is_int_dtype("uint8"), kerax.backend.is_int_dtype("bool")
      (True, False)
    """
    return "int" in standardize_dtype(dtype)


# Of Python numbers, which give way to the dtype of any array of their kind or a higher one.
_WEAK = {int: "int", float: "float", bool: "bool"}


def result_type(*dtypes: Any) -> str:
    """Returns the dtype of a sum of values of several dtypes, by JAX's rules.

    64-bit integers count as 32-bit ones besides floats, so that ``int64`` and ``float32`` give ``float32``.

    Args:
      *dtypes: dtype names, arrays, ``int``, ``float`` and ``"int"``, ``"float"`` for Python numbers; None counts as
        ``"float"``.

    Example:
      >>> import kerax
      >>> kerax.backend.result_type("int32", "bfloat16"), kerax.backend.result_type("int8", int)
      ('bfloat16', 'int8')
    """
    if not dtypes:
        return floatx()
    names = []
    for given in dtypes:
        given = "float" if given is None else _WEAK.get(given, given) if isinstance(given, type) else given
        names.append(given if given in ("int", "float") else standardize_dtype(given))
    strong = [name for name in names if name not in ("int", "float")]
    if not strong:
        return floatx() if "float" in names else "int32"
    result = functools.reduce(lambda a, b: jnp.promote_types(a, b), [jnp.dtype(name) for name in strong])
    if "float" in names and not jnp.issubdtype(result, jnp.inexact):
        return floatx()
    if "int" in names and result == jnp.dtype(bool):
        return "int32"
    return standardize_dtype(result)


def convert_to_tensor(x: Any, dtype: Any = None, sparse: bool | None = None) -> Any:
    """Returns an array of whatever can be made one; symbolic tensors stay what they are.

    Args:
      x: array-like, variable or symbolic tensor.
      dtype: dtype of the result; that of ``x`` by default, ``floatx()`` for Python floats.
      sparse: must not be True.

    Example:
      >>> import kerax
      >>> kerax.backend.convert_to_tensor([1, 2]).dtype
      dtype('int32')
    """
    if sparse:
        raise ValueError("kerax has no sparse arrays: use sparse=False.")
    if isinstance(x, SymbolicTensor):
        return x if dtype is None or x.dtype == standardize_dtype(dtype) else x.astype(dtype)
    return jnp.asarray(x.value if isinstance(x, Variable) else x, None if dtype is None else requested_dtype(dtype))


def convert_to_numpy(x: Any) -> np.ndarray:
    """Returns a NumPy array of an array, variable or array-like.

    Example:
      >>> import kerax
      >>> kerax.backend.convert_to_numpy(kerax.Variable([1.0]))
      array([1.], dtype=float32)
    """
    return np.array(x.value if isinstance(x, Variable) else x)


def is_tensor(x: Any) -> bool:
    """Returns whether something is a JAX array.

    Example:
      >>> import kerax
      >>> kerax.backend.is_tensor(kerax.backend.ones((2,))), kerax.backend.is_tensor([1.0])
      (True, False)
    """
    return isinstance(x, jax.Array)


def shape(x: Any) -> tuple:
    """Returns the sizes of an array, variable or symbolic tensor, None for unknown ones.

    Example:
      >>> import kerax
      >>> kerax.backend.shape([[1, 2]])
      (1, 2)
    """
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def ndim(x: Any) -> int:
    """Returns the number of axes.

    Example:
      >>> import kerax
      >>> kerax.backend.ndim([[1, 2]])
      2
    """
    return len(shape(x))


def dtype(x: Any) -> str:
    """Returns the name of an array's dtype.

    Example:
      >>> import kerax
      >>> kerax.backend.dtype(kerax.backend.ones((2,)))
      'float32'
    """
    return standardize_dtype(x.dtype)


def is_sparse(tensor: Any) -> bool:
    """Returns False: every array here is dense.

    Example:
      >>> import kerax
      >>> kerax.backend.is_sparse(kerax.backend.ones((2,)))
      False
    """
    return False


def to_dense(tensor: Any) -> Any:
    """Returns its argument: every array here is dense.

    Example:
      >>> import kerax
      >>> kerax.backend.to_dense(1.0)
      1.0
    """
    return tensor


_LAYOUTS = ("channels_last", "channels_first")


def standardize_data_format(data_format: str | None) -> str:
    """Returns ``"channels_last"`` or ``"channels_first"``; the configured one for None.

    Raises:
      ValueError: for another name.

    Example:
      >>> import kerax
      >>> kerax.backend.standardize_data_format(None)
      'channels_last'
    """
    if data_format is None:
        return image_data_format()
    name = str(data_format).lower()
    if name not in _LAYOUTS:
        raise unknown_name("data_format", data_format, _LAYOUTS)
    return name
