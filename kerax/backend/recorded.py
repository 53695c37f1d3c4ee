"""Lets the functions of ``kerax.backend`` take symbolic tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from kerax.state.recording import is_recorded
from kerax.state.symbolic import record

Function = TypeVar("Function", bound=Callable[..., Any])


def recorded(function: Function) -> Function:
    """Returns ``function``, made to record a node named ``backend.<name>`` when given a symbolic tensor.

    The prefix keeps it apart from the operation of the same name in ``kerax.ops``, whose defaults may differ.

    Example:
      >>> import kerax
      >>> kerax.backend.square(kerax.Input((3,))).node.name
      'backend.square'
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if is_recorded(args, kwargs):
            return record(call, *args, name=f"backend.{function.__name__}", **kwargs)
        return function(*args, **kwargs)

    return call  # type: ignore[return-value]
