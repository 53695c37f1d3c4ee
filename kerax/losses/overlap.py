"""Losses of the overlap of two regions: Dice and Tversky."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.config import epsilon
from kerax.losses.compiled import loss_function
from kerax.losses.loss import LossFunctionWrapper
from kerax.losses.shapes import elementwise_pair

Axes = int | Sequence[int] | None


def _axes(axis: Axes) -> Any:
    return axis if axis is None or isinstance(axis, int) else tuple(axis)


@loss_function()
def dice(y_true: Any, y_pred: Any, axis: Axes = None) -> jax.Array:
    """``1 - 2 sum(y_true * y_pred) / (sum(y_true) + sum(y_pred) + epsilon)``: Milletari et al. 2016.

    Args:
        y_true: membership of each place, 0 to 1.
        y_pred: predicted membership, the same shape.
        axis: axes to sum over; all by default.

    Returns:
        Array without these axes; a scalar by default.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.dice([1.0, 0.0], [1.0, 1.0])), 4)
        0.3333
    """
    y_true, y_pred = elementwise_pair("dice", y_true, y_pred)
    axes = _axes(axis)
    shared = jnp.sum(y_true * y_pred, axis=axes)
    return 1 - 2.0 * shared / (jnp.sum(y_true, axis=axes) + jnp.sum(y_pred, axis=axes) + epsilon())


@loss_function()
def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axes = None) -> jax.Array:
    """``1 - s / (s + alpha * missed + beta * wrong + epsilon)``: Salehi et al. 2017.

    ``s = sum(y_true * y_pred)``, ``missed = sum(y_true * (1 - y_pred))``, ``wrong = sum((1 - y_true) * y_pred)``.

    Args:
        y_true: membership of each place, 0 to 1.
        y_pred: predicted membership, the same shape.
        alpha: weight of what was missed.
        beta: weight of what was wrongly included.
        axis: axes to sum over; all by default.

    Returns:
        Array without these axes; a scalar by default.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.tversky([1.0, 0.0], [1.0, 1.0], beta=1.0)), 4)
        0.5
    """
    y_true, y_pred = elementwise_pair("tversky", y_true, y_pred)
    axes = _axes(axis)
    shared = jnp.sum(y_true * y_pred, axis=axes)
    missed = jnp.sum(y_true * (1 - y_pred), axis=axes)
    wrong = jnp.sum((1 - y_true) * y_pred, axis=axes)
    return 1 - shared / (shared + alpha * missed + beta * wrong + epsilon())


class Dice(LossFunctionWrapper):
    """`dice` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        axis: axes to sum over; all by default.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.Dice()([1.0, 0.0], [1.0, 1.0])), 4)
        0.3333
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str = "dice", axis: Axes = None, dtype: Any = None
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)
        self.axis = axis


class Tversky(LossFunctionWrapper):
    """`tversky` as a `Loss`.

    Args:
        alpha: weight of what was missed.
        beta: weight of what was wrongly included.
        reduction: see `Loss`.
        name: of the loss.
        axis: axes to sum over; all by default.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.Tversky(beta=1.0)([1.0, 0.0], [1.0, 1.0])), 4)
        0.5
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: Any = "sum_over_batch_size",
        name: str = "tversky",
        axis: Axes = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
        self.alpha, self.beta, self.axis = alpha, beta, axis
