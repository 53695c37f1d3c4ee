"""Host arrays become device arrays without a compilation.

`jnp.asarray` and `jnp.copy` compile a small program for every shape they meet: milliseconds each, and a model has
dozens of shapes.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

_WORD = 4  # bytes of the largest whole numbers that JAX has unless jax_enable_x64 is set


def device_array(values: Any, dtype: Any = None) -> jax.Array:
    """Returns the device array of host values that nobody changes afterwards.

    On the CPU the array may use the host array's memory.

    Args:
      values: array or number; a JAX array comes back as it is, traced or not.
      dtype: to convert host values to.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.transfer import device_array
      >>> device_array(np.ones((2, 3), np.float32)).shape
      (2, 3)
    """
    return values if isinstance(values, jax.Array) else jax.device_put(np.asarray(values, dtype))


def is_host_numbers(values: Any) -> bool:
    """Whether something is a NumPy array of numbers that casts to any number type without a question.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.transfer import is_host_numbers
      >>> is_host_numbers(np.ones(2)), is_host_numbers(np.array(["1"]))
      (True, False)
    """
    return isinstance(values, np.ndarray) and values.dtype.kind in "biuf"


def device_array_of_own(values: np.ndarray, dtype: Any = None) -> jax.Array:
    """Returns a device array that keeps its values whatever happens to the host array.

    Raises:
      OverflowError: if 64-bit whole numbers do not fit into the 32 bits that JAX has for them.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.transfer import device_array_of_own
      >>> values = np.zeros(1000, np.float32)
      >>> array = device_array_of_own(values)
      >>> values[:] = 1
      >>> float(array.sum())
      0.0
    """
    if values.dtype.kind in "iu" and values.dtype.itemsize > _WORD:
        _require_fit(values, np.dtype(jax.dtypes.canonicalize_dtype(values.dtype if dtype is None else dtype)))
    return jax.device_put(np.array(values, dtype))


def _require_fit(values: np.ndarray, dtype: np.dtype) -> None:
    """Refuses what a cast to a narrower dtype would wrap around."""
    if dtype.kind not in "iu" or np.can_cast(values.dtype, dtype) or not values.size:
        return
    limits, least, most = np.iinfo(dtype), values.min(), values.max()
    if least < limits.min or most > limits.max:
        raise OverflowError(f"{most if most > limits.max else least} is out of bounds for {dtype}")


def device_copy(array: jax.Array) -> jax.Array:
    """Returns a copy that shares no memory with an array, on the same devices.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.functional.transfer import device_copy
      >>> array = jnp.ones(3)
      >>> device_copy(array) is array
      False
    """
    return jax.device_put(array, may_alias=False)
