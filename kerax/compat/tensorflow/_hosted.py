"""Functions of ``kerax.data`` (texts, images, files) for scripts: tensors in, tensors out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import has_symbolic
from kerax.compat.tensorflow._edges import DICTS, graph_mode, inside, on_side, unwrap, wrap
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer
from kerax.state import Variable
from kerax.state.symbolic import record


def raw(tree: Any) -> Any:
    """Arrays for tensors, those of NumPy where the numbers are on the host."""
    if isinstance(tree, Tensor):
        value = tree._value
        if not is_tracer(value) and tree._label and not hasattr(value, "tolist"):
            return tree.numpy()
        return value if getattr(value, "ndim", 1) else (value if is_tracer(value) else tree.numpy())
    if isinstance(tree, Variable):
        return tree.read()
    if tree.__class__ in (list, tuple):
        return tree.__class__([raw(one) for one in tree])
    if tree.__class__ in DICTS:
        return tree.__class__({key: raw(one) for key, one in tree.items()})
    return unwrap(tree)


def hosted(function: Callable, name: str | None = None, renamed: Mapping[str, str] | None = None) -> Callable:
    """A function of kerax's pipelines for scripts.

    Args:
      function: what to call.
      name: the name in TensorFlow.
      renamed: arguments that have other names in TensorFlow.
    """
    names = dict(renamed or {})

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        kwargs = {names.get(key, key): value for key, value in kwargs.items() if key != "name"}
        if inside():
            return function(*args, **kwargs)
        if has_symbolic(args) or has_symbolic(kwargs.values()):
            if graph_mode():
                from kerax.compat.tensorflow._v1_texts import noted

                made = noted(function.__name__, call, args, kwargs)
                if made is not None:
                    return made
            return record(function, *unwrap(args), name=function.__name__, **unwrap(kwargs))
        with errors.TRANSLATED, on_side(kerax=True):
            result = function(*raw(args), **raw(kwargs))
        return wrap(result, host=True)

    if name:
        call.__name__ = name
    return call


def names(module: str, listed: str) -> dict[str, Any]:
    """A table for functions of one of kerax's modules."""

    def entry(one: str) -> Any:
        def make() -> Any:
            import importlib

            return hosted(getattr(importlib.import_module(module), one), one)

        return lambda: make()

    return {one: entry(one) for one in listed.split()}
