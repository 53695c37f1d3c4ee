"""Losses of margins: hinge, squared hinge and its categorical form."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.losses.compiled import loss_function
from kerax.losses.loss import LossFunctionWrapper
from kerax.losses.shapes import categorical_pair, elementwise_pair


def _signs(y_true: jax.Array) -> jax.Array:
    """Return labels as -1 and 1: if all are 0 or 1 they are taken for binary labels."""
    is_binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(is_binary, 2.0 * y_true - 1.0, y_true)


@loss_function()
def hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """``mean(max(1 - y_true * y_pred, 0))`` over the last axis.

    Args:
        y_true: array (..., d) of -1 and 1; if all labels are 0 or 1, the zeros count as -1.
        y_pred: array of the same shape.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> kerax.losses.hinge([[1.0, -1.0]], [[0.5, 1.0]]).tolist()
        [1.25]
    """
    y_true, y_pred = elementwise_pair("hinge", y_true, y_pred)
    return jnp.mean(jnp.maximum(1.0 - _signs(y_true) * y_pred, 0.0), axis=-1)


@loss_function()
def squared_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """``mean(max(1 - y_true * y_pred, 0)^2)`` over the last axis.

    Args:
        y_true: labels as for `hinge`.
        y_pred: array of the same shape.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> kerax.losses.squared_hinge([[1.0, -1.0]], [[0.5, 1.0]]).tolist()
        [2.125]
    """
    y_true, y_pred = elementwise_pair("squared_hinge", y_true, y_pred)
    return jnp.mean(jnp.square(jnp.maximum(1.0 - _signs(y_true) * y_pred, 0.0)), axis=-1)


@loss_function()
def categorical_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """``max(1 + neg - pos, 0)``: ``pos`` the score of the true class, ``neg`` the best of the others.

    ``pos = sum(y_true * y_pred)``, ``neg = max((1 - y_true) * y_pred)`` over the last axis.

    Args:
        y_true: one-hot array (..., classes).
        y_pred: array of the same shape.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> kerax.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).tolist()
        [0.5]
    """
    y_true, y_pred = categorical_pair("categorical_hinge", y_true, y_pred, -1)
    positive = jnp.sum(y_true * y_pred, axis=-1)
    negative = jnp.max((1.0 - y_true) * y_pred, axis=-1)
    return jnp.maximum(negative - positive + 1.0, 0.0)


class Hinge(LossFunctionWrapper):
    """`hinge` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> float(kerax.losses.Hinge()([[1.0], [-1.0]], [[0.5], [1.0]]))
        1.25
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str = "hinge", dtype: Any = None) -> None:
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    """`squared_hinge` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> float(kerax.losses.SquaredHinge()([[1.0], [-1.0]], [[0.5], [1.0]]))
        2.125
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """`categorical_hinge` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> float(kerax.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
        0.5
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str = "categorical_hinge", dtype: Any = None
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)
