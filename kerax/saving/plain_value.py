"""Values of configurations as plain values that JSON can hold."""

from __future__ import annotations

from typing import Any

import numpy as np


def plain_value(value: Any) -> Any:
    """NumPy values as Python values, sets as lists; the ``default`` of ``json.dumps``.

    Raises:
      TypeError: for anything else.

    Example:
      >>> import numpy as np
      >>> from kerax.saving.plain_value import plain_value
      >>> plain_value(np.float32(0.5))
      0.5
    """
    if isinstance(value, np.generic):
        return value.item()
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"A configuration cannot hold {value!r} of type {type(value).__name__}.")
