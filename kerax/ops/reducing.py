"""Operations that reduce axes: sums, means, extremes, and the same without NaN."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import settings
from kerax.dtypes import device_dtype
from kerax.ops._tables import reduction
from kerax.ops._values import as_array, axes, common_dtype, dtype_or_none
from kerax.state.recording import recordable

sum = reduction("sum", jnp.sum, "Sum.", "[1, 2, 3]", "6")
all = reduction("all", jnp.all, "Whether all elements are true.", "[True, False]", "False")
any = reduction("any", jnp.any, "Whether any element is true.", "[True, False]", "True")
amax = reduction("amax", jnp.amax, "The largest element.", "[1, 3, 2]", "3")
amin = reduction("amin", jnp.amin, "The smallest element.", "[1, 3, 2]", "1")
ptp = reduction("ptp", jnp.ptp, "The largest element minus the smallest.", "[1, 3, 2]", "2")
nansum = reduction("nansum", jnp.nansum, "Sum of what is not NaN.", "[1.0, float('nan')]", "1.0")
nanprod = reduction("nanprod", jnp.nanprod, "Product of what is not NaN.", "[2.0, float('nan')]", "2.0")
nanmax = reduction("nanmax", jnp.nanmax, "The largest element that is not NaN.", "[1.0, float('nan')]", "1.0")
nanmin = reduction("nanmin", jnp.nanmin, "The smallest element that is not NaN.", "[1.0, float('nan')]", "1.0")
nanargmax = reduction(
    "nanargmax", jnp.nanargmax, "Place of the largest element that is not NaN.", "[1.0, float('nan')]", "0"
)
nanargmin = reduction(
    "nanargmin", jnp.nanargmin, "Place of the smallest element that is not NaN.", "[1.0, float('nan')]", "0"
)
nanmean = reduction("nanmean", jnp.nanmean, "Mean of what is not NaN.", "[1.0, float('nan')]", "1.0")
nanmedian = reduction("nanmedian", jnp.nanmedian, "Median of what is not NaN.", "[1.0, float('nan')]", "1.0")
nanvar = reduction("nanvar", jnp.nanvar, "Variance of what is not NaN.", "[1.0, float('nan')]", "0.0")
nanstd = reduction("nanstd", jnp.nanstd, "Standard deviation of what is not NaN.", "[1.0, float('nan')]", "0.0")


def _at_least_single(dtype: Any) -> Any:
    return jnp.promote_types(dtype, jnp.float32)


def _mean(x: jax.Array, axis: Any, keepdims: bool) -> jax.Array:
    # Half floats would overflow in the sum: it is taken in single precision, and the mean cast back.
    wide = _at_least_single(x.dtype)
    return jnp.mean(x, axis=axis, keepdims=keepdims, dtype=wide).astype(wide if x.dtype.kind in "biu" else x.dtype)


def _var(x: jax.Array, axis: Any, keepdims: bool) -> jax.Array:
    return jnp.var(x, axis=axis, keepdims=keepdims, dtype=_at_least_single(x.dtype)).astype(common_dtype(x))


def _std(x: jax.Array, axis: Any, keepdims: bool) -> jax.Array:
    return jnp.std(x, axis=axis, keepdims=keepdims).astype(common_dtype(x))


def _median(x: jax.Array, axis: Any, keepdims: bool) -> jax.Array:
    return jnp.median(x.astype(common_dtype(x)), axis=axis, keepdims=keepdims)


mean = reduction("mean", _mean, "Mean, in floats.", "[1, 2]", "1.5")
var = reduction("var", _var, "Variance: the mean squared distance from the mean.", "[1, 3]", "1.0")
std = reduction("std", _std, "Standard deviation: the root of the variance.", "[1, 3]", "1.0")
median = reduction("median", _median, "Median: the middle value, or the mean of the middle two.", "[1, 2, 9]", "2.0")


def _tiny_zeros_apart(x: jax.Array) -> jax.Array:
    """The floats with -0 just below 0: XLA on the CPU takes them, and denormal numbers, for equal."""
    if not jnp.issubdtype(x.dtype, jnp.floating) or x.ndim == 0:
        return x
    x = x.astype(_at_least_single(x.dtype))
    return jnp.where((x == 0) & jnp.signbit(x), -jnp.finfo(x.dtype).tiny, x)


argmax = reduction(
    "argmax",
    lambda x, axis, keepdims: jnp.argmax(_tiny_zeros_apart(x), axis=axis, keepdims=keepdims),
    "Place of the largest element, the first of equals; of the flattened array by default.",
    "[1, 3, 2]",
    "1",
)
argmin = reduction(
    "argmin",
    lambda x, axis, keepdims: jnp.argmin(_tiny_zeros_apart(x), axis=axis, keepdims=keepdims),
    "Place of the smallest element, the first of equals; of the flattened array by default.",
    "[1, 3, 0]",
    "2",
)


@recordable
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> jax.Array:
    """The largest element.

    Args:
        x: array.
        axis: axis or axes to reduce, all by default.
        keepdims: whether the reduced axes stay, with size 1.
        initial: the smallest possible result; needed for arrays without elements.

    Example:
        >>> import kerax
        >>> print(kerax.ops.max([1, 3, 2]))
        3
    """
    return jnp.max(as_array(x), axis=axes(axis), keepdims=keepdims, initial=initial)


@recordable
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> jax.Array:
    """The smallest element.

    Args:
        x: array.
        axis: axis or axes to reduce, all by default.
        keepdims: whether the reduced axes stay, with size 1.
        initial: the largest possible result; needed for arrays without elements.

    Example:
        >>> import kerax
        >>> print(kerax.ops.min([1, 3, 2]))
        1
    """
    return jnp.min(as_array(x), axis=axes(axis), keepdims=keepdims, initial=initial)


@recordable
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> jax.Array:
    """Product.

    Args:
        x: array.
        axis: axis or axes to reduce, all by default.
        keepdims: whether the reduced axes stay, with size 1.
        dtype: dtype to multiply in.

    Example:
        >>> import kerax
        >>> print(kerax.ops.prod([2, 3]))
        6
    """
    return jnp.prod(as_array(x), axis=axes(axis), keepdims=keepdims, dtype=dtype_or_none(dtype))


@recordable
def average(x: Any, axis: Any = None, weights: Any = None) -> jax.Array:
    """Weighted mean, in floats.

    Args:
        x: array.
        axis: axis or axes to reduce, all by default.
        weights: array of the shape of ``x``, or of the reduced axes; equal weights by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.average([1.0, 3.0], weights=[3.0, 1.0]))
        1.5
    """
    x = as_array(x)
    if weights is None:
        return jnp.average(x.astype(common_dtype(x)), axis=axes(axis))
    weights = as_array(weights)
    dtype = common_dtype(x, weights)
    return jnp.average(x.astype(dtype), axis=axes(axis), weights=weights.astype(dtype))


@recordable
def count_nonzero(x: Any, axis: Any = None) -> jax.Array:
    """Number of elements that are not 0.

    Args:
        x: array.
        axis: axis or axes to count along, all by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.count_nonzero([0, 3, 2]))
        2
    """
    return jnp.asarray(jnp.count_nonzero(as_array(x), axis=axes(axis))).astype("int32")


@recordable
def cumsum(x: Any, axis: Any = None, dtype: Any = None) -> jax.Array:
    """Sums of the elements up to each place.

    Args:
        x: array.
        axis: axis to sum along; the flattened array by default.
        dtype: dtype to sum in.

    Example:
        >>> import kerax
        >>> print(kerax.ops.cumsum([1, 2, 3]))
        [1 3 6]
    """
    return jnp.cumsum(as_array(x), axis=axis, dtype=dtype_or_none(dtype))


@recordable
def cumprod(x: Any, axis: Any = None, dtype: Any = None) -> jax.Array:
    """Products of the elements up to each place.

    Args:
        x: array.
        axis: axis to multiply along; the flattened array by default.
        dtype: dtype to multiply in.

    Example:
        >>> import kerax
        >>> print(kerax.ops.cumprod([1, 2, 3]))
        [1 2 6]
    """
    return jnp.cumprod(as_array(x), axis=axis, dtype=dtype_or_none(dtype))


@recordable
def nancumsum(x: Any, axis: Any = None, dtype: Any = None) -> jax.Array:
    """Sums of the elements up to each place, NaN counting as 0.

    Args:
        x: array.
        axis: axis to sum along; the flattened array by default.
        dtype: dtype to sum in.

    Example:
        >>> import kerax
        >>> print(kerax.ops.nancumsum([1.0, float("nan"), 3.0]))
        [1. 1. 4.]
    """
    return jnp.nancumsum(as_array(x), axis=axis, dtype=dtype_or_none(dtype))


@recordable
def nancumprod(x: Any, axis: Any = None, dtype: Any = None) -> jax.Array:
    """Products of the elements up to each place, NaN counting as 1.

    Args:
        x: array.
        axis: axis to multiply along, or a tuple of at most one; the flattened array by default.
        dtype: dtype to multiply in.

    Raises:
        ValueError: for more than one axis.

    Example:
        >>> import kerax
        >>> print(kerax.ops.nancumprod([2.0, float("nan"), 3.0]))
        [2. 2. 6.]
    """
    x, dtype = as_array(x), dtype_or_none(dtype)
    if not isinstance(axis, (tuple, list)):
        return jnp.nancumprod(x, axis=axis, dtype=dtype)
    if len(axis) > 1:
        raise ValueError(f"kerax.ops.nancumprod takes one axis, received {tuple(axis)}.")
    if not axis:  # along no axis, every element is a product of its own
        return jnp.where(jnp.isnan(x), 1, x).astype(dtype or x.dtype)
    return jnp.nancumprod(x, axis=axis[0], dtype=dtype)


@recordable
def quantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> jax.Array:
    """The value below which a share ``q`` of the elements lies.

    Args:
        x: array.
        q: shares between 0 and 1, a number or an array of rank 1, whose axis comes first in the result.
        axis: axis or axes to reduce, all by default.
        method: "linear", "lower", "midpoint", "higher" or "nearest": what to do between two elements.
        keepdims: whether the reduced axes stay, with size 1.

    Example:
        >>> import kerax
        >>> print(kerax.ops.quantile([1, 2, 4], 0.5))
        2.0
    """
    x, q = as_array(x), as_array(q)
    return jnp.quantile(x.astype(common_dtype(x)), q, axis=axes(axis), method=method, keepdims=keepdims)


@recordable
def percentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> jax.Array:
    """The value below which ``q`` percent of the elements lie.

    Args:
        x: array.
        q: percentages between 0 and 100, a number or an array of rank 1.
        axis: axis or axes to reduce, all by default.
        method: as for `quantile`.
        keepdims: whether the reduced axes stay, with size 1.

    Example:
        >>> import kerax
        >>> print(kerax.ops.percentile([1, 2, 4], 50))
        2.0
    """
    return jnp.percentile(as_array(x), as_array(q), axis=axes(axis), method=method, keepdims=keepdims)


@recordable
def nanquantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> jax.Array:
    """`quantile` of what is not NaN.

    Args:
        x: array.
        q: shares between 0 and 1.
        axis: axis or axes to reduce, all by default.
        method: as for `quantile`.
        keepdims: whether the reduced axes stay, with size 1.

    Example:
        >>> import kerax
        >>> print(kerax.ops.nanquantile([1.0, float("nan"), 4.0], 0.0))
        1.0
    """
    return jnp.nanquantile(as_array(x), as_array(q), axis=axes(axis), method=method, keepdims=keepdims)


@recordable
def nanpercentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> jax.Array:
    """`percentile` of what is not NaN.

    Args:
        x: array.
        q: percentages between 0 and 100.
        axis: axis or axes to reduce, all by default.
        method: as for `quantile`.
        keepdims: whether the reduced axes stay, with size 1.

    Example:
        >>> import kerax
        >>> print(kerax.ops.nanpercentile([1.0, float("nan"), 4.0], 0))
        1.0
    """
    return jnp.nanpercentile(as_array(x), as_array(q), axis=axes(axis), method=method, keepdims=keepdims)


@recordable
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> jax.Array:
    """``log(sum(exp(x)))``, without overflow.

    Args:
        x: array.
        axis: axis or axes to reduce, all by default.
        keepdims: whether the reduced axes stay, with size 1.

    Example:
        >>> import kerax
        >>> print(kerax.ops.logsumexp([1000.0]))
        1000.0
    """
    return jax.nn.logsumexp(as_array(x), axis=axes(axis), keepdims=keepdims)


@recordable
def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> jax.Array:
    """Integral by the trapezoidal rule.

    Args:
        y: values of the function.
        x: the places of the values; evenly spaced by default.
        dx: distance of evenly spaced places.
        axis: axis to integrate along.

    Example:
        >>> import kerax
        >>> print(kerax.ops.trapezoid([1.0, 3.0]))
        2.0
    """
    return jnp.trapezoid(as_array(y), None if x is None else as_array(x), dx=as_array(dx), axis=axis)


@recordable
def corrcoef(x: Any) -> jax.Array:
    """Pearson's correlation coefficients of the rows.

    Args:
        x: array of shape (variables, observations), or of rank 1.

    Example:
        >>> import kerax
        >>> print(kerax.ops.corrcoef([1.0, 2.0, 3.0]))
        1.0
    """
    x = as_array(x)
    return jnp.corrcoef(x.astype(device_dtype(settings.floatx())) if x.dtype.kind in "biu" else x)
