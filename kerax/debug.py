"""Debug mode: losses and metrics look at the values they are given, and a nan is traced to the layer that gives it.

Shapes are always checked. Values on a device are not: a label that is no class gives a loss of nan, and a negative
weight may be meant. In debug mode both raise, with eager arrays at once and in a compiled step when it runs. So do the
first layer whose outputs hold nan, a loss that is nan and a gradient that holds nan, each with the number of the step.
Off by default: it costs a pass over each batch and over the outputs of each layer.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import from_kerax
from kerax.jax_compat import is_tracer

__all__ = ["check_range", "checks", "eager", "enable", "enabled"]


def _is_not_ours(record: logging.LogRecord) -> bool:
    return not (record.exc_info and record.exc_info[1] is not None and from_kerax(record.exc_info[1]))


# JAX logs what a callback raises, with its traceback, before the step raises it: kerax's own findings are told once.
logging.getLogger("jax._src.debugging").addFilter(_is_not_ours)

_state = {
    "enabled": os.environ.get("KERAX_DEBUG", "0") not in ("", "0"),
    "eager": os.environ.get("KERAX_DEBUG", "0") == "eager",
}


def enable(on: bool = True, eager: bool = False) -> None:
    """Turns debug mode on or off; ``KERAX_DEBUG=1`` in the environment turns it on from the start.

    Models compile their steps anew; functions that you gave to ``jax.jit`` yourself stay as they are.

    Args:
      on: whether values are checked from now on.
      eager: whether the steps of all models run as plain Python, so that a debugger stops in them and an error is
        raised in your own line; ``KERAX_DEBUG=eager`` in the environment.

    Example:
      >>> import kerax
      >>> kerax.debug.enable(False)
    """
    _state["enabled"], _state["eager"] = bool(on), bool(on) and eager


def eager() -> bool:
    """Whether steps run as plain Python.

    Example:
      >>> import kerax
      >>> kerax.debug.eager()
      False
    """
    return _state["eager"]


def enabled() -> bool:
    """Whether values are checked.

    Example:
      >>> import kerax
      >>> kerax.debug.enabled()
      False
    """
    return _state["enabled"]


@contextlib.contextmanager
def checks(on: bool = True, eager: bool = False) -> Iterator[None]:
    """Debug mode inside a ``with`` block.

    Args:
      on: whether values are checked there.
      eager: whether steps run as plain Python there.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> with kerax.debug.checks():
      ...     kerax.losses.sparse_categorical_crossentropy(jnp.array([2]), jnp.array([[0.5, 0.5]]))
      Traceback (most recent call last):
      ValueError: sparse_categorical_crossentropy: y_true must be from 0 to 1 (2 classes), found 2 to 2.
    """
    before = dict(_state)
    enable(on, eager)
    try:
        yield
    finally:
        _state.update(before)


def check_range(
    what: str, values: Any, low: float | None = None, high: float | None = None, note: str = "", ignored: Any = None
) -> None:
    """In debug mode raises unless all values lie between two numbers; otherwise does nothing.

    Args:
      what: name and argument, for the message: "hinge: sample_weight".
      values: array, traced or not.
      low: smallest value allowed, or None.
      high: largest value allowed, or None.
      note: added to the range in the message.
      ignored: one value that is allowed besides, or None.

    Raises:
      ValueError: for a value outside, or nan; from a compiled step JAX raises it as a runtime error when it runs.

    Example:
      >>> import kerax
      >>> kerax.debug.check_range("sample_weight", [-1.0], low=0)
    """
    if not _state["enabled"]:
        return
    values = jax.lax.stop_gradient(jnp.asarray(values))
    if 0 in values.shape:
        return
    if ignored is not None:
        inside = low if low is not None else high
        values = jnp.where(values == ignored, jnp.asarray(inside, values.dtype), values)
    smallest, largest = jnp.min(values), jnp.max(values)
    examine = functools.partial(_examine, what, low, high, note)
    if is_tracer(smallest):
        jax.debug.callback(examine, smallest, largest)
    else:
        examine(smallest, largest)


def _examine(what: str, low: float | None, high: float | None, note: str, smallest: Any, largest: Any) -> None:
    smallest, largest = np.asarray(smallest)[()], np.asarray(largest)[()]
    if (low is None or smallest >= low) and (high is None or largest <= high) and smallest == smallest:
        return
    both = low is not None and high is not None
    wanted = f"from {low} to {high}" if both else f"at least {low}" if high is None else f"at most {high}"
    raise ValueError(f"{what} must be {wanted}{note}, found {smallest} to {largest}.")
