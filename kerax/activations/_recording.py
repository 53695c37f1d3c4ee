"""Lets a pure function take symbolic tensors: it is then recorded instead of computed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from kerax.state.symbolic import SymbolicTensor, record

Function = TypeVar("Function", bound=Callable[..., Any])


def recordable(function: Function) -> Function:
    """Return ``function``, made to record a node when one of its arguments is a symbolic tensor."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            if isinstance(value, SymbolicTensor):
                return record(call, *args, **kwargs)
        return function(*args, **kwargs)

    return call  # type: ignore[return-value]
