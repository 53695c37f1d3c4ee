"""Making and rearranging arrays, by their old ``K.`` names."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerax.backend.recorded import recorded
from kerax.backend.values import standardize_data_format
from kerax.dtypes import device_dtype, requested_dtype
from kerax.functional import merging


def _spatial_padding(x: Any, padding: Any, data_format: str | None) -> Any:
    widths = [tuple(pair) for pair in padding]
    channels_first = standardize_data_format(data_format) == "channels_first"
    return jnp.pad(jnp.asarray(x), [(0, 0), (0, 0), *widths] if channels_first else [(0, 0), *widths, (0, 0)])


def _batch_dot(x: Any, y: Any, axes: Any) -> Any:
    if min(x.ndim, y.ndim) < 2:
        raise ValueError(f"K.batch_dot needs arrays of at least two axes, received shapes {x.shape} and {y.shape}.")
    if axes is None:
        axes = (x.ndim - 1, y.ndim - 1 if y.ndim == 2 else y.ndim - 2)
    pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
    first, second = pair[0] % x.ndim, pair[1] % y.ndim
    if 0 in (first, second):
        raise ValueError(f"K.batch_dot cannot multiply along the batch axis: axes={axes}.")
    if x.shape[first] != y.shape[second]:
        raise ValueError(f"K.batch_dot cannot multiply axis {first} of {x.shape} with axis {second} of {y.shape}.")
    return merging.batch_dot(x, y, (first, second))


@recorded
def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    """Returns equally spaced numbers; a lone argument is the end.

    Example:
      >>> import kerax
      >>> kerax.backend.arange(3).tolist()
      [0, 1, 2]
    """
    if stop is None:
        start, stop = 0, start
    return jnp.arange(start, stop, step, requested_dtype(dtype))


@recorded
def cast(x: Any, dtype: Any) -> Any:
    """Returns the elements in another dtype.

    Example:
      >>> import kerax
      >>> kerax.backend.cast([1, 2], 'float32').tolist()
      [1.0, 2.0]
    """
    return jnp.asarray(x).astype(requested_dtype(dtype))


@recorded
def concatenate(tensors: Any, axis: int = -1) -> Any:
    """Joins arrays along an axis.

    Example:
      >>> import kerax
      >>> kerax.backend.concatenate([[[1]], [[2]]]).tolist()
      [[1, 2]]
    """
    return jnp.concatenate([jnp.asarray(t) for t in tensors], axis)


@recorded
def stack(x: Any, axis: int = 0) -> Any:
    """Joins arrays along a new axis.

    Example:
      >>> import kerax
      >>> kerax.backend.stack([[1, 2], [3, 4]]).tolist()
      [[1, 2], [3, 4]]
    """
    return jnp.stack([jnp.asarray(t) for t in x], axis)


@recorded
def expand_dims(x: Any, axis: int = -1) -> Any:
    """Inserts an axis of size 1.

    Example:
      >>> import kerax
      >>> kerax.backend.expand_dims([1, 2]).shape
      (2, 1)
    """
    return jnp.expand_dims(jnp.asarray(x), axis)


@recorded
def squeeze(x: Any, axis: int) -> Any:
    """Removes an axis of size 1.

    Example:
      >>> import kerax
      >>> kerax.backend.squeeze([[1, 2]], 0).shape
      (2,)
    """
    return jnp.squeeze(jnp.asarray(x), axis)


@recorded
def flatten(x: Any) -> Any:
    """Returns all elements in one axis.

    Example:
      >>> import kerax
      >>> kerax.backend.flatten([[1, 2], [3, 4]]).tolist()
      [1, 2, 3, 4]
    """
    return jnp.reshape(jnp.asarray(x), (-1,))


@recorded
def batch_flatten(x: Any) -> Any:
    """Joins all axes but the first.

    Example:
      >>> import kerax
      >>> kerax.backend.batch_flatten(kerax.backend.ones((2, 3, 4))).shape
      (2, 12)
    """
    x = jnp.asarray(x)
    return jnp.reshape(x, (x.shape[0], math.prod(x.shape[1:])))


@recorded
def reshape(x: Any, shape: Any) -> Any:
    """Returns the elements in another shape; -1 stands for the size that is left.

    Example:
      >>> import kerax
      >>> kerax.backend.reshape([1, 2, 3, 4], (2, -1)).shape
      (2, 2)
    """
    return jnp.reshape(jnp.asarray(x), tuple(shape))


@recorded
def transpose(x: Any) -> Any:
    """Reverses the order of the axes.

    Example:
      >>> import kerax
      >>> kerax.backend.transpose([[1, 2]]).tolist()
      [[1], [2]]
    """
    return jnp.transpose(jnp.asarray(x))


@recorded
def permute_dimensions(x: Any, pattern: Any) -> Any:
    """Puts the axes in another order.

    Example:
      >>> import kerax
      >>> kerax.backend.permute_dimensions(kerax.backend.ones((2, 3, 4)), (2, 0, 1)).shape
      (4, 2, 3)
    """
    return jnp.transpose(jnp.asarray(x), tuple(pattern))


@recorded
def repeat(x: Any, n: int) -> Any:
    """Repeats the rows of a matrix along a new second axis.

    Example:
      >>> import kerax
      >>> kerax.backend.repeat([[1, 2]], 3).shape
      (1, 3, 2)
    """
    x = jnp.asarray(x)
    if x.ndim != 2:
        raise ValueError(f"K.repeat needs an array of two axes, received shape {x.shape}; see K.repeat_elements.")
    return jnp.repeat(x[:, None], n, axis=1)


@recorded
def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Repeats every element along an axis.

    Example:
      >>> import kerax
      >>> kerax.backend.repeat_elements([1, 2], 2, 0).tolist()
      [1, 1, 2, 2]
    """
    return jnp.repeat(jnp.asarray(x), rep, axis=axis)


