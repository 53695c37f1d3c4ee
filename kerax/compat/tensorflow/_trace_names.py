"""Names of tensors inside ``tf.function``: of arguments, and of the operations that compute them."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer

# What TensorFlow calls an operation, where that is not its function's name in capitals.
_TITLES = {
    "subtract": "Sub",
    "multiply": "Mul",
    "negative": "Neg",
    "divide": "truediv",
    "floordiv": "floordiv",
    "floormod": "FloorMod",
    "matmul": "MatMul",
    "pow": "Pow",
    "argmax": "ArgMax",
    "argmin": "ArgMin",
    "get_item": "strided_slice",
    "slice_": "Slice",
    "where": "SelectV2",
    "gather": "GatherV2",
    "clip_by_value": "clip_by_value",
    "top_k": "TopKV2",
    "dropout": "dropout/SelectV2",
    "conv2d": "Conv2D",
    "l2_loss": "L2Loss",
    "sigmoid_cross_entropy_with_logits": "logistic_loss",
    **{
        name: name
        for name in "concat stack transpose one_hot zeros ones zeros_like ones_like split range linspace eye "
        "truediv norm cond while".split()
    },
}


class _Names:
    """The names that a trace has given away."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.wanted: str | None = None  # what the operator that calls the next operation is called
        self.busy = False  # whether an operation computes: what it calls are parts of it

    def unique(self, name: str) -> str:
        """The name, numbered if it is taken."""
        count = self.counts.get(name, 0)
        self.counts[name] = count + 1
        return f"{name}_{count}" if count else name


class _Traces(threading.local):
    """The functions that a thread traces: another thread's operations are no part of them."""

    names: _Names | None = None  # of the innermost


TRACES = _Traces()


def called(function: Callable, args: tuple, kwargs: dict) -> Any:
    """Calls an operation while a function is traced, and names its result."""
    names: Any = TRACES.names
    wanted, names.wanted = names.wanted, None
    if names.busy:
        return function(*args, **kwargs)
    names.busy = True
    try:
        found = function(*args, **kwargs)
    finally:
        names.busy = False
    if isinstance(found, Tensor) and is_tracer(found._value) and not hasattr(found, "_name"):
        found._name = names.unique(kwargs.get("name") or wanted or title(function.__name__))
    return found


@functools.cache
def title(name: str) -> str:
    """What TensorFlow calls the operation of a function."""
    return _TITLES.get(name) or "".join(part.title() for part in name.removeprefix("reduce_").split("_"))


@contextlib.contextmanager
def tracing() -> Iterator[None]:
    """Says that a function is traced: names begin anew."""
    before, TRACES.names = TRACES.names, _Names()
    try:
        yield
    finally:
        TRACES.names = before


def named_arguments(function: Callable, signature: Any = None, like: Callable | None = None) -> Callable:
    """The function, whose tensors in arguments are named as its parameters, or as their specifications.

    Args:
      function: called while it is traced.
      signature: the ``input_signature``, or None.
      like: whose parameters name the tensors, if not its own: a method without ``self``.
    """
    given = [getattr(spec, "name", None) for spec in signature or ()]

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        names = TRACES.names or _Names()
        by_place = zip(_names_by_place(like or function, len(args)), args)
        for place, (own, value) in enumerate([*by_place, *kwargs.items()]):
            _label(value, names, (given[place] if place < len(given) else None) or own)
        return function(*args, **kwargs)

    return call


def _names_by_place(function: Callable, count: int) -> list[str]:
    try:
        kinds = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return ["args"] * count
    plain = [one.name for one in kinds if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    rest = next((one.name for one in kinds if one.kind is one.VAR_POSITIONAL), "args")
    return (plain + [rest] * count)[:count]


def _label(value: Any, names: _Names, name: str) -> None:
    if isinstance(value, Tensor):
        value._name = names.unique(name)
    elif isinstance(value, (list, tuple)):
        for one in value:
            _label(one, names, name)
    elif isinstance(value, dict):
        for key in value:
            _label(value[key], names, name)
