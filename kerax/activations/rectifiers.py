"""Activations that are linear for positive inputs: relu and its relatives."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.state.recording import recordable


@recordable
def relu(
    x: Any,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
    *,
    alpha: float | None = None,
) -> jax.Array:
    """Rectified linear unit: ``max(x, 0)`` by default.

    In general ``max_value`` where ``x >= max_value``, ``x`` where ``x > threshold``, and
    ``negative_slope * (x - threshold)`` elsewhere.

    Args:
        x: array.
        negative_slope: slope below the threshold.
        max_value: upper limit of the result, or ``None``.
        threshold: input below which the result is damped.
        alpha: the name of ``negative_slope`` in tf.keras.

    Returns:
        Array of the shape and dtype of ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> x = jnp.array([-10.0, -1.0, 0.5, 8.0])
        >>> kerax.activations.relu(x).tolist()
        [0.0, 0.0, 0.5, 8.0]
        >>> kerax.activations.relu(x, negative_slope=0.5, max_value=6.0, threshold=1.0).tolist()
        [-5.5, -1.0, -0.25, 6.0]
    """
    x = jnp.asarray(x)
    slope = negative_slope if alpha is None else alpha
    if slope and not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype(jnp.result_type(x.dtype, float))
    if threshold == 0:
        if slope and max_value is None:
            return jax.nn.leaky_relu(x, slope)
        positive = jax.nn.relu6(x) if max_value == 6 else jax.nn.relu(x)
    else:
        positive = jnp.where(x > threshold, x, jnp.zeros((), x.dtype))
    if max_value is not None:
        positive = jnp.minimum(positive, jnp.asarray(max_value, x.dtype))
    if not slope:
        return positive
    return positive - jnp.asarray(slope * jax.nn.relu(threshold - x), positive.dtype)


@recordable
def leaky_relu(x: Any, negative_slope: float = 0.2) -> jax.Array:
    """``x`` where positive, ``negative_slope * x`` elsewhere.

    Args:
        x: array.
        negative_slope: slope for negative inputs.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.leaky_relu(jnp.array([-1.0, 2.0]), 0.5).tolist()
        [-0.5, 2.0]
    """
    return jax.nn.leaky_relu(jnp.asarray(x), negative_slope)


@recordable
def relu6(x: Any) -> jax.Array:
    """``min(max(x, 0), 6)``.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.relu6(jnp.array([-1.0, 2.0, 9.0])).tolist()
        [0.0, 2.0, 6.0]
    """
    return jax.nn.relu6(jnp.asarray(x))


@recordable
def elu(x: Any, alpha: float = 1.0) -> jax.Array:
    """``x`` where positive, ``alpha * (exp(x) - 1)`` elsewhere: Clevert et al. 2016.

    Args:
        x: array.
        alpha: scale of the negative part.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.elu(jnp.array([-100.0, 2.0])).tolist()
        [-1.0, 2.0]
    """
    return jax.nn.elu(jnp.asarray(x), alpha)


@recordable
def selu(x: Any) -> jax.Array:
    """Scaled `elu` that keeps mean 0 and variance 1 through layers: Klambauer et al. 2017.

    ``scale * elu(x, alpha)``, ``scale = 1.05070098...``, ``alpha = 1.67326324...``. Goes with ``lecun_normal``.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.activations.selu(jnp.array(1.0))), 3)
        1.051
    """
    return jax.nn.selu(jnp.asarray(x))


@recordable
def celu(x: Any, alpha: float = 1.0) -> jax.Array:
    """``max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)``: Barron 2017.

    Args:
        x: array.
        alpha: where the negative part levels off.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.celu(jnp.array([-100.0, 2.0]), 2.0).tolist()
        [-2.0, 2.0]
    """
    return jax.nn.celu(jnp.asarray(x), alpha)
