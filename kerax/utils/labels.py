"""Labels and rows: one-hot encoding, normalisation."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def to_categorical(
    x: Any = None, num_classes: int | None = None, dtype: Any = "float32", *, y: Any = None
) -> np.ndarray:
    """Turns class numbers into one-hot rows.

    Args:
      x: integers from 0 to ``num_classes - 1``, shape (...) or (..., 1).
      num_classes: number of classes; the largest number plus one by default.
      dtype: of the result.
      y: tf.keras's name of ``x``.

    Returns:
      Array, shape (..., num_classes).

    Raises:
      TypeError: without class numbers, or with both of their names.
      ValueError: for a number out of range or no whole number.

    Example:
      >>> import kerax
      >>> kerax.utils.to_categorical([0, 2], 3)
      array([[1., 0., 0.],
             [0., 0., 1.]], dtype=float32)
    """
    if (x is None) == (y is None):
        raise TypeError("to_categorical() needs class numbers as its first argument, x, which tf.keras calls y.")
    labels = np.asarray(y if x is None else x)
    if labels.dtype.kind == "f" and not np.all(labels == np.round(labels)):
        raise ValueError("to_categorical() needs whole numbers as classes, received fractions.")
    labels = labels.astype(np.int64)
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    labels = labels.reshape(-1)
    if num_classes is None:
        num_classes = int(labels.max()) + 1 if labels.size else 0
    if labels.size and (labels.min() < 0 or labels.max() >= num_classes):
        bad = labels.min() if labels.min() < 0 else labels.max()
        raise ValueError(
            f"to_categorical(): class {bad} does not lie between 0 and num_classes - 1 = {num_classes - 1}."
        )
    rows = np.zeros((labels.size, num_classes), dtype)
    rows[np.arange(labels.size), labels] = 1
    return rows.reshape(*shape, num_classes)


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray | jax.Array:
    """Divides an array by its norm along an axis; zero rows stay zero.

    Args:
      x: numbers.
      axis: axis of the norm.
      order: order of the norm.

    Returns:
      A JAX array for a JAX array, else a NumPy array.

    Example:
      >>> import kerax
      >>> kerax.utils.normalize([[3.0, 4.0]])
      array([[0.6, 0.8]])
    """
    if isinstance(x, jax.Array):
        norm = jnp.linalg.norm(x, order, axis, keepdims=True)
        return x / jnp.where(norm == 0, 1, norm)
    array = np.asarray(x)
    norm = np.atleast_1d(np.linalg.norm(array, order, axis))
    norm[norm == 0] = 1
    return array / np.expand_dims(norm, axis)
