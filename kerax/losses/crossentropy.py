"""Cross entropies: binary, categorical, and categorical with class numbers for labels."""

from __future__ import annotations

import warnings
from typing import Any

import jax
import jax.numpy as jnp

from kerax.activations.logits import SIGMOID, logits_of, softmax_over
from kerax.config import epsilon
from kerax.debug import check_range
from kerax.functional.crossentropy import (
    binary_from_logits,
    binary_from_probabilities,
    categorical_from_logits,
    categorical_from_probabilities,
    sparse_from_logits,
    sparse_from_probabilities,
)
from kerax.losses.compiled import loss_function
from kerax.losses.loss import LossFunctionWrapper
from kerax.losses.shapes import (
    categorical_pair,
    check_axis,
    check_class_numbers,
    elementwise_pair,
    sparse_pair,
)
from kerax.state.masks import set_mask

_SPARSE = "sparse_categorical_crossentropy"


@loss_function()
def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> jax.Array:
    """Mean over ``axis`` of ``-y_true * log(p) - (1 - y_true) * log(1 - p)``.

    Probabilities are clipped to ``[epsilon, 1 - epsilon]``. If they are the very output of `kerax.activations.sigmoid`,
    the loss starts from its input instead and needs no clipping.

    Args:
        y_true: 0, 1 or anything between, array (..., d).
        y_pred: probabilities, or log odds with ``from_logits=True``; the same shape.
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
        >>> round(float(kerax.losses.binary_crossentropy([[1.0, 0.0]], [[0.5, 0.5]])[0]), 3)
        0.693
    """
    check_axis("binary_crossentropy", axis)
    logits = None if from_logits else logits_of(y_pred, SIGMOID)
    y_true, y_pred = elementwise_pair("binary_crossentropy", y_true, y_pred)
    check_range("binary_crossentropy: y_true", y_true, 0, 1)
    if not from_logits:
        check_range("binary_crossentropy: y_pred", y_pred, 0, 1, " (for log odds give from_logits=True)")
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if logits is not None and logits.size == y_pred.size:
        y_pred, from_logits = logits.reshape(y_pred.shape).astype(y_pred.dtype), True
    if from_logits:
        return jnp.mean(binary_from_logits(y_true, y_pred), axis=axis)
    return jnp.mean(binary_from_probabilities(y_true, y_pred, epsilon()), axis=axis)


@loss_function()
def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> jax.Array:
    """``-sum(y_true * log(p))`` over the classes.

    Probabilities are scaled to sum 1 and clipped to ``[epsilon, 1 - epsilon]``. If they are the very output of
    `kerax.activations.softmax`, the loss starts from its input instead and needs no clipping.

    Args:
        y_true: one-hot or soft labels (..., classes).
        y_pred: probabilities, or logits with ``from_logits=True``; the same shape.
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
        >>> round(float(kerax.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])[0]), 3)
        0.693
    """
    logits = None if from_logits else _softmax_logits(y_pred, axis)
    y_true, y_pred = categorical_pair("categorical_crossentropy", y_true, y_pred, axis)
    warn_of_single_class("categorical_crossentropy", y_pred, axis)
    check_range("categorical_crossentropy: y_true", y_true, 0, 1)
    if not from_logits:
        check_range("categorical_crossentropy: y_pred", y_pred, low=0, note=" (for logits give from_logits=True)")
    y_true = smooth_labels(y_true, label_smoothing, axis)
    if from_logits or logits is not None:
        return categorical_from_logits(y_true, y_pred if logits is None else logits, axis)
    return categorical_from_probabilities(y_true, y_pred, axis, epsilon())


