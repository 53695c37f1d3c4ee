"""Activations that differ as operations, in a default or a warning; the others are those of ``kerax.activations``."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from kerax import activations
from kerax.ops._values import as_array
from kerax.state.symbolic import SymbolicTensor


def gelu(x: Any, approximate: bool = True) -> Any:
    """Gaussian error linear unit: ``x`` times the probability that a standard normal variable is below it.

    Reference: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, https://arxiv.org/abs/1606.08415

    Args:
        x: array.
        approximate: whether to use the formula with tanh. Unlike here, ``kerax.activations.gelu`` does not by default.

    Example:
        >>> import kerax
        >>> kerax.ops.gelu([0.0]).tolist()
        [0.0]
    """
    return activations.gelu(x, approximate)


def softmax(x: Any, axis: int | Sequence[int] | None = -1) -> Any:
    """``exp(x) / sum(exp(x))`` along an axis.

    Args:
        x: array.
        axis: axis or axes over which the result sums to 1; None for all.

    Warns:
        UserWarning: for an axis of size 1, where the result is always 1.

    Example:
        >>> import kerax
        >>> kerax.ops.softmax([0.0, 0.0]).tolist()
        [0.5, 0.5]
    """
    x = x if isinstance(x, SymbolicTensor) else as_array(x)
    if isinstance(axis, int) and -x.ndim <= axis < x.ndim and isinstance(x.shape[axis], int) and x.shape[axis] == 1:
        warnings.warn(
            f"You are using a softmax over axis {axis} of a tensor of shape {tuple(x.shape)}. This axis has size 1. "
            "The softmax operation will always return the value 1, which is likely not what you intended. Did you "
            "mean to use a sigmoid instead?"
        )
    return activations.softmax(x, axis=axis)
