"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.ops._values import as_array
from kerax.state.recording import recordable


def _wide(*arrays: jax.Array) -> dict[str, Any]:
    """Products of 8-bit integers are summed in 32 bits, which hardware does fast and which does not overflow."""
    return {"preferred_element_type": "int32"} if all(x.dtype == "int8" for x in arrays) else {}


@recordable
def matmul(x1: Any, x2: Any) -> jax.Array:
    """Matrix product over the last two axes; the axes before them broadcast.

    Args:
        x1: array of shape (..., n, k), or (k,).
        x2: array of shape (..., k, m), or (k,).

    Example:
        >>> import kerax
        >>> print(kerax.ops.matmul([[1, 2], [3, 4]], [1, 1]))
        [3 7]
    """
    x1, x2 = as_array(x1), as_array(x2)
    return jnp.matmul(x1, x2, **_wide(x1, x2))


@recordable
def dot(x1: Any, x2: Any) -> jax.Array:
    """Sum of products over the last axis of ``x1`` and the last but one of ``x2``.

    Args:
        x1: array.
        x2: array; a vector's only axis is summed over.

    Example:
        >>> import kerax
        >>> print(kerax.ops.dot([1, 2], [3, 4]))
        11
    """
    return jnp.dot(as_array(x1), as_array(x2))


@recordable
def vdot(x1: Any, x2: Any) -> jax.Array:
    """Sum of products of all elements, the first ones conjugated.

    Args:
        x1: array.
        x2: array with as many elements.

    Example:
        >>> import kerax
        >>> print(kerax.ops.vdot([1, 2], [3, 4]))
        11
    """
    return jnp.vdot(as_array(x1), as_array(x2))


@recordable
def inner(x1: Any, x2: Any) -> jax.Array:
    """Sum of products over the last axes of both arrays.

    Args:
        x1: array.
        x2: array with a last axis of the same size.

    Example:
        >>> import kerax
        >>> print(kerax.ops.inner([1, 2], [3, 4]))
        11
    """
    return jnp.inner(as_array(x1), as_array(x2))


@recordable
def outer(x1: Any, x2: Any) -> jax.Array:
    """Products of all pairs of elements.

    Args:
        x1: array, flattened to the rows.
        x2: array, flattened to the columns.

    Example:
        >>> import kerax
        >>> kerax.ops.outer([1, 2], [3, 4]).tolist()
        [[3, 4], [6, 8]]
    """
    return jnp.outer(as_array(x1), as_array(x2))


@recordable
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> jax.Array:
    """Sum of products over several axes.

    Args:
        x1: array.
        x2: array.
        axes: number of axes (the last of ``x1`` with the first of ``x2``), or a pair of lists of axes.

    Example:
        >>> import kerax
        >>> print(kerax.ops.tensordot([1, 2], [3, 4], axes=1))
        11
    """
    if not isinstance(axes, int):
        axes = tuple(tuple(a) if isinstance(a, (list, tuple)) else a for a in axes)
    return jnp.tensordot(as_array(x1), as_array(x2), axes=axes)


@recordable
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> jax.Array:
    """Sums of products in Einstein's notation.

    Args:
        subscripts: the axes of the operands, and of the result, by letters: ``"ij,jk->ik"``.
        *operands: arrays.
        **kwargs: of ``jax.numpy.einsum``.

    Example:
        >>> import kerax
        >>> print(kerax.ops.einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1]))
        [3 7]
    """
    arrays = [as_array(x) for x in operands]
    return jnp.einsum(subscripts, *arrays, **{**_wide(*arrays), **kwargs})


@recordable
def kron(x1: Any, x2: Any) -> jax.Array:
    """Kronecker product: every element of ``x1`` times all of ``x2``.

    Args:
        x1: array.
        x2: array.

    Example:
        >>> import kerax
        >>> print(kerax.ops.kron([1, 2], [1, 10]))
        [ 1 10  2 20]
    """
    return jnp.kron(as_array(x1), as_array(x2))


@recordable
def cross(x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> jax.Array:
    """Cross product of vectors with three (or two) components.

    Args:
        x1: array.
        x2: array.
        axisa: axis of the components in ``x1``.
        axisb: axis of the components in ``x2``.
        axisc: axis of the components in the result.
        axis: one axis for all three.

    Example:
        >>> import kerax
        >>> print(kerax.ops.cross([1, 0, 0], [0, 1, 0]))
        [0 0 1]
    """
    return jnp.cross(as_array(x1), as_array(x2), axisa=axisa, axisb=axisb, axisc=axisc, axis=axis)


@recordable
def correlate(x1: Any, x2: Any, mode: str = "valid") -> jax.Array:
    """Cross-correlation of two vectors.

    Args:
        x1: vector.
        x2: vector.
        mode: "valid" (where they overlap entirely), "same" or "full".

    Example:
        >>> import kerax
        >>> print(kerax.ops.correlate([1.0, 2.0, 3.0], [1.0, 1.0]))
        [3. 5.]
    """
    return jnp.correlate(as_array(x1), as_array(x2), mode)


@recordable
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> jax.Array:
    """Sum of a diagonal over two axes.

    Args:
        x: array of rank 2 or more.
        offset: which diagonal: 0 is the main one, positive ones lie above it.
        axis1: first axis.
        axis2: second axis.

    Example:
        >>> import kerax
        >>> print(kerax.ops.trace([[1, 2], [3, 4]]))
        5
    """
    return jnp.trace(as_array(x), offset=offset, axis1=axis1, axis2=axis2)


@recordable
def cdist(x: Any, y: Any) -> jax.Array:
    """Euclidean distances of all pairs of rows.

    Args:
        x: array of shape (..., n, d).
        y: array of shape (..., m, d).

    Returns:
        Array of shape (..., n, m).

    Raises:
        ValueError: for arrays of rank below 2 or rows of unlike size.

    Example:
        >>> import kerax
        >>> kerax.ops.cdist([[0.0, 0.0]], [[3.0, 4.0]]).tolist()
        [[5.0]]
    """
    x, y = as_array(x), as_array(y)
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            "kerax.ops.cdist needs two arrays of rank 2 or more with rows of one size, received shapes "
            f"{x.shape} and {y.shape}."
        )
    apart = x[..., :, None, :] - y[..., None, :, :]
    return jnp.sqrt(jnp.sum(apart * apart, axis=-1))
