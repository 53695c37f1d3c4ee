"""Operations on the axes of one array: reshape, transpose, repeat, pad, flip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.ops._values import as_array, as_size, axes, dtype_name
from kerax.state.recording import is_recorded, recordable
from kerax.state.symbolic import SymbolicTensor, attach, to_spec


def reshape(x: Any, newshape: Any) -> Any:
    """The same elements in another shape.

    Args:
        x: array.
        newshape: sizes, whose product is the number of elements; one of them may be -1 (or None). In a model they may
            be symbolic tensors, which makes them unknown.

    Example:
        >>> import kerax
        >>> kerax.ops.reshape([1, 2, 3, 4], (2, -1)).tolist()
        [[1, 2], [3, 4]]
    """
    parts = newshape if isinstance(newshape, (list, tuple)) else [newshape]
    if is_recorded(tuple(parts), {}):
        rank = newshape.shape[0] if isinstance(newshape, SymbolicTensor) else len(parts)
        sizes = [None if isinstance(newshape, SymbolicTensor) else newshape[i] for i in range(rank)]
        known = [size if isinstance(size, int) and size >= 0 else None for size in sizes]
        return attach(_reshape, (x, newshape), {}, to_spec(known, dtype_name(x)), "reshape")
    return _reshape(x, newshape)


@recordable
def _reshape(x: Any, newshape: Any) -> jax.Array:
    if isinstance(newshape, (list, tuple)):
        newshape = tuple(-1 if size is None else as_size(size) for size in newshape)
    elif not isinstance(newshape, int):
        newshape = tuple(as_size(size) for size in as_array(newshape))
    return jnp.reshape(as_array(x), newshape)


_reshape.__name__ = "reshape"


@recordable
def ravel(x: Any) -> jax.Array:
    """The elements along one axis.

    Args:
        x: array.

    Example:
        >>> import kerax
        >>> print(kerax.ops.ravel([[1, 2], [3, 4]]))
        [1 2 3 4]
    """
    return jnp.ravel(as_array(x))


@recordable
def transpose(x: Any, axes: Sequence[int] | None = None) -> jax.Array:
    """The array with its axes in another order.

    Args:
        x: array.
        axes: the old axis at each new place; reversed order by default.

    Example:
        >>> import kerax
        >>> kerax.ops.transpose([[1, 2], [3, 4]]).tolist()
        [[1, 3], [2, 4]]
    """
    return jnp.transpose(as_array(x), None if axes is None else tuple(axes))


@recordable
def swapaxes(x: Any, axis1: int, axis2: int) -> jax.Array:
    """The array with two axes exchanged.

    Args:
        x: array.
        axis1: first axis.
        axis2: second axis.

    Example:
        >>> import kerax
        >>> kerax.ops.swapaxes(kerax.ops.ones((2, 3)), 0, 1).shape
        (3, 2)
    """
    return jnp.swapaxes(as_array(x), axis1, axis2)


@recordable
def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> jax.Array:
    """The array with axes moved to other places; the rest keep their order.

    Args:
        x: array.
        source: axis or axes to move.
        destination: where they go.

    Example:
        >>> import kerax
        >>> kerax.ops.moveaxis(kerax.ops.ones((2, 3, 4)), 0, -1).shape
        (3, 4, 2)
    """
    return jnp.moveaxis(as_array(x), axes(source), axes(destination))


@recordable
def expand_dims(x: Any, axis: int | Sequence[int]) -> jax.Array:
    """The array with new axes of size 1.

    Args:
        x: array.
        axis: where they stand in the result.

    Example:
        >>> import kerax
        >>> kerax.ops.expand_dims([1, 2], 0).shape
        (1, 2)
    """
    return jnp.expand_dims(as_array(x), axes(axis))


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """The array without axes of size 1.

    Args:
        x: array.
        axis: which to drop; all of size 1 by default.

    Raises:
        ValueError: if an axis to drop has another size.

    Example:
        >>> import kerax
        >>> kerax.ops.squeeze([[1, 2]]).shape
        (2,)
    """
    if isinstance(x, SymbolicTensor) and axis is not None:
        for i in (axis,) if isinstance(axis, int) else axis:
            if x.shape[i] != 1:
                raise ValueError(f"kerax.ops.squeeze(axis={axis}) needs size 1 there, received shape {x.shape}.")
    return _squeeze(x, axis)


@recordable
def _squeeze(x: Any, axis: Any) -> jax.Array:
    x = as_array(x)
    if axis is None:  # sizes that are not known yet stay
        axis = [i for i, size in enumerate(x.shape) if isinstance(size, int) and size == 1]
    return jnp.squeeze(x, axes(axis))


_squeeze.__name__ = "squeeze"


@recordable
def broadcast_to(x: Any, shape: Sequence[int]) -> jax.Array:
    """The array repeated along its axes of size 1, and new ones in front, until it has a shape.

    Args:
        x: array.
        shape: sizes of the result.

    Example:
        >>> import kerax
        >>> kerax.ops.broadcast_to([1, 2], (2, 2)).tolist()
        [[1, 2], [1, 2]]
    """
    return jnp.broadcast_to(as_array(x), shape)


@recordable
def repeat(x: Any, repeats: Any, axis: int | None = None) -> jax.Array:
    """The array with each element repeated.

    Args:
        x: array.
        repeats: how often: a number, or one for each element along the axis.
        axis: axis along which to repeat; the flattened array by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.repeat([1, 2], 2))
        [1 1 2 2]
    """
    return jnp.repeat(as_array(x), repeats if isinstance(repeats, int) else as_array(repeats), axis=axis)


@recordable
def tile(x: Any, repeats: int | Sequence[int]) -> jax.Array:
    """The array put side by side with itself.

    Args:
        x: array.
        repeats: copies along each axis, the last axes if there are fewer numbers than axes.

    Example:
        >>> import kerax
        >>> print(kerax.ops.tile([1, 2], 2))
        [1 2 1 2]
    """
    return jnp.tile(as_array(x), axes(repeats))


@recordable
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> jax.Array:
    """The array with elements added around it.

    Args:
        x: array.
        pad_width: ``(before, after)`` for each axis, one pair for all, or one number.
        mode: "constant", "edge", "reflect", "symmetric", "wrap", ... as of ``numpy.pad``.
        constant_values: what to add with "constant"; 0 by default.

    Raises:
        ValueError: if ``constant_values`` goes with another mode.

    Example:
        >>> import kerax
        >>> print(kerax.ops.pad([1, 2], (1, 2)))
        [0 1 2 0 0]
    """
    if constant_values is None:
        return jnp.pad(as_array(x), pad_width, mode=mode)
    if mode != "constant":
        raise ValueError(f"kerax.ops.pad takes constant_values with mode='constant' only, received mode={mode!r}.")
    return jnp.pad(as_array(x), pad_width, mode=mode, constant_values=constant_values)


@recordable
def flip(x: Any, axis: int | Sequence[int] | None = None) -> jax.Array:
    """The array with the elements along axes in reverse order.

    Args:
        x: array.
        axis: axis or axes; all by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.flip([1, 2, 3]))
        [3 2 1]
    """
    return jnp.flip(as_array(x), axis=axes(axis))


@recordable
def fliplr(x: Any) -> jax.Array:
    """The array with axis 1 in reverse order.

    Args:
        x: array of rank 2 or more.

    Example:
        >>> import kerax
        >>> kerax.ops.fliplr([[1, 2], [3, 4]]).tolist()
        [[2, 1], [4, 3]]
    """
    return jnp.fliplr(as_array(x))


@recordable
def flipud(x: Any) -> jax.Array:
    """The array with axis 0 in reverse order.

    Args:
        x: array of rank 1 or more.

    Example:
        >>> import kerax
        >>> print(kerax.ops.flipud([1, 2, 3]))
        [3 2 1]
    """
    return jnp.flipud(as_array(x))


@recordable
def roll(x: Any, shift: Any, axis: int | Sequence[int] | None = None) -> jax.Array:
    """The array with elements moved along; what falls off the end comes in again in front.

    Args:
        x: array.
        shift: by how many places.
        axis: axis or axes; the flattened array by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.roll([1, 2, 3], 1))
        [3 1 2]
    """
    return jnp.roll(as_array(x), axes(shift), axis=axes(axis))


@recordable
def rot90(array: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> jax.Array:
    """The array turned by 90 degrees in the plane of two axes.

    Args:
        array: array of rank 2 or more.
        k: how often, from the first axis towards the second.
        axes: two different axes.

    Raises:
        ValueError: for an array of lower rank, or axes that are not two different ones.

    Example:
        >>> import kerax
        >>> kerax.ops.rot90([[1, 2], [3, 4]]).tolist()
        [[2, 4], [1, 3]]
    """
    array = as_array(array)
    if array.ndim < 2:
        raise ValueError(f"kerax.ops.rot90 needs an array of rank 2 or more, received shape {array.shape}.")
    if len(axes) != 2 or axes[0] == axes[1]:
        raise ValueError(f"kerax.ops.rot90 needs two different axes, received axes={axes}.")
    return jnp.rot90(array, k=k, axes=tuple(axes))


@recordable
def diag(x: Any, k: int = 0) -> jax.Array:
    """A diagonal of a matrix, or the matrix that has a vector as its diagonal.

    Args:
        x: array of rank 1 or 2.
        k: which diagonal: 0 is the main one, positive ones lie above it.

    Example:
        >>> import kerax
        >>> print(kerax.ops.diag([[1, 2], [3, 4]]))
        [1 4]
    """
    return jnp.diag(as_array(x), k=k)


@recordable
def diagflat(x: Any, k: int = 0) -> jax.Array:
    """The matrix that has the elements of an array as its diagonal.

    Args:
        x: array.
        k: which diagonal.

    Example:
        >>> import kerax
        >>> kerax.ops.diagflat([1, 2]).tolist()
        [[1, 0], [0, 2]]
    """
    return jnp.diagflat(as_array(x), k=k)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonals over two axes, as the last axis of the result.

    Args:
        x: array of rank 2 or more.
        offset: which diagonal.
        axis1: first axis.
        axis2: second axis.

    Raises:
        ValueError: if the array has only one axis.

    Example:
        >>> import kerax
        >>> print(kerax.ops.diagonal([[1, 2], [3, 4]]))
        [1 4]
    """
    if np.ndim(x) < 2:
        raise ValueError(f"kerax.ops.diagonal needs an array with two axes or more, received {np.ndim(x)}.")
    if isinstance(x, SymbolicTensor) and None in (x.shape[axis1], x.shape[axis2]):  # the shorter axis is not known
        rest = [size for i, size in enumerate(x.shape) if i not in (axis1 % x.ndim, axis2 % x.ndim)]
        kwargs = {"offset": offset, "axis1": axis1, "axis2": axis2}
        return attach(_diagonal, (x,), kwargs, to_spec((*rest, None), x.dtype), "diagonal")
    return _diagonal(x, offset, axis1, axis2)


