"""More of what functions of the namespace do with ragged tensors: split, reverse, gather_nd, where."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import integer, ints
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._ragged import RaggedTensor
from kerax.compat.tensorflow._ragged_ops import stack_rows
from kerax.compat.tensorflow._tensor import Tensor


def split(value: RaggedTensor, num_or_size_splits: Any) -> list:
    """Pieces of a ragged tensor along its first axis: so many, or of these sizes.

    Raises:
      InvalidArgumentError: if the rows cannot be divided so.
    """
    count = len(value)
    if np.ndim(getattr(num_or_size_splits, "_value", num_or_size_splits)):
        sizes = list(ints(num_or_size_splits, "sizes"))
        if -1 in sizes:
            sizes[sizes.index(-1)] = count - sum(size for size in sizes if size != -1)
    else:
        pieces = integer(num_or_size_splits, "number of pieces")
        sizes = [count // pieces] * pieces
    if sum(sizes) != count:
        raise errors.InvalidArgumentError(None, None, f"{count} rows cannot be split into {num_or_size_splits}.")
    ends = np.cumsum([0, *sizes])
    return [value[int(low) : int(high)] for low, high in zip(ends[:-1], ends[1:])]


def reverse(value: RaggedTensor, axis: Any) -> RaggedTensor:
    """The elements of a ragged tensor in reverse order along axes."""
    found: Any = value
    for place in ints(axis, "axis"):
        found = _reversed(found, place % value.ndim)
    return found


def _reversed(value: Any, axis: int) -> Any:
    if axis == 0:
        return value[::-1]
    return stack_rows([_reversed(row, axis - 1) for row in value], value)


def gather_nd(params: RaggedTensor, indices: Any) -> Any:
    """Rows or elements of a ragged tensor at places."""
    from kerax.compat.tensorflow._joining import stack

    places = known(indices)
    found = []
    for place in places.reshape(-1, places.shape[-1]):
        part: Any = params
        for number in place.tolist():
            part = part[number]
        found.append(part)
    if any(isinstance(one, RaggedTensor) for one in found) or len({tuple(one.shape) for one in found}) > 1:
        return stack_rows(found, params)
    from kerax.compat.tensorflow._creating import reshape

    made = stack(found)
    return reshape(made, [*places.shape[:-1], *made.shape[1:]])


def where(condition: RaggedTensor) -> Tensor:
    """The places where a ragged tensor of booleans holds."""

    def look(part: Any, before: tuple) -> list:
        if isinstance(part, RaggedTensor):
            return [place for i, row in enumerate(part) for place in look(row, (*before, i))]
        return [(*before, *place) for place in np.argwhere(np.asarray(part.numpy())).tolist()]

    found = look(condition, ())
    return Tensor(np.asarray(found, np.int64).reshape(len(found), condition.ndim))
