"""Calls of Python: ``tf.py_function``, ``tf.numpy_function``, also in programs that are compiled or noted down."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.experimental import io_callback

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode, noting
from kerax.compat.tensorflow._tensor import Tensor, is_text
from kerax.jax_compat import in_trace, is_tracer, recorders
from kerax.state.raised import remembering
from kerax.state.symbolic import SymbolicTensor, to_spec
from kerax.state.trace_failures import UnknownSizeError


def py_function(func: Callable | None = None, inp: Any = None, Tout: Any = None, name: str | None = None) -> Any:
    """Calls a Python function on tensors; inside tf.function whenever the program runs."""
    if func is None or inp is None:  # a decorator
        return lambda function: functools.wraps(function)(lambda *args: py_function(function, list(args), Tout))
    return _call_python(func, inp, Tout, tensor)


def numpy_function(
    func: Callable | None = None, inp: Any = None, Tout: Any = None, stateful: bool = True, name: str | None = None
) -> Any:
    """Calls a Python function on NumPy's arrays; inside tf.function whenever the program runs."""
    if func is None or inp is None:
        return lambda function: functools.wraps(function)(lambda *args: numpy_function(function, list(args), Tout))
    return _call_python(func, inp, Tout, lambda value: np.asarray(value) if not isinstance(value, bytes) else value)


def _call_python(func: Callable, inp: Any, kinds: Any, shown: Callable) -> Any:
    values = [tensor(one) for one in (inp if isinstance(inp, (list, tuple)) else [inp])]
    many = isinstance(kinds, (list, tuple))
    types = (
        [
            as_dtype(getattr(one, "dtype", one) if not hasattr(one, "as_numpy_dtype") else one)
            for one in (kinds if many else [kinds])
        ]
        if kinds is not None
        else []
    )

    def run(*arrays: Any) -> list:
        result = func(*[shown(one) for one in arrays])
        if kinds is None or (many and not types):
            return []
        listed = result if many and isinstance(result, (list, tuple)) else [result]
        return [_typed(one, kind) for one, kind in zip(listed, types, strict=True)]

    if graph_mode() and not in_trace() and any(isinstance(one, SymbolicTensor) for one in values):
        results = _python_later(run, values, kinds if many else [kinds], types, shown)
    elif not any(is_tracer(value._value) for value in values) and (types or not in_trace()):
        # In a trace what gives nothing back is there for what it does, and belongs into the program.
        # Tensors are given as they are, so that a gradient tape goes on recording what is computed from them.
        results = run(*(values if shown is tensor else [value.numpy() for value in values]))
        for trace in recorders():  # computed, though no gradient passes
            trace.recorder.note_other([one.array for one in results if not is_text(one._value)])
    else:
        specs = [getattr(one, "shape", None) for one in (kinds if many else [kinds])]
        if any(spec is None for spec in specs):
            raise UnknownSizeError(
                "tf.py_function inside tf.function: XLA needs the shape of what it returns. Give "
                "Tout=tf.TensorSpec(shape, "
                "dtype), or use it in Dataset.map, which calls it for each element."
            )
        shapes = [jax.ShapeDtypeStruct(tuple(s), jax.dtypes.canonicalize_dtype(k.dtype)) for s, k in zip(specs, types)]

        def on_host(*arrays: Any) -> list:
            with noting(False):
                return [np.asarray(one.numpy(), s.dtype) for one, s in zip(run(*arrays), shapes)]

        # It may be there for what it does: it is called also where nothing uses its results, and in its turn.
        found = io_callback(remembering(on_host), shapes, *[v.array for v in values], ordered=jax.device_count() == 1)
        results = [Tensor(one) for one in found]
    if not results:
        return None
    return results if many and types else results[0]


def _python_later(run: Callable, values: list, kinds: Any, types: list, shown: Callable) -> list:
    """What a session calls in each run; a result of which nobody says the shape counts as of the first argument's."""
    from kerax.compat.tensorflow._graph import Deferred
    from kerax.compat.tensorflow._graph_flow import effect, spec_of

    shapes = [getattr(kind, "shape", None) for kind in kinds or ()]
    specs = [
        jax.ShapeDtypeStruct(spec_of(values[0]).shape if shape is None else shape, to_spec((), kind.name).dtype)
        for shape, kind in zip(shapes, types)
    ]

    def later(evaluation: Any) -> list:
        given = [tensor(evaluation.of(one)) for one in values]
        return [one.array for one in run(*(given if shown is tensor else [one.numpy() for one in given]))]

    if not specs:
        return [Deferred(later, "py_function", values)]
    made = list(effect(later, specs, "py_function", values))
    for one, kind in zip(made, types):
        one.is_string = kind.name == "string"
    for one, shape in zip(made, shapes):
        one.guessed = shape is None
    return made


def _typed(value: Any, kind: Any) -> Tensor:
    made = tensor(value)
    if made.dtype != kind:
        from kerax.compat.tensorflow._math import cast

        return cast(made, kind)
    return made