@recorded
def reverse(x: Any, axes: Any) -> Any:
    """Reverses the order along one axis or several.

    Example:
      >>> import kerax
      >>> kerax.backend.reverse([1, 2, 3], 0).tolist()
      [3, 2, 1]
    """
    return jnp.flip(jnp.asarray(x), tuple(axes) if isinstance(axes, list) else axes)


@recorded
def tile(x: Any, n: Any) -> Any:
    """Repeats the whole array along its axes.

    Example:
      >>> import kerax
      >>> kerax.backend.tile([1, 2], 2).tolist()
      [1, 2, 1, 2]
    """
    x = jnp.asarray(x)
    return jnp.tile(x, (n,) * x.ndim if isinstance(n, int) else tuple(n))


@recorded
def gather(reference: Any, indices: Any) -> Any:
    """Returns the rows at the given numbers.

    Example:
      >>> import kerax
      >>> kerax.backend.gather([[1], [2], [3]], [2, 0]).tolist()
      [[3], [1]]
    """
    return jnp.take(jnp.asarray(reference), jnp.asarray(indices), axis=0)


@recorded
def one_hot(indices: Any, num_classes: int) -> Any:
    """Returns a new last axis with 1 at each class number; all 0 for a number outside.

    Example:
      >>> import kerax
      >>> kerax.backend.one_hot([1], 3).tolist()
      [[0.0, 1.0, 0.0]]
    """
    return jax.nn.one_hot(jnp.asarray(indices), num_classes, dtype=device_dtype(None))


@recorded
def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Returns zeros of the shape of ``x``.

    Example:
      >>> import kerax
      >>> kerax.backend.zeros_like([1, 2]).tolist()
      [0, 0]
    """
    return jnp.zeros_like(jnp.asarray(x), None if dtype is None else requested_dtype(dtype))


@recorded
def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Returns ones of the shape of ``x``.

    Example:
      >>> import kerax
      >>> kerax.backend.ones_like([1, 2]).tolist()
      [1, 1]
    """
    return jnp.ones_like(jnp.asarray(x), None if dtype is None else requested_dtype(dtype))


