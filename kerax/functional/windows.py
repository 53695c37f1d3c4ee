"""What convolution and pooling share: sizes per axis, padding rules, data formats."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

Padding = str | Sequence[Sequence[int]]


def per_axis(name: str, value: int | Sequence[int], rank: int) -> tuple[int, ...]:
    """``value`` as one int per spatial axis.

    Raises:
      ValueError: if a sequence has another length than ``rank``.

    Example:
      >>> from kerax.functional.windows import per_axis
      >>> per_axis("strides", 2, 3)
      (2, 2, 2)
    """
    sizes = tuple(map(operator.index, value)) if isinstance(value, Sequence) else (operator.index(value),) * rank
    if len(sizes) != rank:
        raise ValueError(f"{name} takes one int or {rank} ints, one per spatial axis; got {value!r}.")
    return sizes


def same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """Padding with which ``ceil(size / stride)`` windows fit; the odd position goes last.

    Args:
      size: positions along the axis.
      window: positions that the window spans.
      stride: positions between windows.

    Example:
      >>> from kerax.functional.windows import same_padding
      >>> same_padding(5, 2, 2)
      (0, 1)
    """
    total = max(0, ((size - 1) // stride) * stride + window - size)
    return total // 2, total - total // 2


def resolve_padding(
    padding: Padding,
    spatial: Sequence[Any],
    window: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> tuple[tuple[int, int], ...] | str:
    """``padding`` as positions before and after each spatial axis; ``"SAME"``, as JAX takes it, for symbolic sizes.

    Args:
      padding: ``"valid"``, ``"same"``, ``"causal"`` (one spatial axis), or a pair per spatial axis.
      spatial: sizes of the spatial axes, ints or symbolic sizes.
      window, strides, dilation: ints per spatial axis.

    Raises:
      ValueError: for any other padding.

    Example:
      >>> from kerax.functional.windows import resolve_padding
      >>> resolve_padding("same", (5, 6), (3, 2), (1, 1), (1, 1))
      ((1, 1), (0, 1))
    """
    if not isinstance(padding, str):
        pairs = tuple(tuple(map(operator.index, pair)) for pair in padding)
        if len(pairs) != len(window) or any(len(pair) != 2 for pair in pairs):
            raise ValueError(f"padding takes a (before, after) pair for each of {len(window)} axes; got {padding!r}.")
        return pairs  # type: ignore[return-value]  # pairs, as checked
    spans = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    if padding == "valid":
        return ((0, 0),) * len(spans)
    if padding == "same" and not all(isinstance(size, int) for size in spatial):
        return "SAME"
    if padding == "same":
        return tuple(map(same_padding, spatial, spans, strides))
    if padding == "causal" and len(spans) == 1:
        return ((spans[0] - 1, 0),)
    raise ValueError(f"padding is 'valid', 'same', or 'causal' with one spatial axis; got {padding!r}.")


def with_channels_last(function: Callable[[jax.Array], jax.Array], x: jax.Array, data_format: str) -> jax.Array:
    """Applies a channels-last function to data of either format.

    Raises:
      ValueError: for an unknown ``data_format``.
    """
    if data_format == "channels_last":
        return function(x)
    if data_format != "channels_first":
        raise ValueError(f"data_format is 'channels_last' or 'channels_first'; got {data_format!r}.")
    return jnp.moveaxis(function(jnp.moveaxis(x, 1, -1)), -1, 1)
