"""Functions of ``tf.keras.backend`` whose arguments are sizes, which may be tensors such as ``K.shape(x)[0]``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import kerax
from kerax.compat.tensorflow import _creating, _joining
from kerax.compat.tensorflow._core import ints
from kerax.compat.tensorflow._edges import entering
from kerax.compat.tensorflow._math import cast


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    """Numbers with equal steps; none if ``arange`` is given one negative number.

    Args:
      start: the first number, or where to stop if it stands alone.
      stop: where to stop.
      step: difference of two numbers.
      dtype: of the result.
    """
    if stop is None:
        start, stop = 0, max(start, 0) if isinstance(start, (int, float, np.number)) else start
    found = _creating.range(start, stop, step)
    return found if dtype == "int32" and found.dtype.is_integer else cast(found, dtype)


def reshape(x: Any, shape: Any) -> Any:
    """The same numbers in other sizes, of which one may be -1."""
    return _creating.reshape(x, shape)


def tile(x: Any, n: Any) -> Any:
    """Repeated along every axis.

    Args:
      x: tensor.
      n: how often, along each axis; a single number for a tensor with one axis.
    """
    return _joining.tile(x, [n] if isinstance(n, int) else n)


def _of_sizes(name: str) -> Callable:
    """A function of kerax's backend that makes an array of computed sizes."""
    plain = entering(getattr(kerax.backend, name))

    @functools.wraps(plain)
    def call(shape: Any, *args: Any, **kwargs: Any) -> Any:
        return plain(ints(shape), *args, **kwargs)

    return call


random_normal, random_uniform, truncated_normal = map(
    _of_sizes, ("random_normal", "random_uniform", "truncated_normal")
)
random_bernoulli, random_binomial = _of_sizes("random_bernoulli"), _of_sizes("random_binomial")
