"""Operations that sort or count."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.ops._values import as_array, as_index
from kerax.state.recording import is_recorded, recordable
from kerax.state.symbolic import SymbolicTensor, attach, to_spec


@recordable
def sort(x: Any, axis: int | None = -1) -> jax.Array:
    """The elements in ascending order.

    Args:
        x: array.
        axis: axis to sort along; None sorts the flattened array.

    Example:
        >>> import kerax
        >>> print(kerax.ops.sort([3, 1, 2]))
        [1 2 3]
    """
    return jnp.sort(as_array(x), axis=axis)


@recordable
def argsort(x: Any, axis: int | None = -1) -> jax.Array:
    """The indices that would sort the elements.

    Args:
        x: array.
        axis: axis to sort along; None sorts the flattened array.

    Example:
        >>> import kerax
        >>> print(kerax.ops.argsort([3, 1, 2]))
        [1 2 0]
    """
    x = as_array(x)
    return jnp.argsort(x, axis=axis if x.ndim else None)


@recordable
def argpartition(x: Any, kth: int, axis: int | None = -1) -> jax.Array:
    """Indices that bring the element of rank ``kth`` to its place, smaller ones before it and larger ones after it.

    Args:
        x: array.
        kth: rank, counted from 0.
        axis: axis to sort along; None sorts the flattened array.

    Example:
        >>> import kerax
        >>> int(kerax.ops.argpartition([3, 1, 2], 0)[0])
        1
    """
    x = as_array(x)
    return jnp.argpartition(x.ravel() if axis is None else x, kth, axis=0 if axis is None else axis)


@recordable
def top_k(x: Any, k: int, sorted: bool = True) -> Any:
    """The ``k`` largest elements along the last axis.

    Args:
        x: array.
        k: how many.
        sorted: whether they must be in descending order; they always are.

    Returns:
        ``(values, indices)``.

    Example:
        >>> import kerax
        >>> values, indices = kerax.ops.top_k([3, 1, 2], 2)
        >>> print(values, indices)
        [3 2] [0 2]
    """
    return tuple(jax.lax.top_k(as_array(x), k))


@recordable
def in_top_k(targets: Any, predictions: Any, k: int) -> jax.Array:
    """Whether the prediction for the target class is among the ``k`` largest.

    Args:
        targets: class numbers, shape (batch,).
        predictions: scores, shape (batch, classes). NaN counts as the smallest score.
        k: how many.

    Example:
        >>> import kerax
        >>> print(kerax.ops.in_top_k([1, 0], [[0.1, 0.9], [0.2, 0.8]], 1))
        [ True False]
    """
    targets, predictions = as_index(targets), as_array(predictions)
    score = jnp.take_along_axis(predictions, targets[..., None], axis=-1)
    score = jnp.where(jnp.isnan(score), -jnp.inf, score)
    return jnp.sum(predictions > score, axis=-1) < k


def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    """How often each number occurs.

    The length of the result depends on the largest number, so it cannot be compiled.

    Args:
        x: integers from 0, shape (values,) or (batch, values).
        weights: what each occurrence counts, in the shape of ``x``; 1 by default.
        minlength: least length of the result.
        sparse: must be False: kerax has no sparse tensors.

    Returns:
        Array (length,) or (batch, length).

    Example:
        >>> import kerax
        >>> print(kerax.ops.bincount([1, 3, 1]))
        [0 2 0 1]
    """
    if sparse:
        raise ValueError("kerax.ops.bincount(sparse=True): kerax has no sparse tensors.")
    if is_recorded((x, weights), {}):
        dtype = "int32" if weights is None else weights.dtype
        spec = to_spec((*x.shape[:-1], None), dtype)
        return attach(bincount, (x,), {"weights": weights, "minlength": minlength}, spec, "bincount")
    x = as_array(x)
    weights = None if weights is None else as_array(weights)
    if x.ndim != 2:
        return jnp.bincount(x, weights=weights, minlength=minlength)
    length = max(minlength, int(x.max()) + 1 if x.size else 0)
    if weights is None:
        return jax.vmap(lambda row: jnp.bincount(row, length=length))(x)
    return jax.vmap(lambda row, weight: jnp.bincount(row, weights=weight, length=length))(x, weights)


@recordable
def histogram(x: Any, bins: int = 10, range: Any = None) -> Any:
    """Numbers of elements in bins of equal width.

    Args:
        x: array.
        bins: number of bins.
        range: ``(lowest, highest)`` border; those of the elements by default.

    Returns:
        ``(counts, borders)``, of ``bins`` and ``bins + 1`` elements.

    Raises:
        ValueError: if ``bins`` is no positive integer or the range is not ascending.

    Example:
        >>> import kerax
        >>> print(kerax.ops.histogram([1.0, 2.0, 3.0], bins=2)[0])
        [1. 2.]
    """
    if not isinstance(bins, int) or bins <= 0:
        raise ValueError(f"kerax.ops.histogram needs a positive integer for bins, received bins={bins!r}.")
    if range is not None and (len(range) != 2 or range[1] < range[0]):
        raise ValueError(f"kerax.ops.histogram needs range=(lowest, highest), received range={range!r}.")
    return tuple(jnp.histogram(as_array(x), bins=bins, range=None if range is None else tuple(range)))


def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements, in ascending order.

    How many there are depends on the numbers; to compile it, give ``size``.

    Args:
        x: array.
        sorted: accepted for Keras's sake: the result is always sorted.
        return_index: whether to return the first places of the elements.
        return_inverse: whether to return, for each element, its place in the result.
        return_counts: whether to return how often each occurs.
        axis: axis whose slices to compare; the flattened array by default.
        size: how many to return: further ones are cut off, missing ones filled in.
        fill_value: what is filled in; the smallest element by default.

    Returns:
        The elements, or a tuple of them and what else was asked for.

    Example:
        >>> import kerax
        >>> print(kerax.ops.unique([3, 1, 3]))
        [1 3]
    """
    options = {
        "return_index": return_index, "return_inverse": return_inverse, "return_counts": return_counts, "axis": axis,
        "size": size, "fill_value": fill_value,
    }  # fmt: skip
    if isinstance(x, SymbolicTensor):
        return attach(unique, (x,), {"sorted": sorted, **options}, _unique_specs(x, **options), "unique")
    found = jnp.unique(as_array(x), equal_nan=False, **options)
    return tuple(found) if isinstance(found, tuple) else found


def _unique_specs(
    x: SymbolicTensor, return_index: bool, return_inverse: bool, return_counts: bool, axis: Any, size: Any, **_: Any
) -> Any:
    shape = list(x.shape) if axis is not None else [None]
    shape[0 if axis is None else axis] = size
    inverse = x.shape if axis is None else (x.shape[axis],)
    specs = [to_spec(shape, x.dtype)]
    specs += [to_spec((size,), "int32")] * return_index
    specs += [to_spec(inverse, "int32")] * return_inverse
    specs += [to_spec((size,), "int32")] * return_counts
    return tuple(specs) if len(specs) > 1 else specs[0]
