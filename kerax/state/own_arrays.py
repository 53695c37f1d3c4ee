"""Arrays of variables for a program that uses them up, in whose memory it may write the new ones."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from kerax.state.variable import Variable


class _Box:
    """Stands for a variable while references are counted."""

    __slots__ = ("_array",)


def _references(box: Any) -> int:
    array = box._array
    return sys.getrefcount(array)


def _alone() -> int:
    box = _Box()
    box._array = object()
    return _references(box)


_ALONE = _alone()


def own_arrays(variables: Sequence[Variable]) -> list[Any]:
    """The variables' arrays; copies of those that somebody else holds as well.

    The caller gives them to a program that takes them as donated, and puts new ones into the variables.

    Example:
      >>> import kerax
      >>> from kerax.state.own_arrays import own_arrays
      >>> v = kerax.Variable([1.0, 2.0])
      >>> kept = v.value
      >>> own_arrays([v])[0] is kept
      False
    """
    arrays = []
    for variable in variables:
        variable.box()  # a training loop may hold it
        shared = _references(variable) > _ALONE
        arrays.append(variable._array.copy() if shared else variable._array)
    return arrays
