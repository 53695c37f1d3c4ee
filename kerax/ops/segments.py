"""Reductions over groups of rows."""

from __future__ import annotations

from typing import Any

import jax

from kerax.ops._values import as_array
from kerax.state.recording import is_recorded
from kerax.state.symbolic import attach, to_spec


def _segments(name: str, data: Any, segment_ids: Any, num_segments: int | None, is_sorted: bool) -> Any:
    if is_recorded((data, segment_ids), {}):
        call = _OPERATIONS[name]
        kwargs = {"num_segments": num_segments, "sorted": is_sorted}
        spec = to_spec((num_segments, *data.shape[1:]), data.dtype)
        return attach(call, (data, segment_ids), kwargs, spec, name)
    data, ids = as_array(data), as_array(segment_ids)
    if ids.ndim != 1:
        raise ValueError(f"kerax.ops.{name} needs segment_ids of rank 1, received shape {ids.shape}.")
    sizes = [*data.shape[:1], *ids.shape]
    if data.ndim == 0 or (all(isinstance(size, int) for size in sizes) and sizes[0] != sizes[1]):
        raise ValueError(
            f"kerax.ops.{name} needs one segment number per row, received data of shape {data.shape} and "
            f"segment_ids of shape {ids.shape}."
        )
    if num_segments is None:
        raise ValueError(
            f"kerax.ops.{name} needs num_segments: compiled code must know the size of the result beforehand."
        )
    return getattr(jax.ops, name)(data, ids, num_segments, indices_are_sorted=is_sorted)


def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> jax.Array:
    """Sums of the rows of each group.

    Args:
        data: array.
        segment_ids: group number of each row.
        num_segments: how many groups there are.
        sorted: whether the group numbers are ascending.

    Example:
        >>> import kerax
        >>> print(kerax.ops.segment_sum([1, 2, 3], [0, 0, 1], num_segments=2))
        [3 3]
    """
    return _segments("segment_sum", data, segment_ids, num_segments, sorted)


def segment_prod(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> jax.Array:
    """Products of the rows of each group.

    Args:
        data: array.
        segment_ids: group number of each row.
        num_segments: how many groups there are.
        sorted: whether the group numbers are ascending.

    Example:
        >>> import kerax
        >>> print(kerax.ops.segment_prod([1, 2, 3], [0, 0, 1], num_segments=2))
        [2 3]
    """
    return _segments("segment_prod", data, segment_ids, num_segments, sorted)


def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> jax.Array:
    """Largest of the rows of each group, element by element; the smallest number for empty groups.

    Args:
        data: array.
        segment_ids: group number of each row.
        num_segments: how many groups there are.
        sorted: whether the group numbers are ascending.

    Example:
        >>> import kerax
        >>> print(kerax.ops.segment_max([1, 2, 3], [0, 0, 1], num_segments=2))
        [2 3]
    """
    return _segments("segment_max", data, segment_ids, num_segments, sorted)


def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> jax.Array:
    """Smallest of the rows of each group, element by element; the largest number for empty groups.

    Args:
        data: array.
        segment_ids: group number of each row.
        num_segments: how many groups there are.
        sorted: whether the group numbers are ascending.

    Example:
        >>> import kerax
        >>> print(kerax.ops.segment_min([1, 2, 3], [0, 0, 1], num_segments=2))
        [1 3]
    """
    return _segments("segment_min", data, segment_ids, num_segments, sorted)


_OPERATIONS = {
    "segment_sum": segment_sum,
    "segment_prod": segment_prod,
    "segment_max": segment_max,
    "segment_min": segment_min,
}
