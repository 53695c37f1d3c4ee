"""Arguments of padding and cropping layers: an amount before and after each spatial axis."""

from __future__ import annotations

import numbers
from typing import Any


def spatial_pairs(layer: str, argument: str, value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """Returns ``value`` as a (before, after) pair per spatial axis.

    Args:
        layer: class name, for messages.
        argument: argument name, for messages.
        value: an int (for all sides); for several axes one int per axis (for both of its sides); or one
            (before, after) pair per axis, for one axis the pair itself.
        rank: number of spatial axes.

    Raises:
        ValueError: for anything else, or a negative amount.

    Example:
        >>> from kerax.layers.reshaping.spatial_pairs import spatial_pairs
        >>> spatial_pairs("ZeroPadding2D", "padding", (1, 2), 2)
        ((1, 1), (2, 2))
    """
    if _amount(value):
        return ((int(value),) * 2,) * rank
    if isinstance(value, (tuple, list)):
        items = [value] if rank == 1 and len(value) == 2 and all(map(_amount, value)) else list(value)
        pairs = [(item, item) if _amount(item) and rank > 1 else item for item in items]
        if len(pairs) == rank and all(map(_is_pair, pairs)):
            return tuple((int(before), int(after)) for before, after in pairs)
    forms = "an int or a (before, after) pair" if rank == 1 else f"an int, {rank} ints, or {rank} (before, after) pairs"
    raise ValueError(f"{layer}: argument {argument} must be {forms} of non-negative ints, received {value!r}.")


def _is_pair(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == 2 and all(map(_amount, value))


def _amount(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and value >= 0