@recorded
def stop_gradient(variables: Any) -> Any:
    """Returns the values, through which no gradient flows; a list for a list.

    Example:
      >>> import kerax
      >>> kerax.backend.stop_gradient(kerax.backend.ones((2,))).tolist()
      [1.0, 1.0]
    """
    return jax.tree.map(
        lambda x: jax.lax.stop_gradient(jnp.asarray(x)), variables, is_leaf=lambda x: hasattr(x, "shape")
    )


@recorded
def dot(x: Any, y: Any) -> Any:
    """Multiplies the last axis of ``x`` with the last but one of ``y``.

    Example:
      >>> import kerax
      >>> kerax.backend.dot(kerax.backend.ones((2, 3)), kerax.backend.ones((5, 3, 4))).shape
      (2, 5, 4)
    """
    x, y = jnp.asarray(x), jnp.asarray(y)
    return jnp.dot(x, y)


@recorded
def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """Multiplies the samples of two batches with each other along one axis of each.

    Args:
      x: (n, ...).
      y: (n, ...).
      axes: the axis of each, an int for the same one in both; by default the last of ``x`` and the last but one of
        ``y``.

    Example:
      >>> import kerax
      >>> kerax.backend.batch_dot(kerax.backend.ones((5, 2, 3)), kerax.backend.ones((5, 3, 4))).shape
      (5, 2, 4)
    """
    return _batch_dot(jnp.asarray(x), jnp.asarray(y), axes)


@recorded
def temporal_padding(x: Any, padding: tuple[int, int] = (1, 1)) -> Any:
    """Adds zeros before and after the time steps of (n, time, features).

    Example:
      >>> import kerax
      >>> kerax.backend.temporal_padding(kerax.backend.ones((1, 3, 2))).shape
      (1, 5, 2)
    """
    return jnp.pad(jnp.asarray(x), ((0, 0), tuple(padding), (0, 0)))


@recorded
def spatial_2d_padding(x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """Adds zeros around images.

    Example:
      >>> import kerax
      >>> kerax.backend.spatial_2d_padding(kerax.backend.ones((1, 3, 3, 2))).shape
      (1, 5, 5, 2)
    """
    return _spatial_padding(x, padding, data_format)


@recorded
def spatial_3d_padding(x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None) -> Any:
    """Adds zeros around volumes.

    Example:
      >>> import kerax
      >>> kerax.backend.spatial_3d_padding(kerax.backend.ones((1, 3, 3, 3, 2))).shape
      (1, 5, 5, 5, 2)
    """
    return _spatial_padding(x, padding, data_format)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Returns zeros of a shape.

    Example:
      >>> import kerax
      >>> kerax.backend.zeros((2,)).tolist()
      [0.0, 0.0]
    """
    return jnp.zeros(shape, requested_dtype(dtype))


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Returns ones of a shape.

    Example:
      >>> import kerax
      >>> kerax.backend.ones((2,)).tolist()
      [1.0, 1.0]
    """
    return jnp.ones(shape, requested_dtype(dtype))


def eye(size: int, dtype: Any = None, name: str | None = None) -> Any:
    """Returns the identity matrix.

    Example:
      >>> import kerax
      >>> kerax.backend.eye(2).tolist()
      [[1.0, 0.0], [0.0, 1.0]]
    """
    return jnp.eye(size, dtype=requested_dtype(dtype))


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """Returns an array of a value, filled up to a shape.

    Example:
      >>> import kerax
      >>> kerax.backend.constant(2, shape=(2,)).tolist()
      [2.0, 2.0]
    """
    array = jnp.asarray(value, requested_dtype(dtype))
    return array if shape is None else jnp.broadcast_to(array, tuple(shape))
