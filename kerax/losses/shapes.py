"""Brings labels and predictions, values and weights to shapes that go together, or says why they do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.config import floatx
from kerax.debug import check_range
from kerax.dtypes import device_dtype


def as_float(x: Any) -> jax.Array:
    """Return ``x`` as a floating array: its own type if it floats, ``floatx()`` otherwise."""
    x = x if isinstance(x, jax.Array) else jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(device_dtype(floatx()))


def same_rank(first: Any, second: Any) -> tuple[Any, Any]:
    """Drop or add a last axis of size 1 where the ranks differ by one, as Keras does.

    ``(n,)`` beside ``(n, 1)`` becomes ``(n, 1)``; ``(n, t)`` beside ``(n, t, 1)`` makes the latter ``(n, t)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.losses.shapes import same_rank
        >>> [x.shape for x in same_rank(jnp.ones(4), jnp.ones((4, 1)))]
        [(4, 1), (4, 1)]
    """
    if first.ndim == second.ndim + 1:
        second, first = same_rank(second, first)
    elif second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        if first.ndim == 1:
            first = first[:, None]
        else:
            second = jnp.squeeze(second, -1)
    return first, second


def sizes_differ(first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Whether two shapes certainly differ: unknown sizes go with any size."""
    if len(first) != len(second):
        return True
    return any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(first, second))


def elementwise_pair(name: str, y_true: Any, y_pred: Any) -> tuple[jax.Array, jax.Array]:
    """Return labels and predictions as floating arrays of one shape.

    Args:
        name: of the loss, for messages.
        y_true: labels; a single number stands for an array full of it.
        y_pred: predictions, at least one axis.

    Raises:
        ValueError: if the shapes differ by more than a last axis of size 1: broadcasting would hide mistakes.
    """
    y_pred = as_float(y_pred)
    y_true = jnp.asarray(y_true, y_pred.dtype)
    if y_pred.ndim == 0:
        raise ValueError(f"{name} averages over the last axis of y_pred, which is a single number: give it an axis.")
    given = y_true.shape, y_pred.shape
    if y_true.ndim == 0:
        return jnp.broadcast_to(y_true, y_pred.shape), y_pred
    y_true, y_pred = same_rank(y_true, y_pred)
    if sizes_differ(y_true.shape, y_pred.shape):
        raise ValueError(
            f"{name} compares y_true and y_pred element by element, so both need the same shape; got y_true of shape "
            f"{given[0]} and y_pred of shape {given[1]}.{_advice(*given)}"
        )
    return y_true, y_pred


def _advice(true_shape: tuple[Any, ...], pred_shape: tuple[Any, ...]) -> str:
    if len(true_shape) == len(pred_shape) and true_shape[:-1] == pred_shape[:-1]:
        return (
            f" The model puts out {pred_shape[-1]} values per example where the labels have {true_shape[-1]}: "
            "change the last layer's units, or the labels."
        )
    if len(true_shape) + 1 == len(pred_shape):
        return f" Give y_true a last axis of size {pred_shape[-1]}."
    return ""


def categorical_pair(name: str, y_true: Any, y_pred: Any, axis: int) -> tuple[jax.Array, jax.Array]:
    """Return one-hot (or soft) labels and predictions as floating arrays of one shape.

    Args:
        name: of the loss, for messages.
        y_true: probabilities of the classes.
        y_pred: predicted probabilities or logits, at least one axis.
        axis: of the classes.

    Raises:
        TypeError: if ``axis`` is no integer.
        ValueError: if the shapes differ.
    """
    check_axis(name, axis)
    y_pred = as_float(y_pred)
    y_true = jnp.asarray(y_true, y_pred.dtype)
    if y_pred.ndim == 0 or sizes_differ(y_true.shape, y_pred.shape):
        hint = ""
        if y_true.ndim + 1 == y_pred.ndim or (y_true.ndim == y_pred.ndim and y_true.shape[axis] == 1):
            hint = (
                f" Labels that are class numbers go with sparse_{name}, or one-hot encode them: "
                f"kerax.utils.to_categorical(y, {y_pred.shape[axis]})."
            )
        raise ValueError(
            f"{name} needs y_true and y_pred of the same shape, one value per class; got y_true of shape "
            f"{y_true.shape} and y_pred of shape {y_pred.shape}.{hint}"
        )
    return y_true, y_pred


