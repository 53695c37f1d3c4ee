"""Gradients of tables: tensors that also know of which rows they are the gradients, as ``tf.IndexedSlices`` do.

Such a tensor is the whole gradient wherever a tensor is asked for. Functions that TensorFlow defines for the single
slices (norms, clipping, optimizers) take these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import in_trace
from kerax.optimizers import RowGradient

_dense = jax.jit(RowGradient.dense)


def sliced(rows: RowGradient, label: str | None = None) -> Tensor:
    """The gradient as a tensor that knows its rows.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> table = tf.Variable([[1.0], [2.0]])
      >>> with tf.GradientTape() as tape:
      ...     y = tf.reduce_sum(tf.gather(table, [1, 1]))
      >>> gradient = tape.gradient(y, table)
      >>> isinstance(gradient, tf.IndexedSlices), gradient.indices.numpy(), gradient.numpy().tolist()
      (True, array([1, 1], dtype=int32), [[0.0], [2.0]])
    """
    made = Tensor(_dense(rows), label)
    made._rows = rows
    return made


def rows_of(value: Any) -> RowGradient | None:
    """The rows that a tensor knows, or None; those of a tape's gradients are computed when they are asked for."""
    if not knows_rows(value):
        return None
    rows = value._rows
    if not callable(rows):
        return rows
    found = rows()
    if not in_trace():  # what is computed in a branch or loop of a function is not known outside of it
        value._rows = found
    return found


def knows_rows(value: Any) -> bool:
    """Whether a value is a tensor that knows its rows."""
    return value.__class__ is Tensor and getattr(value, "_rows", None) is not None


def on_slices(function: Callable, value: Tensor) -> Tensor | None:
    """A tensor whose slices were changed by a function of tensors; None for one that has no slices."""
    rows = rows_of(value)
    if rows is None:
        return None
    return sliced(rows.with_values(function(Tensor(rows.values, value._label)).array), value._label)


def part(value: Tensor, name: str) -> Any:
    """``values``, ``indices`` or ``dense_shape`` of a tensor that knows its rows; None of others."""
    rows = rows_of(value)
    if rows is None:
        return None
    if name == "dense_shape":
        import numpy as np

        return Tensor(np.asarray(rows.shape, np.int32))
    return Tensor(rows.values, value._label) if name == "values" else Tensor(rows.indices)


def for_optimizer(gradient: Any, variable: Any) -> Any:
    """What an optimizer gets for a gradient: rows for slices."""
    rows = rows_of(gradient)
    if rows is not None:
        return rows
    from kerax.compat.tensorflow._sparse import IndexedSlices

    if type(gradient) is IndexedSlices:
        return RowGradient(gradient.values.array, gradient.indices.array, variable.shape)
    return gradient
