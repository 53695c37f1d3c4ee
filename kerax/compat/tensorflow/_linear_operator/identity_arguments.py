"""The sizes that operators without a matrix of their own are given."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow._core import ints, static, tensor
from kerax.compat.tensorflow._linear_operator.shapes import _known
from kerax.state.sizes import is_dimension


def count(owner: str, what: str, value: Any) -> Any:
    """A number of rows or columns.

    Args:
      owner: the operator's class.
      what: the argument's name.
      value: what was given.

    Raises:
      ValueError: for several numbers, or a negative one.
      TypeError: for a number that is not whole.
    """
    if is_dimension(value) and not isinstance(value, int):
        return value
    found = _whole(owner, what, value)
    if found.ndim:
        raise ValueError(f"{owner}: `{what}` is one number, received {value!r}.")
    if found.dtype == object:
        return found.item()
    if found < 0:
        raise ValueError(f"{owner}: `{what}` is not negative, received {value!r}.")
    return int(found)


def batch(owner: str, value: Any) -> tuple:
    """The sizes of a batch; none if none were given.

    Raises:
      ValueError: for a single number, or negative ones.
      TypeError: for numbers that are not whole.
    """
    if value is None or (isinstance(value, (list, tuple)) and not value):
        return ()
    if isinstance(value, (list, tuple)) and any(is_dimension(one) and not isinstance(one, int) for one in value):
        return tuple(value)
    found = _whole(owner, "batch_shape", value)
    if found.ndim != 1:
        raise ValueError(f"{owner}: `batch_shape` is a list of sizes, received {value!r}.")
    if found.dtype == object:
        return tuple(found.tolist())
    if (found < 0).any():
        raise ValueError(f"{owner}: `batch_shape` has no negative sizes, received {value!r}.")
    return ints(found.tolist(), "batch_shape")


def _whole(owner: str, what: str, value: Any) -> np.ndarray:
    found = static(tensor(value), what)
    if found.size and found.dtype.kind not in "iuO":
        raise TypeError(f"{owner}: `{what}` has to be of an integer type, received {value!r}.")
    return found


def known(size: Any) -> Any:
    """A size, None if it is a symbol."""
    return _known((size,))[0]
