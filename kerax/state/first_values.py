"""First values of weights that are made only if somebody asks: a model that is loaded from a file needs none."""

from __future__ import annotations

import contextlib
import contextvars
import math
from collections.abc import Iterator
from typing import Any

_WORTH_WAITING = 2**20  # bytes; smaller arrays are made at once

_waiting: contextvars.ContextVar[list[Any] | None] = contextvars.ContextVar("kerax_waiting_variables", default=None)


@contextlib.contextmanager
def first_values_later() -> Iterator[None]:
    """Lets initializers of large weights wait until a weight is read; those not assigned by the end are made then.

    Example:
      >>> import kerax
      >>> from kerax.state.first_values import first_values_later
      >>> with first_values_later():
      ...     weight = kerax.Variable("glorot_uniform", shape=(1000, 1000))
      ...     _ = weight.assign(kerax.ops.zeros((1000, 1000)))  # no random number was drawn
    """
    variables: list[Any] = []
    token = _waiting.set(variables)
    try:
        yield
    finally:
        _waiting.reset(token)
    for variable in variables:
        variable.box()


def may_wait(variable: Any, shape: tuple[int, ...], dtype: Any) -> bool:
    """Whether a new variable's first value shall wait, which is then noted."""
    variables = _waiting.get()
    if variables is None or math.prod(shape) * dtype.itemsize < _WORTH_WAITING:
        return False
    variables.append(variable)
    return True
