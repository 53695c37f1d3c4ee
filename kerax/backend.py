"""The old ``keras.backend`` corner of the API: global settings, names and sessions.

What computes is ``kerax.ops`` and ``jax.numpy``; this module keeps the settings that scripts reach under ``backend``.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from kerax.dtypes import is_floating, standardize_dtype
from kerax.state import SymbolicTensor, Variable
from kerax.state.naming import unique_name
from kerax.utils import clear_session

__all__ = [
    "backend",
    "cast_to_floatx",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "get_value",
    "image_data_format",
    "int_shape",
    "is_float_dtype",
    "is_keras_tensor",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_value",
    "standardize_dtype",
]


def backend() -> str:
    """Returns the name of what computes, always ``"jax"``.

    Example:
      >>> import kerax
      >>> kerax.backend.backend()
      'jax'
    """
    return "jax"


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


def result_type(*dtypes: Any) -> str:
    """Returns the dtype of a sum of values of several dtypes, by JAX's rules.

    Args:
      *dtypes: dtype names, arrays or Python numbers.

    Example:
      >>> import kerax
      >>> kerax.backend.result_type("int32", "bfloat16")
      'bfloat16'
    """
    values = [jnp.dtype(d) if isinstance(d, str) else d for d in dtypes]
    return standardize_dtype(jnp.result_type(*values))
