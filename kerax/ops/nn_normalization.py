"""Statistics and normalization."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax import settings
from kerax.functional.normalization import scale_and_shift
from kerax.ops._values import as_array, axes
from kerax.ops.linear_algebra import norm
from kerax.state.recording import recordable

Axis = int | Sequence[int]


@recordable
def moments(x: Any, axes: Axis, keepdims: bool = False, synchronized: bool = False) -> Any:
    """Mean and variance.

    Args:
        x: array.
        axes: axis or axes to reduce.
        keepdims: whether they stay, with size 1.
        synchronized: accepted for Keras's sake: compiled for several devices, statistics are always those of the whole
            batch.

    Returns:
        ``(mean, variance)``, of the dtype of ``x``; 16-bit floats are reduced in float32.

    Example:
        >>> import kerax
        >>> [float(part) for part in kerax.ops.moments([1.0, 3.0], 0)]
        [2.0, 1.0]
    """
    x = as_array(x)
    dtype, axis = x.dtype, (axes,) if isinstance(axes, int) else tuple(axes)
    narrow = jnp.issubdtype(dtype, jnp.floating) and dtype.itemsize < 4
    if narrow:
        x = x.astype("float32")
    found = jnp.mean(x, axis, keepdims=keepdims), jnp.var(x, axis, keepdims=keepdims)
    if not narrow:
        return found
    limit = float(jnp.finfo("float16").max)  # for bfloat16 too, as in Keras
    return tuple(jnp.clip(part, -limit, limit).astype(dtype) for part in found)


@recordable
def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> jax.Array:
    """``(x - mean) / sqrt(variance + epsilon) * scale + offset``, per channel.

    Args:
        x: array.
        mean: shape (channels,).
        variance: shape (channels,).
        axis: the channel axis.
        offset: shape (channels,), or None.
        scale: shape (channels,), or None.
        epsilon: added to the variance.

    Example:
        >>> import kerax
        >>> kerax.ops.batch_normalization([[3.0]], [1.0], [4.0], -1, epsilon=0.0).tolist()
        [[1.0]]
    """
    x = as_array(x)
    shape = [1] * x.ndim
    mean = as_array(mean)
    shape[axis] = mean.shape[0]

    def spread(part: Any) -> Any:
        return None if part is None else as_array(part).reshape(shape)

    return scale_and_shift(x, spread(mean), spread(variance), spread(scale), spread(offset), epsilon)


@recordable
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Axis = -1, epsilon: float | None = None, **kwargs: Any
) -> jax.Array:
    """``(x - mean) / sqrt(variance + epsilon) * gamma + beta``, with the statistics of each sample.

    Reference: Ba et al., "Layer Normalization", 2016, https://arxiv.org/abs/1607.06450

    Args:
        x: array.
        gamma: factors, of the shape of the normalized axes, or None.
        beta: offsets, likewise.
        axis: axis or axes to normalize over.
        epsilon: added to the variance; the global one by default.
        **kwargs: ``rms_scaling=True``, deprecated, divides by the standard deviation without subtracting the mean.

    Returns:
        Array of the shape and dtype of ``x``; 16-bit floats are computed in float32.

    Example:
        >>> import kerax
        >>> kerax.ops.layer_normalization([1.0, 3.0], epsilon=0.0).tolist()
        [-1.0, 1.0]
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"kerax.ops.layer_normalization got unknown arguments {sorted(kwargs)}.")
    if rms_scaling:
        warnings.warn(
            "rms_scaling=True is deprecated: it divides by the standard deviation, not by the root mean square. "
            "Use kerax.ops.rms_normalization."
        )
    x = as_array(x)
    wide, over, (gamma, beta) = _prepare(x, axis, (gamma, beta))
    variance = jnp.var(wide, over, keepdims=True)
    mean = jnp.zeros_like(variance) if rms_scaling else jnp.mean(wide, over, keepdims=True)
    epsilon = settings.epsilon() if epsilon is None else epsilon
    return scale_and_shift(wide, mean, variance, gamma, None if rms_scaling else beta, epsilon).astype(x.dtype)


@recordable
def rms_normalization(x: Any, scale: Any = None, axis: Axis = -1, epsilon: float | None = None) -> jax.Array:
    """``x / sqrt(mean(x ** 2) + epsilon) * scale``.

    Reference: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019, https://arxiv.org/abs/1910.07467

    Args:
        x: array.
        scale: factors, of the shape of the normalized axes, or None.
        axis: axis or axes to normalize over.
        epsilon: added to the mean square; the global one by default.

    Returns:
        Array of the shape and dtype of ``x``; 16-bit floats are computed in float32.

    Example:
        >>> import kerax
        >>> kerax.ops.rms_normalization([2.0, -2.0], epsilon=0.0).tolist()
        [1.0, -1.0]
    """
    x = as_array(x)
    wide, over, (scale,) = _prepare(x, axis, (scale,))
    epsilon = settings.epsilon() if epsilon is None else epsilon
    output = wide * jax.lax.rsqrt(jnp.mean(jnp.square(wide), over, keepdims=True) + epsilon)
    return (output if scale is None else output * scale).astype(x.dtype)


def _prepare(x: jax.Array, axis: Axis, parameters: Sequence[Any]) -> tuple[jax.Array, tuple[int, ...], list[Any]]:
    """``x`` in at least single precision, the axes from the front, and parameters that broadcast with ``x``."""
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    if wide.ndim == 0:
        wide = wide[None]
    over = tuple(sorted(i % wide.ndim for i in ((axis,) if isinstance(axis, int) else axis)))
    shape = [wide.shape[i] if i in over else 1 for i in range(wide.ndim)]

    def spread(parameter: Any) -> Any:
        if parameter is None:
            return None
        array = as_array(parameter).astype(wide.dtype)
        return array if array.ndim in (0, wide.ndim) else array.reshape(shape)

    return wide, over, [spread(parameter) for parameter in parameters]


@recordable
def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: float | None = None) -> jax.Array:
    """``x`` divided by its norm.

    Args:
        x: array.
        axis: axis or axes of the vectors.
        order: which norm: 1, 2 (Euclidean) ...
        epsilon: least norm to divide by; the global one by default.

    Raises:
        ValueError: if ``order`` is no positive integer.

    Example:
        >>> import kerax
        >>> kerax.ops.normalize([3.0, 0.0]).tolist()
        [1.0, 0.0]
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"kerax.ops.normalize needs a positive integer for order, received order={order!r}.")
    x = as_array(x)
    if x.ndim == 0:
        x = x[None]
    epsilon = settings.epsilon() if epsilon is None else epsilon
    if order == 2:
        inverse = jax.lax.rsqrt(jnp.sum(jnp.square(x), axis=axes(axis), keepdims=True))
        return x * jnp.minimum(inverse, 1.0 / epsilon)
    return jnp.divide(x, jnp.maximum(norm(x, ord=order, axis=axis, keepdims=True), epsilon))