def sparse_pair(name: str, y_true: Any, y_pred: Any, axis: int) -> tuple[jax.Array, jax.Array]:
    """Return class numbers as integers and predictions as a floating array with one axis more.

    Args:
        name: of the loss, for messages.
        y_true: class numbers of any dtype, shape of ``y_pred`` without ``axis`` (or with size 1 there).
        y_pred: predicted probabilities or logits.
        axis: of the classes.

    Raises:
        TypeError: if ``axis`` is no integer.
        ValueError: if the shapes do not go together.
    """
    check_axis(name, axis)
    y_pred = as_float(y_pred)
    y_true = jnp.asarray(y_true)
    given = y_true.shape
    if y_pred.ndim == 0:
        raise ValueError(f"{name} needs one value per class in y_pred, but y_pred is a single number.")
    if y_true.ndim == y_pred.ndim and y_true.shape[axis] == 1:
        y_true = jnp.squeeze(y_true, axis)
    wanted = list(y_pred.shape)
    classes = wanted.pop(axis)
    if sizes_differ(y_true.shape, wanted):
        hint = ""
        if given == y_pred.shape:
            hint = f" Labels that hold one value per class (one-hot) go with {name.removeprefix('sparse_')}."
        raise ValueError(
            f"{name} needs one class number per row of y_pred: with y_pred of shape {y_pred.shape} ({classes} classes) "
            f"y_true must have shape {tuple(wanted)}, got {given}.{hint}"
        )
    return y_true.astype(jnp.int32), y_pred


def check_class_numbers(name: str, y_true: Any, classes: Any, ignored: int | None) -> None:
    """Raise ``ValueError`` if labels that still lie on the host hold a number that is no class.

    Labels on the device are not fetched for this, except in debug mode; there the loss of a label out of range is
    ``nan``.
    """
    if isinstance(classes, int) and isinstance(y_true, jax.Array):
        check_range(f"{name}: y_true", y_true, 0, classes - 1, f" ({classes} classes)", ignored)
    if not isinstance(classes, int) or not isinstance(y_true, np.ndarray | list | tuple | int):
        return
    try:
        labels = np.asarray(y_true)
    except ValueError:  # a list of traced or ragged parts
        return
    if not labels.size or labels.dtype.kind not in "iuf":
        return
    if ignored is not None:
        labels = labels[labels != ignored]
        if not labels.size:
            return
    for label in (labels.min(), labels.max()):
        if not 0 <= label < classes:
            raise ValueError(
                f"{name}: y_true holds the class number {label}, but y_pred has {classes} classes, so labels go from 0 "
                f"to {classes - 1}. Widen the last layer, shift the labels, or set `ignore_class`."
            )


def check_axis(name: str, axis: Any) -> None:
    """Raise ``TypeError`` unless ``axis`` is an integer."""
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
        raise TypeError(f"{name} expects `axis` to be an int, got {axis!r} of type {type(axis).__name__}.")


def align_weights(what: str, weights: jax.Array, values: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return weights and values with ranks that broadcast: weights are matched to the leading axes of the values.

    Args:
        what: "sample_weight" or "mask", for messages.
        weights: ``()``, ``(n,)``, ``(n, t)``...
        values: losses per element.

    Raises:
        ValueError: if a size fits neither the values nor 1.
    """
    given = weights.shape
    if weights.ndim == values.ndim + 1 and weights.ndim > 0:
        weights, values = same_rank(weights, values)
    if 0 < weights.ndim < values.ndim:
        if weights.ndim + 1 == values.ndim and values.shape[-1] == 1 and weights.ndim > 1:
            values = jnp.squeeze(values, -1)
        else:
            weights = weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
    fits = values.ndim == 0 or all(
        not isinstance(w, int) or not isinstance(v, int) or w in (1, v) for w, v in zip(weights.shape, values.shape)
    )
    if weights.ndim > values.ndim > 0 or not fits:
        raise ValueError(
            f"`{what}` of shape {given} does not fit the losses of shape {values.shape}: expected one weight per "
            f"example, shape ({values.shape[0]},), or one per loss value, shape {values.shape}."
        )
    return weights, values
