"""Normalization: statistics and scaling, in the forms that are fastest with their gradients."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

_UNIT_EPSILON = 1e-12  # smallest squared norm that `unit_normalize` divides by
_MASK_EPSILON = 1e-7  # keeps the mean of an entirely masked batch finite


def widen(x: jax.Array) -> jax.Array:
    """Cast 16-bit floats, integers and booleans to float32: means and sums over many elements need it.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.normalization import widen
        >>> widen(jnp.ones(2, "bfloat16")).dtype
        dtype('float32')
    """
    narrow = x.dtype.itemsize < 4 if jnp.issubdtype(x.dtype, jnp.floating) else not jnp.iscomplexobj(x)
    return x.astype(jnp.float32) if narrow else x


def batch_moments(x: jax.Array, axes: Sequence[int], mask: jax.Array | None = None) -> tuple[jax.Array, jax.Array]:
    """Mean and (biased) variance over the batch, per channel.

    A pass for each. One pass for both, around a sample of each channel, is a tenth faster with its gradient in a
    program of its own, but takes up to twice as long on the CPU where the inputs come straight from a loop over
    batches (`benchmarks/results/layers.md`).

    Args:
        x: float array.
        axes: axes to reduce; they keep size 1.
        mask: booleans for the first axes of ``x``, True where an element counts; or None.

    Returns:
        ``(mean, variance)`` with size 1 at ``axes``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.normalization import batch_moments
        >>> mean, variance = batch_moments(jnp.array([[1.0], [3.0]]), (0,))
        >>> float(mean[0, 0]), float(variance[0, 0])
        (2.0, 1.0)
    """
    axes = tuple(axes)
    if mask is not None:
        weights = jnp.broadcast_to(mask.reshape((*mask.shape, *(1,) * (x.ndim - mask.ndim))), x.shape).astype(x.dtype)
        total = jnp.sum(weights, axes, keepdims=True) + _MASK_EPSILON
        mean = jnp.sum(weights * x, axes, keepdims=True) / total
        return mean, jnp.sum(weights * jnp.square(x - mean), axes, keepdims=True) / total
    mean = jnp.mean(x, axes, keepdims=True)
    centred = x - mean
    return mean, jnp.mean(centred * centred, axes, keepdims=True)


def scale_and_shift(
    x: jax.Array, mean: jax.Array, variance: jax.Array, gamma: jax.Array | None, beta: jax.Array | None, epsilon: float
) -> jax.Array:
    """Compute ``(x - mean) / sqrt(variance + epsilon) * gamma + beta`` with one multiplication and one
    addition per element.

    Args:
        x: float array.
        mean: broadcastable to ``x``.
        variance: likewise.
        gamma: factor, likewise, or None.
        beta: offset, likewise, or None.
        epsilon: added to the variance.

    Returns:
        Array of the shape of ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.normalization import scale_and_shift
        >>> scale_and_shift(jnp.array([1.0, 3.0]), jnp.array(2.0), jnp.array(1.0), None, None, 0.0).tolist()
        [-1.0, 1.0]
    """
    factor = jax.lax.rsqrt(variance + epsilon)
    if gamma is not None:
        factor = factor * gamma
    offset = -mean * factor
    if beta is not None:
        offset = offset + beta
    return x * factor + offset


def layer_normalize(
    x: jax.Array, axes: Sequence[int], gamma: jax.Array | None, beta: jax.Array | None, epsilon: float
) -> jax.Array:
    """Normalize every sample over ``axes``.

    Reference: Ba et al., "Layer Normalization", 2016, https://arxiv.org/abs/1607.06450

    Args:
        x: float array.
        axes: axes over which mean and variance are taken.
        gamma: factor broadcastable to ``x``, or None.
        beta: offset, likewise.
        epsilon: added to the variance.

    Returns:
        Array of the shape of ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.normalization import layer_normalize
        >>> layer_normalize(jnp.array([[1.0, 3.0]]), (1,), None, None, 0.0).tolist()
        [[-1.0, 1.0]]
    """
    y = _standardize(x, tuple(axes), epsilon)
    if gamma is not None:
        y = y * gamma
    return y if beta is None else y + beta


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _standardize(x: jax.Array, axes: tuple[int, ...], epsilon: float) -> jax.Array:
    """``(x - mean) / sqrt(variance + epsilon)``."""
    return _standardized(x, axes, epsilon)[0]


def _standardized(x: jax.Array, axes: tuple[int, ...], epsilon: float) -> tuple[jax.Array, jax.Array]:
    """The normalized array and the factor of it.

    Two passes, the textbook formula, which is the program that anybody would write by hand. Sums around the first
    element are nearer to the exact result where the mean is 10,000 deviations away from zero (there the rounding of
    the mean shows), but take twice the time in a loop over batches on the CPU (`benchmarks/results/layers.md`).
    """
    centred = x - jnp.mean(x, axes, keepdims=True)
    factor = jax.lax.rsqrt(jnp.mean(centred * centred, axes, keepdims=True) + epsilon)
    return centred * factor, factor


@_standardize.defjvp
def _standardize_jvp(axes: tuple[int, ...], epsilon: float, primals: tuple, tangents: tuple) -> tuple:
    y, factor = _standardized(primals[0], axes, epsilon)
    # dy = (dx - mean(dx) - y * mean(y * dx)) / deviation; the mean of y is 0.
    change = tangents[0] * factor
    return y, change - jnp.mean(change, axes, keepdims=True) - y * jnp.mean(y * change, axes, keepdims=True)


def rms_normalize(x: jax.Array, axes: Sequence[int], scale: jax.Array | None, epsilon: float) -> jax.Array:
    """Divide by the root of the mean square over ``axes``.

    Reference: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019, https://arxiv.org/abs/1910.07467

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.normalization import rms_normalize
        >>> rms_normalize(jnp.array([[2.0, -2.0]]), (1,), None, 0.0).tolist()
        [[1.0, -1.0]]
    """
    y = x * jax.lax.rsqrt(jnp.mean(x * x, tuple(axes), keepdims=True) + epsilon)
    return y if scale is None else y * scale


def group_normalize(
    x: jax.Array, groups: int, axis: int, gamma: jax.Array | None, beta: jax.Array | None, epsilon: float
) -> jax.Array:
    """Normalize every sample within groups of channels.

    Reference: Wu and He, "Group Normalization", 2018, https://arxiv.org/abs/1803.08494

    Args:
        x: float array; axis 0 is the batch.
        groups: number of groups; it divides the number of channels.
        axis: the channel axis, counted from the front.
        gamma: factors, shape (channels,), or None.
        beta: offsets, shape (channels,), or None.
        epsilon: added to the variance.

    Returns:
        Array of the shape of ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.normalization import group_normalize
        >>> group_normalize(jnp.array([[1.0, 3.0, 0.0, 8.0]]), 2, 1, None, None, 0.0).tolist()
        [[-1.0, 1.0, -1.0, 1.0]]
    """
    shape, channels = x.shape, x.shape[axis]
    parts = x.reshape((*shape[:axis], groups, channels // groups, *shape[axis + 1 :]))
    axes = tuple(i for i in range(1, parts.ndim) if i != axis)

    def spread(array: jax.Array | None) -> Any:
        if array is None:
            return None
        return array.reshape((groups, channels // groups, *(1,) * (x.ndim - axis - 1)))

    return layer_normalize(parts, axes, spread(gamma), spread(beta), epsilon).reshape(shape)


def unit_normalize(x: jax.Array, axes: Sequence[int]) -> jax.Array:
    """Divide by the Euclidean norm over ``axes``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.normalization import unit_normalize
        >>> unit_normalize(jnp.array([[4.0, 0.0]]), (1,)).tolist()
        [[1.0, 0.0]]
    """
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(x * x, tuple(axes), keepdims=True), _UNIT_EPSILON))


def spectral_normalize(kernel: jax.Array, vector_u: jax.Array, power_iterations: int) -> tuple[jax.Array, jax.Array]:
    """Divide a kernel by its largest singular value, estimated by power iterations.

    Reference: Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018, https://arxiv.org/abs/1802.05957

    Args:
        kernel: any shape; all axes but the last count as rows.
        vector_u: last estimate of the right singular vector, shape (1, kernel.shape[-1]).
        power_iterations: number of iterations, at least 1.

    Returns:
        ``(normalized kernel, new vector_u)``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.normalization import spectral_normalize
        >>> kernel, _ = spectral_normalize(jnp.diag(jnp.array([3.0, 0.0])), jnp.array([[1.0, 0.0]]), 1)
        >>> kernel.tolist()
        [[1.0, 0.0], [0.0, 0.0]]
    """
    weights = kernel.reshape((-1, kernel.shape[-1]))
    u = vector_u
    fixed = jax.lax.stop_gradient(weights)
    for _ in range(power_iterations):
        v = unit_normalize(u @ fixed.T, (1,))
        u = unit_normalize(v @ fixed, (1,))
    sigma = (v @ weights @ u.T)[0, 0]
    return kernel / sigma, u
