"""Operations that join arrays or take them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.jax_compat import is_tracer
from kerax.ops._values import as_array
from kerax.state.recording import recordable
from kerax.state.symbolic import record, symbolic_leaves


def concatenate(xs: Sequence[Any], axis: int | None = 0) -> jax.Array:
    """Arrays joined along an axis that they have.

    Args:
        xs: list of arrays whose shapes differ along ``axis`` only.
        axis: the axis; None to join flattened arrays, but not symbolic tensors.

    Raises:
        ValueError: for symbolic tensors without an axis, as in Keras.

    Example:
        >>> import kerax
        >>> print(kerax.ops.concatenate([[1, 2], [3]]))
        [1 2 3]
    """
    if symbolic_leaves(xs):
        if axis is None:
            raise ValueError("kerax.ops.concatenate of symbolic tensors needs an axis; flatten them first for None.")
        return record(concatenate, xs, axis=axis, name="concatenate")
    return jnp.concatenate(_arrays(xs), axis=axis)


@recordable
def stack(x: Sequence[Any], axis: int = 0) -> jax.Array:
    """Arrays joined along a new axis.

    Args:
        x: list of arrays of one shape.
        axis: where the new axis stands.

    Example:
        >>> import kerax
        >>> kerax.ops.stack([[1, 2], [3, 4]], axis=1).tolist()
        [[1, 3], [2, 4]]
    """
    return jnp.stack(_arrays(x), axis=axis)


@recordable
def hstack(xs: Sequence[Any]) -> jax.Array:
    """Arrays joined along axis 1 (vectors along axis 0).

    Args:
        xs: list of arrays.

    Example:
        >>> import kerax
        >>> print(kerax.ops.hstack([[1, 2], [3]]))
        [1 2 3]
    """
    return jnp.hstack(_arrays(xs))


@recordable
def vstack(xs: Sequence[Any]) -> jax.Array:
    """Arrays joined along axis 0, vectors as rows.

    Args:
        xs: list of arrays.

    Example:
        >>> import kerax
        >>> kerax.ops.vstack([[1, 2], [3, 4]]).tolist()
        [[1, 2], [3, 4]]
    """
    return jnp.vstack(_arrays(xs))


@recordable
def dstack(xs: Sequence[Any]) -> jax.Array:
    """Arrays joined along axis 2.

    Args:
        xs: list of arrays.

    Example:
        >>> import kerax
        >>> kerax.ops.dstack([[1, 2], [3, 4]]).shape
        (1, 2, 2)
    """
    return jnp.dstack(_arrays(xs))


@recordable
def append(x1: Any, x2: Any, axis: int | None = None) -> jax.Array:
    """Two arrays joined along an axis, both flattened by default.

    Args:
        x1: array.
        x2: array.
        axis: the axis.

    Example:
        >>> import kerax
        >>> print(kerax.ops.append([1, 2], [[3]]))
        [1 2 3]
    """
    return jnp.append(as_array(x1), as_array(x2), axis=axis)


@recordable
def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[jax.Array]:
    """An array cut into pieces.

    Args:
        x: array.
        indices_or_sections: number of pieces of equal size, or the places to cut at.
        axis: axis to cut along.

    Returns:
        A list of arrays.

    Example:
        >>> import kerax
        >>> [piece.tolist() for piece in kerax.ops.split([1, 2, 3, 4], 2)]
        [[1, 2], [3, 4]]
    """
    return _pieces(as_array(x), indices_or_sections, axis)


@recordable
def array_split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[jax.Array]:
    """An array cut into pieces, the first ones larger by one element if they cannot be equal.

    Args:
        x: array.
        indices_or_sections: number of pieces, or the places to cut at.
        axis: axis to cut along.

    Returns:
        A list of arrays.

    Example:
        >>> import kerax
        >>> [piece.tolist() for piece in kerax.ops.array_split([1, 2, 3], 2)]
        [[1, 2], [3]]
    """
    return list(jnp.array_split(as_array(x), _cuts(indices_or_sections), axis=axis))


@recordable
def hsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[jax.Array]:
    """An array cut along axis 1 (a vector along axis 0).

    Args:
        x: array.
        indices_or_sections: as for `split`.

    Example:
        >>> import kerax
        >>> [piece.tolist() for piece in kerax.ops.hsplit([1, 2, 3, 4], 2)]
        [[1, 2], [3, 4]]
    """
    x = as_array(x)
    return _pieces(x, indices_or_sections, min(1, x.ndim - 1))


@recordable
def vsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[jax.Array]:
    """An array cut along axis 0.

    Args:
        x: array of rank 2 or more.
        indices_or_sections: as for `split`.

    Example:
        >>> import kerax
        >>> [piece.tolist() for piece in kerax.ops.vsplit([[1, 2], [3, 4]], 2)]
        [[[1, 2]], [[3, 4]]]
    """
    return _pieces(as_array(x), indices_or_sections, 0)


@recordable
def dsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[jax.Array]:
    """An array cut along axis 2.

    Args:
        x: array of rank 3 or more.
        indices_or_sections: as for `split`.

    Example:
        >>> import kerax
        >>> [piece.shape for piece in kerax.ops.dsplit(kerax.ops.ones((2, 3, 4)), 2)]
        [(2, 3, 2), (2, 3, 2)]
    """
    return _pieces(as_array(x), indices_or_sections, 2)


@recordable
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[jax.Array]:
    """The arrays that `stack` would have joined.

    Args:
        x: array.
        num: size of the axis, if it is not known.
        axis: the axis to take apart.

    Raises:
        ValueError: if the size is not known and ``num`` not given.

    Example:
        >>> import kerax
        >>> [row.tolist() for row in kerax.ops.unstack([[1, 2], [3, 4]])]
        [[1, 2], [3, 4]]
    """
    x = as_array(x)
    count = x.shape[axis] if num is None else num
    if not is_tracer(x) and count != x.shape[axis]:
        raise ValueError(f"kerax.ops.unstack(num={num}): axis {axis} of an array of shape {x.shape} has another size.")
    if not isinstance(count, int):
        raise ValueError(
            f"kerax.ops.unstack(x, axis={axis}): the size of that axis is not known; say how many with num=..."
        )
    return [jax.lax.index_in_dim(x, i, axis, keepdims=False) for i in range(count)]


def _arrays(xs: Any) -> list[jax.Array]:
    return [as_array(x) for x in xs]


def _cuts(indices_or_sections: Any) -> Any:
    return tuple(indices_or_sections) if isinstance(indices_or_sections, list) else indices_or_sections


def _pieces(x: jax.Array, indices_or_sections: Any, axis: int) -> list[jax.Array]:
    if isinstance(indices_or_sections, int) and -x.ndim <= axis < x.ndim and not isinstance(x.shape[axis], int):
        piece = x.shape[axis] // indices_or_sections  # of a size that is not known yet: it is taken to divide it
        return [jax.lax.dynamic_slice_in_dim(x, i * piece, piece, axis) for i in range(indices_or_sections)]
    return list(jnp.split(x, _cuts(indices_or_sections), axis=axis))
