"""Losses of single elements or samples, by their old ``K.`` names."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax import losses
from kerax.backend.recorded import recorded
from kerax.config import epsilon
from kerax.dtypes import device_dtype
from kerax.functional import crossentropy
from kerax.functional.ctc import ctc_loss


def _numbers(x: Any) -> Any:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(device_dtype(None))


@recorded
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """Returns the crossentropy between target and output probabilities, of every sample.

    Args:
      target: probabilities, the shape of ``output``.
      output: probabilities, or logits.
      from_logits: whether ``output`` holds logits.
      axis: the axis of the classes.

    Example:
      >>> import kerax
      >>> kerax.backend.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(3).tolist()
      [0.6930000185966492]
    """
    target, output = jnp.asarray(target), _numbers(output)
    if from_logits:
        return crossentropy.categorical_from_logits(target.astype(output.dtype), output, axis)
    return crossentropy.categorical_from_probabilities(target.astype(output.dtype), output, axis, epsilon())


@recorded
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1, ignore_class: int | None = None
) -> Any:
    """Returns the crossentropy between class numbers and output probabilities, of every sample.

    Args:
      target: class numbers, the shape of ``output`` without its class axis.
      output: probabilities, or logits.
      from_logits: whether ``output`` holds logits.
      axis: the axis of the classes.
      ignore_class: targets of this number cost nothing.

    Example:
      >>> import kerax
      >>> kerax.backend.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(3).tolist()
      [0.6930000185966492]
    """
    target = jnp.asarray(target)
    output = _numbers(output)
    if target.ndim == output.ndim and target.shape[axis] == 1:
        target = jnp.squeeze(target, axis)
    return losses.sparse_categorical_crossentropy(target, output, from_logits, ignore_class, axis)


@recorded
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """Returns the crossentropy of every element, not their mean.

    Example:
      >>> import kerax
      >>> kerax.backend.binary_crossentropy([0.0, 1.0], [0.5, 0.5]).shape
      (2,)
    """
    target, output = jnp.asarray(target), _numbers(output)
    if from_logits:
        return crossentropy.binary_from_logits(target.astype(output.dtype), output)
    return crossentropy.binary_from_probabilities(target.astype(output.dtype), output, epsilon())


@recorded
def binary_focal_crossentropy(
    target: Any,
    output: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
) -> Any:
    """Returns the focal crossentropy of every element, not their mean.

    Args:
      target: labels in [0, 1].
      output: probabilities, or logits.
      apply_class_balancing: whether to weigh class 1 by ``alpha`` and class 0 by ``1 - alpha``.
      alpha: that weight.
      gamma: how much less certain elements count.
      from_logits: whether ``output`` holds logits.

    Example:
      >>> import kerax
      >>> kerax.backend.binary_focal_crossentropy([0.0, 1.0], [0.5, 0.5]).shape
      (2,)
    """
    target, output = jnp.asarray(target), _numbers(output)
    target = target.astype(output.dtype)
    focal = losses.binary_focal_crossentropy(
        target[..., None], output[..., None], apply_class_balancing, alpha, gamma, from_logits
    )
    return focal


@recorded
def categorical_focal_crossentropy(
    target: Any, output: Any, alpha: Any = 0.25, gamma: float = 2.0, from_logits: bool = False, axis: int = -1
) -> Any:
    """Returns the focal crossentropy of every sample.

    Example:
      >>> import kerax
      >>> kerax.backend.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).shape
      (1,)
    """
    return losses.categorical_focal_crossentropy(
        jnp.asarray(target), _numbers(output), alpha, gamma, from_logits, axis=axis
    )


@recorded
def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """Returns minus the log probability of label sequences, whatever their alignment in time.

    Args:
      y_true: class numbers (n, labels), padded with anything.
      y_pred: probabilities (n, frames, classes); the last class is the blank.
      input_length: frames that count, (n, 1).
      label_length: labels that count, (n, 1).

    Example:
      >>> import kerax
      >>> kerax.backend.ctc_batch_cost([[0]], kerax.backend.ones((1, 1, 2)) / 2, [[1]], [[1]]).round(3).tolist()
      [[0.6930000185966492]]
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    labels, frames = (jnp.reshape(jnp.asarray(x), (-1,)).astype("int32") for x in (label_length, input_length))
    blank = y_pred.shape[-1] - 1
    return ctc_loss(y_true.astype("int32"), jnp.log(y_pred + epsilon()), labels, frames, blank)[:, None]