def _check_labels(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> None:
    check_axis(_SPARSE, axis)
    if y_pred.ndim:
        check_class_numbers(_SPARSE, y_true, y_pred.shape[axis], ignore_class)


@loss_function(check=_check_labels)
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> jax.Array:
    """``-log(p)`` of the true class, where labels are class numbers.

    Probabilities are treated as by `categorical_crossentropy`.

    Args:
        y_true: class numbers of any dtype, shape of ``y_pred`` without ``axis`` (or with size 1 there).
        y_pred: probabilities, or logits with ``from_logits=True``, array (..., classes).
        from_logits: whether ``y_pred`` are logits.
        ignore_class: label whose rows get the loss 0 and are left out of averages, or ``None``.
        axis: of the classes.

    Returns:
        Array of the shape of ``y_pred`` without ``axis``; ``nan`` where a label on the device is no class.

    Raises:
        ValueError: if the shapes do not go together, or a label on the host is no class.
        TypeError: if ``axis`` is no integer.

    Example:
        >>> import kerax
        >>> losses = kerax.losses.sparse_categorical_crossentropy([1, 0], [[0.5, 0.5], [1.0, 0.0]])
        >>> [round(float(loss), 3) for loss in losses]
        [0.693, 0.0]
    """
    logits = None if from_logits else _softmax_logits(y_pred, axis)
    host_labels = y_true
    y_true, y_pred = sparse_pair(_SPARSE, y_true, y_pred, axis)
    _check_labels(host_labels, y_pred, ignore_class=ignore_class, axis=axis)
    valid = None
    if ignore_class is not None:
        valid = y_true != ignore_class
        y_true = jnp.where(valid, y_true, 0)
    if from_logits or logits is not None:
        losses = sparse_from_logits(y_true, y_pred if logits is None else logits, axis)
    else:
        losses = sparse_from_probabilities(y_true, y_pred, axis, epsilon())
    if valid is not None:
        losses = jnp.where(valid, losses, 0.0)
        set_mask(losses, valid)
    return losses


def _softmax_logits(y_pred: Any, axis: Any) -> Any:
    """Return the logits that ``y_pred`` is the softmax of, or ``None``."""
    if not isinstance(axis, int) or getattr(y_pred, "ndim", 0) == 0:
        return None
    return logits_of(y_pred, softmax_over(axis, y_pred.ndim))


def smooth_labels(y_true: jax.Array, label_smoothing: float, axis: int) -> jax.Array:
    """Spread a part of every one-hot label evenly over the classes: Szegedy et al. 2016."""
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[axis]


def warn_of_single_class(name: str, y_pred: jax.Array, axis: int) -> None:
    """Warn that a softmax over one class is always 1."""
    if isinstance(y_pred.shape[axis], int) and y_pred.shape[axis] == 1:
        warnings.warn(
            f"{name} was given predictions of shape {y_pred.shape}, with a single class: its loss says nothing. "
            "For two classes in one output use binary_crossentropy.",
            SyntaxWarning,
            stacklevel=3,
        )


class BinaryCrossentropy(LossFunctionWrapper):
    """`binary_crossentropy` as a `Loss`.

    Args:
        from_logits: whether predictions are log odds rather than probabilities.
        label_smoothing: from 0 to 1, how far labels are moved to 1/2.
        axis: averaged over.
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.BinaryCrossentropy(from_logits=True)([1.0, 0.0], [0.0, 0.0])), 3)
        0.693
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction, name, dtype, **options)


class CategoricalCrossentropy(LossFunctionWrapper):
    """`categorical_crossentropy` as a `Loss`.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: from 0 to 1, the part of every label that is spread evenly over the classes.
        axis: of the classes.
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> round(float(kerax.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 3)
        0.693
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: Any = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction, name, dtype, **options)


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """`sparse_categorical_crossentropy` as a `Loss`.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        ignore_class: label whose rows do not count, or ``None``.
        reduction: see `Loss`.
        axis: of the classes.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import kerax
        >>> loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True)
        >>> round(float(loss([0, 1], [[0.0, 0.0], [0.0, 0.0]])), 3)
        0.693
    """

    _cast_labels = False

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: Any = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **options)
