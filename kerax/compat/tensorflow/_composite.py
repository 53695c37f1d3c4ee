"""Tensors that are made of several, and linear operators. Here only the question whether a value is one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


class Composite:
    """Base of ragged and sparse tensors and of slices of rows."""

    __slots__ = ()

    def tf_shape(self, out_type: Any = None) -> Any:
        """What ``tf.shape`` gives for it."""
        raise TypeError(f"tf.shape takes no {type(self).__name__}.")


class OfGraph:
    """Base of the composites whose parts are tensors of a graph of TensorFlow 1."""

    __slots__ = ()


def later(function: Callable) -> Callable:
    """A function of composites, which a graph notes down where they are the graph's."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(_of_graph(one) for one in (*args, *kwargs.values())):
            from kerax.compat.tensorflow._graph_composite import noted

            return noted(function, args, kwargs)
        return function(*args, **kwargs)

    return call


def _of_graph(value: Any) -> bool:
    return isinstance(value, OfGraph) or (isinstance(value, (list, tuple)) and any(_of_graph(one) for one in value))


def is_composite(value: Any) -> bool:
    """Whether a value is a ragged or sparse tensor."""
    return isinstance(value, Composite)


class Operator:
    """Base of linear operators."""

    __slots__ = ()


def is_operator(value: Any) -> bool:
    """Whether a value is a linear operator."""
    return isinstance(value, Operator)
