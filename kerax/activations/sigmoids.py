"""Activations that level off on both sides, and products with them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.activations.logits import SIGMOID, remember_logits
from kerax.state.recording import recordable

# tf.keras's line through the middle of the hard sigmoid; Keras 3 uses the slope 1/6.
_KERAS2_HARD_SIGMOID_SLOPE = 0.2


@recordable
def sigmoid(x: Any) -> jax.Array:
    """``1 / (1 + exp(-x))``.

    Args:
        x: array.

    Returns:
        Array of the shape of ``x``; `kerax.losses.binary_crossentropy` of it starts from ``x``.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.sigmoid(jnp.array([0.0])).tolist()
        [0.5]
    """
    x = jnp.asarray(x)
    output = jax.nn.sigmoid(x)
    remember_logits(output, SIGMOID, x)
    return output


@recordable
def hard_sigmoid(x: Any) -> jax.Array:
    """``clip(x / 6 + 1/2, 0, 1)``, as in Keras 3; `legacy_hard_sigmoid` is tf.keras's.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.hard_sigmoid(jnp.array([-3.0, 0.0, 1.5, 4.0])).tolist()
        [0.0, 0.5, 0.75, 1.0]
    """
    return jax.nn.hard_sigmoid(jnp.asarray(x))


@recordable
def legacy_hard_sigmoid(x: Any) -> jax.Array:
    """``clip(0.2 x + 0.5, 0, 1)``: what tf.keras 2 calls ``hard_sigmoid``.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.legacy_hard_sigmoid(jnp.array([-2.5, 0.0, 5.0])).tolist()
        [0.0, 0.5, 1.0]
    """
    return jnp.clip(_KERAS2_HARD_SIGMOID_SLOPE * jnp.asarray(x) + 0.5, 0.0, 1.0)


@recordable
def log_sigmoid(x: Any) -> jax.Array:
    """``log(sigmoid(x))``, exact for large negative inputs.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.log_sigmoid(jnp.array([-200.0])).tolist()
        [-200.0]
    """
    return jax.nn.log_sigmoid(jnp.asarray(x))


@recordable
def sparse_sigmoid(x: Any) -> jax.Array:
    """``clip((x + 1) / 2, 0, 1)``.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.sparse_sigmoid(jnp.array([-2.0, 0.0, 0.5])).tolist()
        [0.0, 0.5, 0.75]
    """
    return jax.nn.sparse_sigmoid(jnp.asarray(x))


@recordable
def hard_silu(x: Any) -> jax.Array:
    """``x * hard_sigmoid(x)``, also called hard swish: Howard et al. 2019.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.activations.hard_silu(jnp.array(4.0))), 3)
        4.0
    """
    return jax.nn.hard_silu(jnp.asarray(x))


@recordable
def tanh(x: Any) -> jax.Array:
    """Hyperbolic tangent.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.tanh(jnp.array([0.0, 100.0])).tolist()
        [0.0, 1.0]
    """
    return jnp.tanh(jnp.asarray(x))


@recordable
def hard_tanh(x: Any) -> jax.Array:
    """``clip(x, -1, 1)``.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.hard_tanh(jnp.array([-3.0, 0.5])).tolist()
        [-1.0, 0.5]
    """
    return jax.nn.hard_tanh(jnp.asarray(x))
