"""Cross entropies that attend to hard examples: focal and generalized."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp

from kerax.config import epsilon
from kerax.functional.crossentropy import binary_from_probabilities, total_of
from kerax.losses.compiled import loss_function
from kerax.losses.crossentropy import smooth_labels, warn_of_single_class
from kerax.losses.loss import LossFunctionWrapper
from kerax.losses.shapes import categorical_pair, check_axis, check_class_numbers, elementwise_pair, sparse_pair

_GENERALIZED = "categorical_generalized_cross_entropy"


@loss_function()
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """Mean over ``axis`` of ``(1 - p_t)^gamma`` times the binary cross entropy: Lin et al. 2017.

    ``p_t`` is the probability given to the true class.

    Args:
        y_true: 0 or 1, array (..., d).
        y_pred: probabilities, or log odds with ``from_logits=True``; the same shape.
        apply_class_balancing: whether the classes 1 and 0 are weighted with ``alpha`` and ``1 - alpha``.
        alpha: weight of class 1.
        gamma: how strongly easy examples are damped.
        from_logits: whether ``y_pred`` are log odds.
        label_smoothing: from 0 to 1, how far labels are moved to 1/2.
        axis: averaged over.

    Returns:
        Array without ``axis``.

    Raises:
        ValueError: if the shapes differ.
        TypeError: if ``axis`` is no integer.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.binary_focal_crossentropy([[1.0]], [[0.5]])[0]), 4)
        0.1733
    """
    check_axis("binary_focal_crossentropy", axis)
    y_true, y_pred = elementwise_pair("binary_focal_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    p = jax.nn.sigmoid(y_pred) if from_logits else y_pred
    p_true = y_true * p + (1 - y_true) * (1 - p)
    losses = _power(1.0 - p_true, gamma) * binary_from_probabilities(y_true, p, epsilon())
    if apply_class_balancing:
        losses = losses * (y_true * alpha + (1 - y_true) * (1 - alpha))
    return jnp.mean(losses, axis=axis)


@loss_function()
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> jax.Array:
    """``-sum(alpha * (1 - p)^gamma * y_true * log(p))`` over the classes: Lin et al. 2017.

    Args:
        y_true: one-hot labels (..., classes).
        y_pred: probabilities, or logits with ``from_logits=True``; the same shape.
        alpha: weight, or one weight per class.
        gamma: how strongly easy examples are damped.
        from_logits: whether ``y_pred`` are logits.
        label_smoothing: from 0 to 1, the part of every label that is spread evenly over the classes.
        axis: of the classes.

    Returns:
        Array without ``axis``.

    Raises:
        ValueError: if the shapes differ.
        TypeError: if ``axis`` is no integer.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 4)
        0.0433
    """
    y_true, y_pred = categorical_pair("categorical_focal_crossentropy", y_true, y_pred, axis)
    warn_of_single_class("categorical_focal_crossentropy", y_pred, axis)
    y_true = smooth_labels(y_true, label_smoothing, axis)
    p = jax.nn.softmax(y_pred, axis=axis) if from_logits else y_pred
    p = jnp.clip(p / total_of(p, axis), epsilon(), 1.0 - epsilon())
    weights = _power(1.0 - p, gamma) * jnp.asarray(alpha, p.dtype)
    return -jnp.sum(weights * y_true * jnp.log(p), axis=axis)


def _check_labels(y_true: Any, y_pred: Any, q: float = 0.5) -> None:
    if y_pred.ndim:
        check_class_numbers(_GENERALIZED, y_true, y_pred.shape[-1], None)


@loss_function(check=_check_labels)
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float = 0.5) -> jax.Array:
    """``(1 - p^q) / q`` with ``p`` the probability of the true class, robust to wrong labels: Zhang & Sabuncu 2018.

    Args:
        y_true: class numbers, shape of ``y_pred`` without its last axis (or with size 1 there).
        y_pred: probabilities (..., classes).
        q: between 0 (cross entropy) and 1 (mean absolute error).

    Returns:
        Array without the last axis.

    Raises:
        ValueError: if the shapes do not go together, or a label on the host is no class.

    Example:
        >>> import kerax
        >>> kerax.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).tolist()
        [1.0]
    """
    host_labels = y_true
    y_true, y_pred = sparse_pair(_GENERALIZED, y_true, y_pred, -1)
    _check_labels(host_labels, y_pred)
    p = jnp.take_along_axis(y_pred, y_true[..., None], axis=-1, mode="fill", fill_value=jnp.nan)[..., 0]
    return (1 - _power(p, q)) / q


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def _power(base: jax.Array, exponent: float) -> jax.Array:
    """``base ** exponent``; its slope at 0, infinite for exponents below 1, is the one at epsilon instead."""
    return jnp.power(base, jnp.asarray(exponent, base.dtype))


@_power.defjvp
def _power_jvp(exponent: float, primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    (base,), (tangent,) = primals, tangents
    away = jnp.maximum(base, epsilon()) if exponent < 1 else base
    slope = exponent * jnp.power(away, jnp.asarray(exponent - 1, base.dtype))
    return _power(base, exponent), slope * tangent


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """`binary_focal_crossentropy` as a `Loss`.

    Args:
        apply_class_balancing: whether the classes 1 and 0 are weighted with ``alpha`` and ``1 - alpha``.
        alpha: weight of class 1.
        gamma: how strongly easy examples are damped.
        from_logits: whether predictions are log odds rather than probabilities.
        label_smoothing: from 0 to 1, how far labels are moved to 1/2.
        axis: averaged over.
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
        0.1733
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        self.apply_class_balancing, self.alpha, self.gamma = apply_class_balancing, alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
        options = {
            "apply_class_balancing": apply_class_balancing,
            "alpha": alpha,
            "gamma": gamma,
            "from_logits": from_logits,
            "label_smoothing": label_smoothing,
            "axis": axis,
        }
        super().__init__(binary_focal_crossentropy, reduction, name, dtype, **options)


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """`categorical_focal_crossentropy` as a `Loss`.

    Args:
        alpha: weight, or one weight per class.
        gamma: how strongly easy examples are damped.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: from 0 to 1, the part of every label that is spread evenly over the classes.
        axis: of the classes.
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.0433
    """

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        self.alpha, self.gamma = alpha, gamma
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
        options = {
            "alpha": alpha,
            "gamma": gamma,
            "from_logits": from_logits,
            "label_smoothing": label_smoothing,
            "axis": axis,
        }
        super().__init__(categorical_focal_crossentropy, reduction, name, dtype, **options)


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """`categorical_generalized_cross_entropy` as a `Loss`.

    Args:
        q: between 0 and 1, both excluded.
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Raises:
        ValueError: if ``q`` is out of range.

    Example:
        >>> import kerax
        >>> float(kerax.losses.CategoricalGeneralizedCrossEntropy(q=0.5)([1], [[0.75, 0.25]]))
        1.0
    """

    _cast_labels = False

    def __init__(
        self,
        q: float = 0.5,
        reduction: Any = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ValueError(f"CategoricalGeneralizedCrossEntropy expects `q` between 0 and 1, got {q!r}.")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
        self.q = q