@recordable
def _diagonal(x: Any, offset: int, axis1: int, axis2: int) -> jax.Array:
    return jnp.diagonal(as_array(x), offset=offset, axis1=axis1, axis2=axis2)


_diagonal.__name__ = "diagonal"


@recordable
def tril(x: Any, k: int = 0) -> jax.Array:
    """The matrix with zeros above a diagonal.

    Args:
        x: array of rank 2 or more.
        k: which diagonal.

    Example:
        >>> import kerax
        >>> kerax.ops.tril([[1, 2], [3, 4]]).tolist()
        [[1, 0], [3, 4]]
    """
    return jnp.tril(as_array(x), k=k)


@recordable
def triu(x: Any, k: int = 0) -> jax.Array:
    """The matrix with zeros below a diagonal.

    Args:
        x: array of rank 2 or more.
        k: which diagonal.

    Example:
        >>> import kerax
        >>> kerax.ops.triu([[1, 2], [3, 4]]).tolist()
        [[1, 2], [0, 4]]
    """
    return jnp.triu(as_array(x), k=k)


@recordable
def diff(a: Any, n: int = 1, axis: int = -1) -> jax.Array:
    """Differences of neighbours.

    Args:
        a: array.
        n: how often to take differences.
        axis: axis along which.

    Example:
        >>> import kerax
        >>> print(kerax.ops.diff([1, 4, 9]))
        [3 5]
    """
    return jnp.diff(as_array(a), n=n, axis=axis)
