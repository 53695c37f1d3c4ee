"""Makes operations of one or two arrays from rows of a table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.ops._values import SEQUENCES, as_array, as_float
from kerax.state.symbolic import SymbolicTensor, record
from kerax.state.variable import Variable
from kerax.wide_types import check_fits

_TABLE = 2  # frames up from `_named`: the module whose table a row stands in


def unary(name: str, function: Callable, summary: str, argument: str, result: str) -> Callable[[Any], Any]:
    """Makes the operation ``name(x)`` of a function of one array.

    Args:
      name: public name in ``kerax.ops``.
      function: the function of one JAX array.
      summary: what it computes, one line.
      argument: example argument, as source code.
      result: what printing the example's result shows.

    Returns:
      A function of an array, or of a symbolic tensor, for which a node is recorded.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.ops._tables import unary
      >>> unary("double", lambda x: 2 * x, "Twice x.", "[1]", "[2]")([1.5]).tolist()
      [3.0]
    """

    def call(x: Any) -> Any:
        if isinstance(x, SymbolicTensor):
            return record(call, x, name=name)
        return function(as_array(x))

    return _named(call, name, _text(summary, "x: array.", name, argument, result))


def unary_float(name: str, function: Callable, summary: str, argument: str, result: str) -> Callable[[Any], Any]:
    """Makes the operation ``name(x)`` of a function of one float array; integers and booleans are cast to ``floatx``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.ops._tables import unary_float
      >>> unary_float("half", lambda x: x / 2, "Half of x.", "[1]", "[0.5]")([1]).tolist()
      [0.5]
    """

    def call(x: Any) -> Any:
        if isinstance(x, SymbolicTensor):
            return record(call, x, name=name)
        return function(as_float(x))

    argument_text = "x: array; integers and booleans are cast to the default float type."
    return _named(call, name, _text(summary, argument_text, name, argument, result))


def binary(
    name: str, function: Callable, summary: str, arguments: str, result: str, names: str = "x1 x2"
) -> Callable[[Any, Any], Any]:
    """Makes the operation ``name(x1, x2)`` of a function of two arrays that broadcasts.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.ops._tables import binary
      >>> binary("plus", jnp.add, "The sum.", "1, 2", "3")([1, 2], 1).tolist()
      [2, 3]
    """
    if names == "x1 x2":

        def call(x1: Any, x2: Any) -> Any:
            if isinstance(x1, SymbolicTensor) or isinstance(x2, SymbolicTensor):
                return record(call, x1, x2, name=name)
            return function(_operand(x1), _operand(x2))

    else:

        def call(x: Any, y: Any) -> Any:
            if isinstance(x, SymbolicTensor) or isinstance(y, SymbolicTensor):
                return record(call, x, y, name=name)
            return function(_operand(x), _operand(y))

    first, second = names.split()
    text = f"{first}: array.\n    {second}: array that broadcasts with ``{first}``."
    return _named(call, name, _text(summary, text, name, arguments, result))


def reduction(
    name: str, function: Callable, summary: str, argument: str, result: str
) -> Callable[[Any, Any, bool], Any]:
    """Makes the operation ``name(x, axis=None, keepdims=False)``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.ops._tables import reduction
      >>> reduction("total", jnp.sum, "The sum.", "[1, 2]", "3")([[1, 2]], axis=1).tolist()
      [3]
    """

    def call(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if isinstance(x, SymbolicTensor):
            return record(call, x, axis=axis, keepdims=keepdims, name=name)
        return function(as_array(x), axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)

    text = (
        "x: array.\n    axis: axis or axes to reduce, all by default.\n"
        "    keepdims: whether the reduced axes stay, with size 1."
    )
    return _named(call, name, _text(summary, text, name, argument, result))


def _operand(x: Any) -> Any:
    # JAX's functions of two arrays take NumPy arrays and numbers themselves, faster than by a conversion.
    if x.__class__ in SEQUENCES:
        return jnp.asarray(as_array(x))
    if x.__class__ is np.ndarray:
        check_fits(x, x.dtype.name)
    return x.value if isinstance(x, Variable) else x


def _text(summary: str, arguments: str, name: str, example: str, result: str) -> str:
    return (
        f"{summary}\n\nArgs:\n    {arguments}\n\nReturns:\n    An array; for symbolic tensors, a symbolic tensor.\n\n"
        f"Example:\n    >>> import kerax\n    >>> print(kerax.ops.{name}({example}))\n    {result}\n"
    )


def _named(call: Callable, name: str, text: str) -> Callable:
    module = sys._getframe(_TABLE).f_globals["__name__"]
    call.__name__ = call.__qualname__ = name
    call.__module__ = module
    call.__doc__ = text
    return call
