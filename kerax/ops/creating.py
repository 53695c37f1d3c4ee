"""Operations that make arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax import settings
from kerax.ops._values import as_array, dtype_or_floatx, dtype_or_none
from kerax.state.recording import recordable

Shape = int | Sequence[int]


@recordable
def array(x: Any, dtype: Any = None) -> jax.Array:
    """An array of numbers.

    Args:
        x: number, list, array or variable.
        dtype: dtype name; that of ``x`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.array([1, 2], dtype="float32"))
        [1. 2.]
    """
    return jnp.array(as_array(x), dtype=dtype_or_none(dtype))


def zeros(shape: Shape, dtype: Any = None) -> jax.Array:
    """An array of zeros.

    Args:
        shape: sizes.
        dtype: dtype name; ``floatx`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.zeros(2))
        [0. 0.]
    """
    return jnp.zeros(_sizes(shape), dtype_or_floatx(dtype))


def ones(shape: Shape, dtype: Any = None) -> jax.Array:
    """An array of ones.

    Args:
        shape: sizes.
        dtype: dtype name; ``floatx`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.ones(2))
        [1. 1.]
    """
    return jnp.ones(_sizes(shape), dtype_or_floatx(dtype))


def empty(shape: Shape, dtype: Any = None) -> jax.Array:
    """An array whose numbers do not matter (zeros, in JAX).

    Args:
        shape: sizes.
        dtype: dtype name; ``floatx`` by default.

    Example:
        >>> import kerax
        >>> kerax.ops.empty((2, 3)).shape
        (2, 3)
    """
    return jnp.empty(_sizes(shape), dtype_or_floatx(dtype))


@recordable
def full(shape: Shape, fill_value: Any, dtype: Any = None) -> jax.Array:
    """An array of one value.

    Args:
        shape: sizes.
        fill_value: the value, a number or an array that broadcasts.
        dtype: dtype name; ``floatx`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.full(2, 7))
        [7. 7.]
    """
    return jnp.full(_sizes(shape), as_array(fill_value), dtype_or_floatx(dtype))


@recordable
def zeros_like(x: Any, dtype: Any = None) -> jax.Array:
    """Zeros in the shape of an array.

    Args:
        x: array.
        dtype: dtype name; that of ``x`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.zeros_like([1, 2]))
        [0 0]
    """
    return jnp.zeros_like(as_array(x), dtype=dtype_or_none(dtype))


@recordable
def ones_like(x: Any, dtype: Any = None) -> jax.Array:
    """Ones in the shape of an array.

    Args:
        x: array.
        dtype: dtype name; that of ``x`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.ones_like([1, 2]))
        [1 1]
    """
    return jnp.ones_like(as_array(x), dtype=dtype_or_none(dtype))


@recordable
def empty_like(x: Any, dtype: Any = None) -> jax.Array:
    """An array in the shape of another, whose numbers do not matter.

    Args:
        x: array.
        dtype: dtype name; that of ``x`` by default.

    Example:
        >>> import kerax
        >>> kerax.ops.empty_like([1, 2]).shape
        (2,)
    """
    return jnp.empty_like(as_array(x), dtype=dtype_or_none(dtype))


@recordable
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> jax.Array:
    """One value in the shape of an array.

    Args:
        x: array.
        fill_value: the value, a number or an array that broadcasts.
        dtype: dtype name; that of ``x`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.full_like([1, 2], 7))
        [7 7]
    """
    return jnp.full_like(as_array(x), as_array(fill_value), dtype=dtype_or_none(dtype))


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """Ones on a diagonal, zeros elsewhere.

    Args:
        N: rows.
        M: columns; as many as rows by default.
        k: which diagonal: 0 is the main one, positive ones lie above it.
        dtype: dtype name; ``floatx`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.eye(2))
        [[1. 0.]
         [0. 1.]]
    """
    return jnp.eye(N, M=M, k=k, dtype=dtype_or_floatx(dtype))


def identity(n: int, dtype: Any = None) -> jax.Array:
    """The identity matrix.

    Args:
        n: rows and columns.
        dtype: dtype name; ``floatx`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.identity(2))
        [[1. 0.]
         [0. 1.]]
    """
    return jnp.identity(n, dtype=dtype_or_floatx(dtype))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> jax.Array:
    """Ones on and below a diagonal, zeros above it.

    Args:
        N: rows.
        M: columns; as many as rows by default.
        k: which diagonal: 0 is the main one, positive ones lie above it.
        dtype: dtype name; ``floatx`` by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.tri(2))
        [[1. 0.]
         [1. 1.]]
    """
    return jnp.tri(N, M=M, k=k, dtype=dtype_or_floatx(dtype))


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> jax.Array:
    """Evenly spaced numbers from ``start`` (0 without ``stop``) up to, but without, ``stop``.

    Args:
        start: first number, or the end if it stands alone.
        stop: end.
        step: distance, 1 by default.
        dtype: dtype name; by default the one that the arguments are promoted to, ``floatx`` if one is a float.

    Example:
        >>> import kerax
        >>> print(kerax.ops.arange(1, 6, 2))
        [1 3 5]
    """
    if dtype is None and any(isinstance(value, float) for value in (start, stop, step)):
        dtype = settings.floatx()
    return jnp.arange(start, stop, step, dtype=dtype_or_none(dtype))


@recordable
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Evenly spaced numbers between two bounds.

    Args:
        start: first number, or array of them.
        stop: last number.
        num: how many.
        endpoint: whether ``stop`` is the last one; else it is left out.
        retstep: whether to return ``(numbers, distance)``.
        dtype: dtype name.
        axis: where the new axis goes, if the bounds are arrays.

    Example:
        >>> import kerax
        >>> print(kerax.ops.linspace(0, 1, 3))
        [0.  0.5 1. ]
    """
    return jnp.linspace(
        as_array(start), as_array(stop), num, endpoint=endpoint, retstep=retstep, dtype=dtype_or_none(dtype), axis=axis
    )


@recordable
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10, dtype: Any = None, axis: int = 0
) -> jax.Array:
    """Numbers whose logarithms are evenly spaced between two bounds.

    Args:
        start: logarithm of the first number.
        stop: logarithm of the last number.
        num: how many.
        endpoint: whether ``base ** stop`` is the last one; else it is left out.
        base: of the logarithms.
        dtype: dtype name.
        axis: where the new axis goes, if the bounds are arrays.

    Example:
        >>> import kerax
        >>> print(kerax.ops.logspace(0, 2, 3, base=2))
        [1. 2. 4.]
    """
    return jnp.logspace(
        as_array(start), as_array(stop), num, endpoint=endpoint, base=base, dtype=dtype_or_none(dtype), axis=axis
    )


@recordable
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> jax.Array:
    """Numbers in geometric progression between two bounds.

    Args:
        start: first number.
        stop: last number.
        num: how many.
        endpoint: whether ``stop`` is the last one; else it is left out.
        dtype: dtype name.
        axis: where the new axis goes, if the bounds are arrays.

    Example:
        >>> import kerax
        >>> kerax.ops.geomspace(1, 4, 3).round(3).tolist()
        [1.0, 2.0, 4.0]
    """
    return jnp.geomspace(as_array(start), as_array(stop), num, endpoint=endpoint, dtype=dtype_or_none(dtype), axis=axis)


@recordable
def meshgrid(*x: Any, indexing: str = "xy") -> list[jax.Array]:
    """Coordinates of the points of a grid.

    Args:
        *x: arrays, flattened: the coordinates along each axis.
        indexing: "xy" (the first two axes are swapped, as in pictures) or "ij".

    Returns:
        A list of as many arrays of the grid's shape.

    Example:
        >>> import kerax
        >>> [grid.shape for grid in kerax.ops.meshgrid([1, 2], [3, 4, 5])]
        [(3, 2), (3, 2)]
    """
    return list(jnp.meshgrid(*(as_array(part).ravel() for part in x), indexing=indexing))


@recordable
def vander(x: Any, N: int | None = None, increasing: bool = False) -> jax.Array:
    """Vandermonde matrix: powers of the elements as columns.

    Args:
        x: array of rank 1.
        N: columns; as many as elements by default.
        increasing: whether the powers grow to the right.

    Example:
        >>> import kerax
        >>> print(kerax.ops.vander([1, 2], 3))
        [[1 1 1]
         [4 2 1]]
    """
    return jnp.vander(as_array(x), N=N, increasing=increasing)


def _sizes(shape: Shape) -> Any:
    return tuple(shape) if isinstance(shape, list) else shape
