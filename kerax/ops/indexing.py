"""Operations that take elements by their places, or look for the places of elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.dtypes import device_dtype
from kerax.ops._values import as_array, as_index
from kerax.state import indexing
from kerax.state.recording import recordable
from kerax.state.symbolic import SymbolicTensor, attach, to_spec


@recordable
def get_item(x: Any, key: Any) -> jax.Array:
    """``x[key]``.

    Args:
        x: array.
        key: an index: numbers, slices, None, Ellipsis, arrays, or a tuple of these.

    Raises:
        ValueError: if the key has more parts than the array axes, or a number that is out of range.

    Example:
        >>> import kerax
        >>> print(kerax.ops.get_item([1, 2, 3], slice(1, None)))
        [2 3]
    """
    return indexing.get_item(as_array(x), key)


@recordable
def take(x: Any, indices: Any, axis: int | None = None) -> jax.Array:
    """Elements, or slices along an axis, by their numbers.

    Args:
        x: array.
        indices: integers; negative ones count from the end.
        axis: the axis; the flattened array by default.

    Returns:
        Array with the axes of ``indices`` in place of ``axis``; NaN (for integers: the smallest number) where an index
        is out of range.

    Example:
        >>> import kerax
        >>> print(kerax.ops.take([10, 20, 30], [2, 0]))
        [30 10]
    """
    return jnp.take(as_array(x), as_index(indices), axis=axis)


@recordable
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> jax.Array:
    """For each place of ``indices`` the element of ``x`` with that number along an axis.

    Args:
        x: array.
        indices: integers; its other axes broadcast with those of ``x``.
        axis: the axis; the flattened arrays by default.

    Example:
        >>> import kerax
        >>> kerax.ops.take_along_axis([[10, 20], [30, 40]], [[1], [0]], axis=1).tolist()
        [[20], [30]]
    """
    return jnp.take_along_axis(as_array(x), as_index(indices), axis=axis)


def nonzero(x: Any) -> Any:
    """Places of the elements that are not 0.

    How many there are depends on the numbers, so it cannot be compiled.

    Args:
        x: array.

    Returns:
        A tuple with the indices along each axis.

    Example:
        >>> import kerax
        >>> print(kerax.ops.nonzero([0, 3, 2])[0])
        [1 2]
    """
    if isinstance(x, SymbolicTensor):  # the number of places depends on the numbers, which JAX cannot infer
        return attach(nonzero, (x,), {}, (to_spec((None,), "int32"),) * x.ndim, "nonzero")
    return jnp.nonzero(as_array(x))


@recordable
def unravel_index(indices: Any, shape: Sequence[int]) -> Any:
    """Indices along each axis from places in the flattened array.

    Args:
        indices: places.
        shape: sizes of the array.

    Returns:
        A tuple with the indices along each axis.

    Example:
        >>> import kerax
        >>> [int(index) for index in kerax.ops.unravel_index(5, (2, 3))]
        [1, 2]
    """
    return tuple(jnp.unravel_index(as_array(indices), tuple(shape)))


@recordable
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> jax.Array:
    """Where values would have to be inserted to keep a sequence sorted.

    Args:
        sorted_sequence: array of rank 1, ascending.
        values: array.
        side: "left" (before equal elements) or "right" (after them).

    Raises:
        ValueError: for a sequence of another rank.

    Example:
        >>> import kerax
        >>> print(kerax.ops.searchsorted([1, 3, 5], [3, 4]))
        [1 2]
    """
    sequence = as_array(sorted_sequence)
    if sequence.ndim != 1:
        raise ValueError(
            f"kerax.ops.searchsorted needs a sequence of rank 1, received shape {sequence.shape}. "
            "Use kerax.ops.vectorized_map for several."
        )
    return jnp.searchsorted(sequence, as_array(values), side=side)


@recordable
def digitize(x: Any, bins: Any) -> jax.Array:
    """Number of the bin that each element falls in.

    Args:
        x: array.
        bins: ascending borders; bin ``i`` holds ``bins[i - 1] <= x < bins[i]``.

    Example:
        >>> import kerax
        >>> print(kerax.ops.digitize([0.5, 2.5], [1.0, 2.0]))
        [0 2]
    """
    return jnp.digitize(as_array(x), as_array(bins))


def ndim(x: Any) -> int:
    """Number of axes.

    Args:
        x: array.

    Example:
        >>> import kerax
        >>> kerax.ops.ndim([[1, 2]])
        2
    """
    return x.ndim if isinstance(x, SymbolicTensor) else as_array(x).ndim


def size(x: Any) -> Any:
    """Number of elements; for a symbolic tensor, a symbolic tensor.

    Args:
        x: array.

    Example:
        >>> import kerax
        >>> kerax.ops.size([[1, 2]])
        2
    """
    return _symbolic_size(x) if isinstance(x, SymbolicTensor) else as_array(x).size


@recordable
def _symbolic_size(x: Any) -> jax.Array:
    return jnp.asarray(x.size, device_dtype("int32"))


_symbolic_size.__name__ = "size"
