"""Activations that cut small inputs away."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.state.recording import recordable


@recordable
def soft_shrink(x: Any, threshold: float = 0.5) -> jax.Array:
    """``x`` moved towards zero by ``threshold``, zero if it would pass it.

    Args:
        x: array.
        threshold: how far.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.soft_shrink(jnp.array([-2.0, 0.2, 1.0])).tolist()
        [-1.5, 0.0, 0.5]
    """
    x = jnp.asarray(x)
    return jnp.where(x > threshold, x - threshold, jnp.where(x < -threshold, x + threshold, 0.0))


@recordable
def hard_shrink(x: Any, threshold: float = 0.5) -> jax.Array:
    """``x`` where ``|x| > threshold``, zero elsewhere.

    Args:
        x: array.
        threshold: the largest absolute value that becomes zero.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.hard_shrink(jnp.array([-2.0, 0.2, 0.5])).tolist()
        [-2.0, 0.0, 0.0]
    """
    x = jnp.asarray(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@recordable
def tanh_shrink(x: Any) -> jax.Array:
    """``x - tanh(x)``.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.activations.tanh_shrink(jnp.array(1.0))), 3)
        0.238
    """
    x = jnp.asarray(x)
    return x - jnp.tanh(x)


@recordable
def threshold(x: Any, threshold: float, default_value: float) -> jax.Array:
    """``x`` where ``x > threshold``, ``default_value`` elsewhere.

    Args:
        x: array.
        threshold: the largest input that is replaced.
        default_value: what replaces it.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.threshold(jnp.array([-1.0, 0.5, 2.0]), 1.0, 9.0).tolist()
        [9.0, 9.0, 2.0]
    """
    x = jnp.asarray(x)
    return jnp.where(x > threshold, x, default_value)
