"""Types of 64 bits, which JAX has only where it was told so.

float64 and complex128 lose digits without a trace when they become float32 and complex64: whoever asks for one by name
is told, once. int64 and uint64 become int32 and uint32 in silence, because they are asked for all the time where
nothing is lost; a number that does not fit is an error.
"""

from __future__ import annotations

import warnings

import jax
import numpy as np

from kerax.errors import user_stacklevel

WIDE_FLOATS = ("float64", "complex128")
_INTEGERS = ("int64", "uint64")
_told: set[str] = set()  # names that the warning has been given for


def note_narrowed(asked: str) -> None:
    """Warns, the first time, if a type that was asked for by name has fewer digits on the device.

    Args:
      asked: dtype name.

    Example:
      >>> from kerax.wide_types import note_narrowed
      >>> note_narrowed("float32")
    """
    if asked not in WIDE_FLOATS or asked in _told:
        return
    given = np.dtype(jax.dtypes.canonicalize_dtype(np.dtype(asked))).name
    if given == asked:
        return
    warnings.warn(
        f"{asked} was asked for and {given} is what you get: JAX has types of 64 bits only where they are switched on. "
        'Call jax.config.update("jax_enable_x64", True) before the first array is made (or set JAX_ENABLE_X64=1), or '
        f"ask for {given}. This is said once.",
        UserWarning,
        stacklevel=user_stacklevel(),
    )
    _told.add(asked)


def check_fits(x: np.ndarray, asked: str) -> None:
    """Refuses numbers beyond 32 bits that are to become 64-bit integers where JAX has none.

    Args:
      x: the numbers.
      asked: dtype name.

    Raises:
      ValueError: if a finite number does not fit.

    Example:
      >>> import numpy as np
      >>> from kerax.wide_types import check_fits
      >>> check_fits(np.array([3.0]), "int64")
    """
    if asked not in _INTEGERS or x.dtype.kind not in "uif" or not x.size:
        return
    device = np.dtype(jax.dtypes.canonicalize_dtype(np.dtype(asked)))
    if device.name == asked or np.can_cast(x.dtype, device):
        return
    limits, finite = np.iinfo(device), x[np.isfinite(x)]
    outside = finite[(finite < limits.min) | (finite > limits.max)]
    if outside.size:
        raise ValueError(
            f"{outside.flat[0]} does not fit into the 32 bits that JAX has for {asked}. Call "
            'jax.config.update("jax_enable_x64", True) before the first array is made (or set JAX_ENABLE_X64=1).'
        )
