"""Functions of ``tf.compat.v1`` for sparse tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow import _sparse as sparse
from kerax.compat.tensorflow._composite import later
from kerax.compat.tensorflow._core import integer
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._linalg import matmul
from kerax.compat.tensorflow._math import cast


def sparse_matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """``tf.matmul`` of matrices with many zeros, as float32."""
    return cast(matmul(cast(a, "float32"), cast(b, "float32"), transpose_a, transpose_b), "float32")


def _reduced(function: Callable) -> Callable:
    def call(
        sp_input: Any, axis: Any = None, keepdims: Any = None, reduction_axes: Any = None, keep_dims: Any = None
    ) -> Any:
        places = reduction_axes if axis is None else axis
        return function(sp_input, places, bool(keepdims or keep_dims), output_is_sparse=True)

    call.__name__ = f"sparse_{function.__name__}_sparse"
    call.__doc__ = f"``tf.sparse.{function.__name__}``, as a sparse tensor."
    return later(call)


sparse_reduce_max_sparse, sparse_reduce_sum_sparse = _reduced(sparse.reduce_max), _reduced(sparse.reduce_sum)


@later
def sparse_merge(
    sp_ids: Any, sp_values: Any, vocab_size: Any, name: str | None = None, already_sorted: bool = False
) -> Any:
    """Features as one sparse tensor: numbers of features become the last axis.

    Args:
      sp_ids: sparse tensor of features' numbers, or a list of such.
      sp_values: sparse tensor of their values, with the same places.
      vocab_size: number of features, or of each of the list.
      name: accepted as in TensorFlow.
      already_sorted: whether places are in order already.

    Returns:
      A sparse tensor with one axis more for each of ``sp_ids``, less the last one of theirs.
    """
    features = sp_ids if isinstance(sp_ids, (list, tuple)) else [sp_ids]
    sizes = vocab_size if isinstance(vocab_size, (list, tuple)) else [vocab_size]
    if len(features) != len(sizes):
        raise ValueError(f"sp_ids and vocab_size have to have equal lengths, received {len(features)}, {len(sizes)}.")
    places = known(features[0].indices)[:, :-1]
    numbers = [known(one.values).astype(np.int64)[:, None] for one in features]
    shape = [*known(sp_values.dense_shape)[:-1].tolist(), *[integer(one) for one in sizes]]
    found = sparse.SparseTensor(np.concatenate([places, *numbers], 1), sp_values.values, shape)
    return found if already_sorted else sparse.reorder(found)
