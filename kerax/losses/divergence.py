"""Losses between distributions, rates and directions: Kullback-Leibler, Poisson, cosine similarity."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.config import epsilon
from kerax.losses.compiled import loss_function
from kerax.losses.loss import LossFunctionWrapper
from kerax.losses.shapes import categorical_pair, check_axis, elementwise_pair


@loss_function()
def kl_divergence(y_true: Any, y_pred: Any) -> jax.Array:
    """``sum(y_true * log(y_true / y_pred))`` over the last axis, of values clipped to ``[epsilon, 1]``.

    Args:
        y_true: probabilities (..., d).
        y_pred: probabilities of the same shape.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.kl_divergence([[0.5, 0.5]], [[0.25, 0.75]])[0]), 4)
        0.1438
    """
    y_true, y_pred = categorical_pair("kl_divergence", y_true, y_pred, -1)
    y_true, y_pred = jnp.clip(y_true, epsilon(), 1), jnp.clip(y_pred, epsilon(), 1)
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


@loss_function()
def poisson(y_true: Any, y_pred: Any) -> jax.Array:
    """``mean(y_pred - y_true * log(y_pred + epsilon))`` over the last axis: counts against a predicted rate.

    Args:
        y_true: counts (..., d).
        y_pred: rates of the same shape, positive.

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.poisson([[3.0]], [[1.0]])[0]), 3)
        1.0
    """
    y_true, y_pred = elementwise_pair("poisson", y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + jnp.asarray(epsilon(), y_pred.dtype)), axis=-1)


def _unit(x: jax.Array, axis: int) -> jax.Array:
    """Return ``x`` with length 1 along ``axis``; vectors shorter than epsilon are divided by epsilon."""
    least = max(epsilon() ** 2, float(jnp.finfo(x.dtype).tiny))
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axis=axis, keepdims=True), least))


@loss_function()
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """Minus the cosine of the angle between labels and predictions along ``axis``: -1 for the same direction.

    Args:
        y_true: array.
        y_pred: array of the same shape.
        axis: of the vectors.

    Returns:
        Array without ``axis``.

    Raises:
        ValueError: if the shapes differ.
        TypeError: if ``axis`` is no integer.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.cosine_similarity([[0.0, 2.0]], [[0.0, 3.0]])[0]), 3)
        -1.0
    """
    check_axis("cosine_similarity", axis)
    y_true, y_pred = elementwise_pair("cosine_similarity", y_true, y_pred)
    return -jnp.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


class KLDivergence(LossFunctionWrapper):
    """`kl_divergence` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
        0.1438
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    """`poisson` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.Poisson()([[3.0]], [[1.0]])), 3)
        1.0
    """

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str = "poisson", dtype: Any = None) -> None:
        super().__init__(poisson, reduction, name, dtype)


class CosineSimilarity(LossFunctionWrapper):
    """`cosine_similarity` as a `Loss`.

    Args:
        axis: of the vectors.
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.CosineSimilarity()([[0.0, 2.0]], [[0.0, 3.0]])), 3)
        -1.0
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
        self.axis = axis
