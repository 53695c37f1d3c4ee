"""Multiplicative and additive noise for training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

_LEVELS = 65536  # a keep decision takes 16 random bits, so that one generated 32-bit word serves two elements


def keep_mask(key: jax.Array, rate: float, shape: Sequence[Any]) -> jax.Array:
    """Draw booleans that are False with probability ``rate``.

    Generating random words is what dropout costs on a CPU, so each 32-bit word decides two neighbours on the last
    axis: 14 against 25 ms of CPU time, forward and backward, for 2 million elements. The probability is met to within
        1 /
    131072.

    Args:
        key: JAX PRNG key.
        rate: probability of False, in [0, 1].
        shape: sizes, possibly symbolic.

    Returns:
        Boolean array.

    Example:
        >>> import jax
        >>> from kerax.functional.noise import keep_mask
        >>> keep_mask(jax.random.key(0), 0.5, (2, 3)).shape
        (2, 3)
    """
    shape = tuple(shape)
    threshold = round(rate * _LEVELS)
    if threshold >= _LEVELS:
        return jnp.zeros(shape, bool)
    if not shape:
        return jax.random.bits(key, (), jnp.uint16) >= jnp.uint16(threshold)
    last = shape[-1]
    words = jax.random.bits(key, (*shape[:-1], (last + 1) // 2), jnp.uint32)
    halves = jax.lax.bitcast_convert_type(words, jnp.uint16)
    pairs = (last + 1) // 2 * 2
    halves = halves.reshape((*shape[:-1], pairs))
    if not isinstance(last, int) or last % 2:
        halves = jax.lax.slice_in_dim(halves, 0, last, axis=len(shape) - 1)
    return halves >= jnp.uint16(threshold)


def dropout(x: jax.Array, key: jax.Array, rate: float, noise_shape: Sequence[Any] | None = None) -> jax.Array:
    """Set elements to 0 with probability ``rate`` and divide the others by ``1 - rate``.

    Reference: Srivastava et al., "Dropout", JMLR 15, 2014, https://jmlr.org/papers/v15/srivastava14a.html

    Args:
        x: float array.
        key: JAX PRNG key.
        rate: in [0, 1]; at 1 everything is 0.
        noise_shape: shape of the mask, broadcast to ``x``; the shape of ``x`` by default.

    Returns:
        Array like ``x``.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from kerax.functional.noise import dropout
        >>> dropout(jnp.ones(4), jax.random.key(0), 1.0)
        Array([0., 0., 0., 0.], dtype=float32)
    """
    if rate <= 0:
        return x
    if rate >= 1:
        return jnp.zeros_like(x)
    keep = keep_mask(key, rate, x.shape if noise_shape is None else noise_shape)
    return jnp.where(keep, x * (1.0 / (1.0 - rate)), jnp.zeros((), x.dtype))


def gaussian_noise(x: jax.Array, key: jax.Array, stddev: float) -> jax.Array:
    """Add noise from N(0, stddev^2).

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from kerax.functional.noise import gaussian_noise
        >>> gaussian_noise(jnp.ones(3), jax.random.key(0), 0.0)
        Array([1., 1., 1.], dtype=float32)
    """
    return x + stddev * jax.random.normal(key, x.shape, x.dtype)


def gaussian_dropout(x: jax.Array, key: jax.Array, rate: float) -> jax.Array:
    """Multiply by noise from N(1, rate / (1 - rate)), the variance that dropout's mask has.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from kerax.functional.noise import gaussian_dropout
        >>> gaussian_dropout(jnp.ones(3), jax.random.key(0), 0.0)
        Array([1., 1., 1.], dtype=float32)
    """
    stddev = (rate / (1.0 - rate)) ** 0.5
    return x * (1 + stddev * jax.random.normal(key, x.shape, x.dtype))


# Fixed-point constants of the SELU activation: its value at minus infinity is -scale * alpha.
_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946
_ALPHA_P = -_SELU_ALPHA * _SELU_SCALE


def alpha_dropout(x: jax.Array, key: jax.Array, rate: float, noise_shape: Sequence[Any] | None = None) -> jax.Array:
    """Set elements to SELU's negative saturation value, then scale so that mean 0 and variance 1 stay.

    With q = 1 - rate and a' = -scale * alpha: ``a = (q + a'^2 q rate)^(-1/2)``, ``b = -a a' rate``.

    Reference: Klambauer et al., "Self-Normalizing Neural Networks", 2017, https://arxiv.org/abs/1706.02515

    Args:
        x: float array.
        key: JAX PRNG key.
        rate: in [0, 1); 1 gives zeros.
        noise_shape: shape of the mask, broadcast to ``x``.

    Returns:
        Array like ``x``.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from kerax.functional.noise import alpha_dropout
        >>> alpha_dropout(jnp.ones(3), jax.random.key(0), 0.0)
        Array([1., 1., 1.], dtype=float32)
    """
    if rate <= 0:
        return x
    if rate >= 1:
        return jnp.zeros_like(x)
    keep = keep_mask(key, rate, x.shape if noise_shape is None else noise_shape)
    a = ((1 - rate) * (1 + rate * _ALPHA_P**2)) ** -0.5
    b = -a * _ALPHA_P * rate
    return a * jnp.where(keep, x, jnp.asarray(_ALPHA_P, x.dtype)) + b
