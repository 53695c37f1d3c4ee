"""Losses called eagerly on arrays run as one compiled program instead of operation by operation.

A loss is some twenty small operations, and Python takes longer to start each of them than XLA to compute it. Under a
gradient tape the program is one operation, too.
"""

from __future__ import annotations

import copy
import functools
import types
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import numpy as np

from kerax import debug
from kerax.activations.logits import remember_logits, source_of
from kerax.config import epsilon, floatx
from kerax.jax_compat import call_program, in_trace, is_tracer
from kerax.state.masks import get_mask, set_mask
from kerax.state.recording import recordable
from kerax.state.scope import current_scope

Function = TypeVar("Function", bound=Callable[..., Any])

_KEPT_PROGRAMS = 256
_OWN_CODE = "kerax."
_PLAIN = (str, bool, int, float, type(None))
_programs: OrderedDict[Any, Callable] = OrderedDict()
# Functions that `loss_function` made: what checks the labels that they are given on the host, if anything does.
_functions: dict[Callable, Callable | None] = {}


class _NoKeyError(Exception):
    """Something that a program cannot be told apart by."""


def key_of(value: Any) -> Any:
    """What tells plain values, structures of them and kerax's own loss functions apart; hashable.

    Raises:
        _NoKeyError: for anything else, such as functions of the user's, which may have side effects.
    """
    if isinstance(value, _PLAIN):
        return (type(value), value)
    if isinstance(value, list | tuple):
        return (type(value), *[key_of(item) for item in value])
    if isinstance(value, dict):
        return (dict, *[(name, key_of(item)) for name, item in value.items()])
    if hasattr(value, "compute_dtype"):
        return value.compute_dtype
    if isinstance(value, types.FunctionType) and value in _functions:
        return value
    raise _NoKeyError


def runs_eagerly(*values: Any) -> bool:
    """Whether values are arrays with numbers, outside of every scope and trace (gradient tapes do not count)."""
    if in_trace() or debug.enabled() or current_scope() is not None:
        return False
    for value in values:
        if isinstance(value, jax.Array):
            if is_tracer(value):
                return False
        elif not isinstance(value, np.ndarray) or value.dtype.kind not in "biufc":
            return False
    return True


def run_compiled(key: Any, make: Callable[[], Callable], y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
    """Runs a function of ``(y_true, y_pred, sample_weight)`` compiled; the program is kept.

    Args:
        key: tells apart what functions compute.
        make: gives the function, a pure one, if it is not known yet.
        y_true: array.
        y_pred: array; the logits that it came from, if known, are passed on.
        sample_weight: array, number or None.
    """
    activation, logits = source_of(y_pred)
    key = (key, activation, epsilon(), floatx())
    program = _programs.get(key)
    if program is None:
        function = make()

        def run(y_true: Any, y_pred: Any, sample_weight: Any, logits: Any) -> Any:
            if activation is not None:
                remember_logits(y_pred, activation, logits)
            values = function(y_true, y_pred, sample_weight)
            return values, get_mask(values)

        program = _programs[key] = jax.jit(run)
        while len(_programs) > _KEPT_PROGRAMS:
            _programs.popitem(last=False)
    values, mask = call_program(program, y_true, y_pred, sample_weight, logits)
    if mask is not None:
        set_mask(values, mask)
    return values


def loss_function(check: Callable[..., None] | None = None) -> Callable[[Function], Function]:
    """Makes ``function(y_true, y_pred, ...)`` take symbolic tensors, and run compiled when called eagerly on arrays.

    Args:
        check: called with the same arguments where labels lie on the host, which a compiled program cannot refuse.

    Returns:
        A decorator.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.losses.compiled import loss_function
        >>> distance = loss_function()(lambda y_true, y_pred: abs(y_true - y_pred))
        >>> distance(jnp.ones(2), jnp.zeros(2)).tolist()
        [1.0, 1.0]
    """

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if len(args) < 2 or not runs_eagerly(*args[:2]):
                return function(*args, **kwargs)
            rest = args[2:]
            try:
                key = (function, key_of(rest), key_of(kwargs))
            except _NoKeyError:
                return function(*args, **kwargs)
            if check is not None and isinstance(args[0], np.ndarray):
                check(*args, **kwargs)
            return run_compiled(key, lambda: lambda true, pred, _: function(true, pred, *rest, **kwargs), *args[:2])

        made = recordable(call)
        _functions[made] = check
        return made  # type: ignore[return-value]

    return decorate


def call_loss(loss: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
    """Computes a ``Loss``; one of kerax's own, called eagerly on arrays, as one program."""
    weighted = sample_weight is not None and not isinstance(sample_weight, int | float)
    arrays = (y_true, y_pred, sample_weight) if weighted else (y_true, y_pred)
    if not type(loss).__module__.startswith(_OWN_CODE) or not runs_eagerly(*arrays) or get_mask(y_pred) is not None:
        return loss._compute(y_true, y_pred, sample_weight)
    key = _key_of_loss(loss)
    if key is None:
        return loss._compute(y_true, y_pred, sample_weight)
    check = _functions.get(getattr(loss, "fn", None))  # type: ignore[arg-type]
    if check is not None and isinstance(y_true, np.ndarray):
        check(y_true, y_pred, **loss._fn_kwargs)
    # A copy computes: the attributes that the key is made of may be set to others later.
    return run_compiled(key, lambda: copy.copy(loss)._compute, y_true, y_pred, sample_weight)


_keys: weakref.WeakKeyDictionary[Any, tuple[dict, Any]] = weakref.WeakKeyDictionary()  # attributes, and their key


def _key_of_loss(loss: Any) -> Any:
    """What tells the programs of losses apart; None where nothing does."""
    known = _keys.get(loss)
    if known is not None and known[0] == vars(loss):
        return known[1]
    try:
        key = (type(loss), key_of(vars(loss)))
    except _NoKeyError:
        return None
    seen = {name: dict(value) if isinstance(value, dict) else value for name, value in vars(loss).items()}
    inner = [one for value in seen.values() for one in (value.values() if isinstance(value, dict) else [value])]
    if not any(isinstance(one, list | dict) for one in inner):  # what cannot be changed unnoticed
        _keys[loss] = seen, key
    return key
