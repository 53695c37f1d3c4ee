"""``tf.compat.v1.ragged``: ragged tensors as sessions return them, in NumPy's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._ragged_ops import constant


class RaggedTensorValue:
    """The numbers of a ragged tensor.

    Args:
      values: those of all rows, an array, or a RaggedTensorValue.
      row_splits: where rows begin and end, one axis, int32 or int64.

    Raises:
      TypeError, ValueError: for row_splits of another kind.
    """

    def __init__(self, values: Any, row_splits: Any):
        if not isinstance(row_splits, np.ndarray) or row_splits.dtype not in (np.int64, np.int32):
            raise TypeError("row_splits must be a 1-D int32 or int64 numpy array")
        if row_splits.ndim != 1:
            raise ValueError(f"row_splits must be a 1-D int32 or int64 numpy array, received {row_splits.ndim} axes.")
        self._values, self._row_splits = values, row_splits

    values = property(lambda self: self._values, doc="Those of all rows.")
    row_splits = property(lambda self: self._row_splits, doc="Where rows begin and end.")
    dtype = property(lambda self: self._values.dtype, doc="NumPy's type of the numbers.")

    @property
    def flat_values(self) -> Any:
        """The innermost values."""
        inner = self._values
        return inner.flat_values if isinstance(inner, RaggedTensorValue) else inner

    @property
    def nested_row_splits(self) -> tuple:
        """The row splits of all ragged axes, the outermost first."""
        inner = self._values
        rest = inner.nested_row_splits if isinstance(inner, RaggedTensorValue) else ()
        return (self._row_splits, *rest)

    @property
    def ragged_rank(self) -> int:
        """Number of ragged axes."""
        return len(self.nested_row_splits)

    @property
    def shape(self) -> tuple:
        """Number of rows, None for their lengths, and what the values have."""
        return (self._row_splits.shape[0] - 1, None, *self._values.shape[1:])

    def to_list(self) -> list:
        """Nested lists."""
        inner = self._values
        rows = inner.to_list() if isinstance(inner, RaggedTensorValue) else inner.tolist()
        return [rows[a:b] for a, b in zip(self._row_splits, self._row_splits[1:])]

    def __str__(self) -> str:
        return f"<tf.RaggedTensorValue {self.to_list()}>"

    def __repr__(self) -> str:
        return f"tf.RaggedTensorValue(values={self._values!r}, row_splits={self._row_splits!r})"


def constant_value(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    row_splits_dtype: Any = "int64",
) -> Any:
    """Nested lists as a RaggedTensorValue, or as an array if there is nothing ragged; see ``tf.ragged.constant``."""
    if not isinstance(pylist, (list, tuple)):
        return np.asarray(pylist, None if dtype is None else as_dtype(dtype).dtype)
    made = constant(pylist, dtype, ragged_rank, inner_shape)
    if not hasattr(made, "nested_row_splits"):
        return np.asarray(made.numpy())
    found = made.flat_values.numpy()
    if dtype is None and found.dtype == np.int32:
        found = found.astype(np.int64)  # NumPy's own type of Python's numbers
    elif dtype is None and found.dtype == np.float32:
        found = found.astype(np.float64)
    for splits in reversed(made.nested_row_splits):
        found = RaggedTensorValue(found, splits.numpy().astype(as_dtype(row_splits_dtype).dtype))
    return found
