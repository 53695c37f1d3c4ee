"""Connectionist temporal classification as a loss."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.functional.ctc import ctc_loss
from kerax.losses.compiled import loss_function
from kerax.losses.loss import LossFunctionWrapper
from kerax.losses.shapes import as_float

# Class 0 is the blank, and pads the labels.
_BLANK = 0


@loss_function()
def ctc(y_true: Any, y_pred: Any) -> jax.Array:
    """``-log`` of the probability of each label sequence under any alignment in time: Graves et al. 2006.

    Args:
        y_true: class numbers (batch, max_labels), padded with 0, which is the blank.
        y_pred: logits (batch, time, classes).

    Returns:
        Array (batch,).

    Raises:
        ValueError: if the shapes do not go together.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.losses.ctc([[1]], jnp.zeros((1, 1, 2)))[0]), 3)
        0.693
    """
    y_pred = as_float(y_pred)
    labels = jnp.asarray(y_true).astype(jnp.int32)
    if labels.ndim != 2 or y_pred.ndim != 3 or labels.shape[0] != y_pred.shape[0]:
        raise ValueError(
            "ctc needs y_true of shape (batch, max_labels) and y_pred of shape (batch, time, classes); got y_true of "
            f"shape {labels.shape} and y_pred of shape {y_pred.shape}."
        )
    label_lengths = jnp.sum(labels != _BLANK, axis=-1)
    logit_lengths = jnp.full(labels.shape[:1], y_pred.shape[1])
    return ctc_loss(labels, y_pred, label_lengths, logit_lengths, _BLANK)


class CTC(LossFunctionWrapper):
    """`ctc` as a `Loss`.

    Args:
        reduction: see `Loss`.
        name: of the loss.
        dtype: see `Loss`.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.losses.CTC()([[1]], jnp.zeros((1, 1, 2)))), 3)
        0.693
    """

    _cast_labels = False

    def __init__(self, reduction: Any = "sum_over_batch_size", name: str = "ctc", dtype: Any = None) -> None:
        super().__init__(ctc, reduction, name, dtype)
