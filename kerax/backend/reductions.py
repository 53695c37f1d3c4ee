"""Functions along axes, by their old ``K.`` names."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.backend.recorded import recorded
from kerax.dtypes import device_dtype


def _axes(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def _numbers(x: Any) -> Any:
    x = jnp.asarray(x)
    return x.astype(device_dtype(None)) if x.dtype == bool else x


@recorded
def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns the sum along the axes, of everything by default.

    Example:
      >>> import kerax
      >>> kerax.backend.sum([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
      [3.0, 7.0]
    """
    return jnp.sum(jnp.asarray(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns the product along the axes, of everything by default.

    Example:
      >>> import kerax
      >>> kerax.backend.prod([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
      [2.0, 12.0]
    """
    return jnp.prod(jnp.asarray(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns the largest element along the axes, of everything by default.

    Example:
      >>> import kerax
      >>> kerax.backend.max([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
      [2.0, 4.0]
    """
    return jnp.max(jnp.asarray(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns the smallest element along the axes, of everything by default.

    Example:
      >>> import kerax
      >>> kerax.backend.min([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
      [1.0, 3.0]
    """
    return jnp.min(jnp.asarray(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns the mean along the axes, of everything by default; booleans count as 0 and 1.

    Example:
      >>> import kerax
      >>> kerax.backend.mean([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
      [1.5, 3.5]
    """
    return jnp.mean(_numbers(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns the standard deviation along the axes, of everything by default; booleans count as 0 and 1.

    Example:
      >>> import kerax
      >>> kerax.backend.std([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
      [0.5, 0.5]
    """
    return jnp.std(_numbers(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns the variance along the axes, of everything by default; booleans count as 0 and 1.

    Example:
      >>> import kerax
      >>> kerax.backend.var([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
      [0.25, 0.25]
    """
    return jnp.var(_numbers(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns whether all elements along the axes are true.

    Example:
      >>> import kerax
      >>> kerax.backend.all([[0, 1], [1, 1]], axis=1).tolist()
      [False, True]
    """
    return jnp.all(jnp.asarray(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Returns whether any element along the axes is true.

    Example:
      >>> import kerax
      >>> kerax.backend.any([[0, 1], [1, 1]], axis=1).tolist()
      [True, True]
    """
    return jnp.any(jnp.asarray(x), axis=_axes(axis), keepdims=keepdims)


@recorded
def argmax(x: Any, axis: int = -1) -> Any:
    """Returns the place of the largest element along an axis.

    Example:
      >>> import kerax
      >>> kerax.backend.argmax([[1, 2], [4, 3]]).tolist()
      [1, 0]
    """
    return jnp.argmax(jnp.asarray(x), axis=axis)


@recorded
def argmin(x: Any, axis: int = -1) -> Any:
    """Returns the place of the smallest element along an axis.

    Example:
      >>> import kerax
      >>> kerax.backend.argmin([[1, 2], [4, 3]]).tolist()
      [0, 1]
    """
    return jnp.argmin(jnp.asarray(x), axis=axis)


@recorded
def cumsum(x: Any, axis: int = 0) -> Any:
    """Returns the running sums along an axis.

    Example:
      >>> import kerax
      >>> kerax.backend.cumsum([1, 2, 3]).tolist()
      [1, 3, 6]
    """
    return jnp.cumsum(jnp.asarray(x), axis=axis)


@recorded
def cumprod(x: Any, axis: int = 0) -> Any:
    """Returns the running products along an axis.

    Example:
      >>> import kerax
      >>> kerax.backend.cumprod([1, 2, 3]).tolist()
      [1, 2, 6]
    """
    return jnp.cumprod(jnp.asarray(x), axis=axis)


@recorded
def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Returns which targets are among the ``k`` classes of the largest predictions; equal predictions share a place.

    Args:
      predictions: (rows, classes).
      targets: class numbers (rows,).
      k: how many classes count.

    Example:
      >>> import kerax
      >>> kerax.backend.in_top_k([[0.1, 0.7, 0.2]], [2], 2).tolist()
      [True]
    """
    predictions, targets = jnp.asarray(predictions), jnp.asarray(targets)
    own = jnp.take_along_axis(predictions, targets[:, None], axis=1)
    larger = jnp.sum(predictions > own, axis=1)
    return (larger < k) & jnp.isfinite(own[:, 0])
