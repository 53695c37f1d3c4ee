"""Losses of differences: squared, absolute, relative, logarithmic, Huber, log-cosh."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerax.config import epsilon
from kerax.losses.compiled import loss_function
from kerax.losses.loss import LossFunctionWrapper
from kerax.losses.shapes import elementwise_pair


@loss_function()
def mean_squared_error(y_true: Any, y_pred: Any) -> jax.Array:
    """``mean((y_true - y_pred)^2)`` over the last axis.

    Args:
        y_true: array (..., d).
        y_pred: array of the same shape.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> kerax.losses.mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [2.5]
    """
    y_true, y_pred = elementwise_pair("mean_squared_error", y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


@loss_function()
def mean_absolute_error(y_true: Any, y_pred: Any) -> jax.Array:
    """``mean(|y_true - y_pred|)`` over the last axis.

    Args:
        y_true: array (..., d).
        y_pred: array of the same shape.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> kerax.losses.mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [1.5]
    """
    y_true, y_pred = elementwise_pair("mean_absolute_error", y_true, y_pred)
    return jnp.mean(jnp.abs(y_true - y_pred), axis=-1)


@loss_function()
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> jax.Array:
    """``100 * mean(|y_true - y_pred| / max(|y_true|, epsilon))`` over the last axis.

    Args:
        y_true: array (..., d).
        y_pred: array of the same shape.

    Returns:
        Array without the last axis, in percent.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> kerax.losses.mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]]).tolist()
        [25.0]
    """
    y_true, y_pred = elementwise_pair("mean_absolute_percentage_error", y_true, y_pred)
    relative = jnp.abs((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), jnp.asarray(epsilon(), y_pred.dtype)))
    return 100.0 * jnp.mean(relative, axis=-1)


@loss_function()
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> jax.Array:
    """``mean((log(y_true + 1) - log(y_pred + 1))^2)`` over the last axis, of values raised to epsilon at least.

    Args:
        y_true: array (..., d), not negative.
        y_pred: array of the same shape.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.mean_squared_logarithmic_error([[0.0]], [[1.718281828]])[0]), 3)
        1.0
    """
    y_true, y_pred = elementwise_pair("mean_squared_logarithmic_error", y_true, y_pred)
    least = jnp.asarray(epsilon(), y_pred.dtype)
    logs = [jnp.log(jnp.maximum(y, least) + 1.0) for y in (y_pred, y_true)]
    return jnp.mean(jnp.square(logs[0] - logs[1]), axis=-1)


@loss_function()
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> jax.Array:
    """Mean over the last axis of ``e^2 / 2`` where ``|e| <= delta`` and ``delta |e| - delta^2 / 2`` elsewhere.

    Args:
        y_true: array (..., d).
        y_pred: array of the same shape.
        delta: error where the square turns into a line.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> kerax.losses.huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
        [1.5]
    """
    y_true, y_pred = elementwise_pair("huber", y_true, y_pred)
    limit = jnp.asarray(delta, y_pred.dtype)
    error = jnp.abs(y_pred - y_true)
    return jnp.mean(
        jnp.where(error <= limit, 0.5 * jnp.square(error), limit * error - 0.5 * jnp.square(limit)), axis=-1
    )


@loss_function()
def log_cosh(y_true: Any, y_pred: Any) -> jax.Array:
    """Mean over the last axis of ``log(cosh(y_pred - y_true))``.

    Args:
        y_true: array (..., d).
        y_pred: array of the same shape.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.log_cosh([[0.0]], [[1.0]])[0]), 4)
        0.4338
    """
    y_true, y_pred = elementwise_pair("log_cosh", y_true, y_pred)
    error = y_pred - y_true
    # log cosh x = x + log(1 + exp(-2 x)) - log 2, which does not overflow.
    return jnp.mean(error + jax.nn.softplus(-2.0 * error) - jnp.asarray(math.log(2.0), error.dtype), axis=-1)


class MeanSquaredError(LossFunctionWrapper):
    """`mean_squared_error` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> float(kerax.losses.MeanSquaredError()([[0.0], [1.0]], [[1.0], [3.0]]))
        2.5
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str = "mean_squared_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(LossFunctionWrapper):
    """`mean_absolute_error` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> float(kerax.losses.MeanAbsoluteError()([[0.0], [1.0]], [[1.0], [3.0]]))
        1.5
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str = "mean_absolute_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """`mean_absolute_percentage_error` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> float(kerax.losses.MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [4.0]]))
        25.0
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str = "mean_absolute_percentage_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """`mean_squared_logarithmic_error` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> float(kerax.losses.MeanSquaredLogarithmicError()([[1.0]], [[1.0]]))
        0.0
    """

    def __init__(
        self, reduction: Any = "sum_over_batch_size", name: str = "mean_squared_logarithmic_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(LossFunctionWrapper):
    """`huber` as a `Loss`.

    Args:
        delta: error where the square turns into a line.
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> float(kerax.losses.Huber(delta=2.0)([[0.0]], [[3.0]]))
        4.0
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: Any = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(huber, reduction, name, dtype, delta=delta)
        self.delta = delta


class LogCosh(LossFunctionWrapper):
    """`log_cosh` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.LogCosh()([[0.0]], [[1.0]])), 4)
        0.4338
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str = "log_cosh", dtype: Any = None) -> None:
        super().__init__(log_cosh, reduction, name, dtype)
