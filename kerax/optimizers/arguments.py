"""Checks of constructor arguments that several optimizers share."""

from __future__ import annotations

from typing import Any

import numpy as np


def check_fractions(optimizer: Any, *names: str) -> None:
    """Raises unless the named attributes are numbers in [0, 1].

    Args:
      optimizer: whose attributes.
      *names: of attributes that came from arguments of the same name.

    Example:
      >>> import kerax
      >>> kerax.optimizers.SGD(momentum=2.0)
      Traceback (most recent call last):
      ValueError: Argument momentum of SGD() must be a number in [0, 1], received 2.0.
    """
    for name in names:
        value = getattr(optimizer, name)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not 0 <= value <= 1:
            raise ValueError(
                f"Argument {name} of {type(optimizer).__name__}() must be a number in [0, 1], received {value!r}."
            )
