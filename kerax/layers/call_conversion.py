"""Python control flow on arrays inside a layer's ``call``, converted for the classes that turn out to need it.

A class's ``call`` runs as it is written until, while it is traced, it asks for the numbers of an array. Then its
control flow is converted, if diastatic-malt is installed, and whoever traces traces again
(``state.trace_failures.traced``), for the failed attempt may have written to variables halfway.
"""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable
from typing import Any

from kerax.function import autograph
from kerax.function.failures import user_line
from kerax.jax_compat import in_trace
from kerax.layers.checkpointed import in_scope
from kerax.state.trace_failures import NEEDS_NUMBERS

_OWN_CODE = "kerax."
# Class -> its converted call; None where converting was tried and changed nothing.
_converted: weakref.WeakKeyDictionary[type, Callable | None] = weakref.WeakKeyDictionary()


def call_of(layer: Any) -> Callable:
    """The method to run for ``layer.call``: converted where its class needs that and code is being traced."""
    call = layer.call
    if _converted and "call" not in layer.__dict__ and in_trace():
        made = _converted.get(type(layer))
        if made is not None:
            call = types.MethodType(made, layer)
    if layer._remat is not None and in_trace():
        return in_scope(layer, call, layer._remat)
    return call


def convert_after(error: BaseException, layer: Any) -> bool:
    """Converts the ``call`` that an error came from, if that may mend it; returns whether it pays to try again.

    Args:
      error: what a layer's ``call`` raised; the innermost layer that it passes counts.
      layer: that layer.
    """
    if isinstance(error, NEEDS_NUMBERS) and not hasattr(error, "kerax_layer"):
        error.kerax_line = user_line(error)  # type: ignore[attr-defined]
        error.kerax_converted = _convert(type(layer)) if "call" not in layer.__dict__ else False  # type: ignore
    return getattr(error, "kerax_converted", False)


def _convert(cls: Any) -> bool:
    function = cls.call
    if cls in _converted or not isinstance(function, types.FunctionType):
        return False
    own = (function.__module__ or "").startswith(_OWN_CODE)
    made = autograph.convert(function) if autograph.available() and not own else function
    _converted[cls] = None if made is function else made
    return made is not function
