"""Tensors that are made of several, and linear operators. Here only the question whether a value is one."""

from __future__ import annotations

from typing import Any


class Composite:
    """Base of ragged and sparse tensors and of slices of rows."""

    __slots__ = ()

    def tf_shape(self, out_type: Any = None) -> Any:
        """What ``tf.shape`` gives for it."""
        raise TypeError(f"tf.shape takes no {type(self).__name__}.")


def is_composite(value: Any) -> bool:
    """Whether a value is a ragged or sparse tensor."""
    return isinstance(value, Composite)


class Operator:
    """Base of linear operators."""

    __slots__ = ()


def is_operator(value: Any) -> bool:
    """Whether a value is a linear operator."""
    return isinstance(value, Operator)
