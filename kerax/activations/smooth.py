"""Smooth activations without an upper bound, and the identity."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.state.recording import recordable


def linear(x: Any) -> Any:
    """Return ``x`` as it is.

    Args:
        x: anything.

    Example:
        >>> import kerax
        >>> kerax.activations.linear(3.0)
        3.0
    """
    return x


@recordable
def exponential(x: Any) -> jax.Array:
    """``exp(x)``.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.exponential(jnp.array([0.0])).tolist()
        [1.0]
    """
    return jnp.exp(jnp.asarray(x))


@recordable
def softplus(x: Any) -> jax.Array:
    """``log(1 + exp(x))``, a smooth `relu`.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.activations.softplus(jnp.array(0.0))), 3)
        0.693
    """
    return jax.nn.softplus(jnp.asarray(x))


@recordable
def softsign(x: Any) -> jax.Array:
    """``x / (1 + |x|)``.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.softsign(jnp.array([-1.0, 0.0, 3.0])).tolist()
        [-0.5, 0.0, 0.75]
    """
    return jax.nn.soft_sign(jnp.asarray(x))


@recordable
def silu(x: Any) -> jax.Array:
    """``x * sigmoid(x)``, also called swish: Ramachandran et al. 2017.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.activations.silu(jnp.array(1.0))), 3)
        0.731
    """
    return jax.nn.silu(jnp.asarray(x))


@recordable
def gelu(x: Any, approximate: bool = False) -> jax.Array:
    """``x * Phi(x)`` with the normal distribution function ``Phi``: Hendrycks & Gimpel 2016.

    Args:
        x: array.
        approximate: use ``0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`` instead of the error function.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.activations.gelu(jnp.array(1.0))), 4)
        0.8413
    """
    return jax.nn.gelu(jnp.asarray(x), approximate)


@recordable
def mish(x: Any) -> jax.Array:
    """``x * tanh(softplus(x))``: Misra 2019.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> round(float(kerax.activations.mish(jnp.array(1.0))), 3)
        0.865
    """
    x = jnp.asarray(x)
    return x * jnp.tanh(jax.nn.softplus(x))


@recordable
def squareplus(x: Any, b: float = 4) -> jax.Array:
    """``(x + sqrt(x^2 + b)) / 2``: Barron 2021.

    Args:
        x: array.
        b: smoothness at zero.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.squareplus(jnp.array([0.0])).tolist()
        [1.0]
    """
    return jax.nn.squareplus(jnp.asarray(x), b)


@recordable
def sparse_plus(x: Any) -> jax.Array:
    """Zero up to -1, ``x`` from 1 on, and the parabola ``(x + 1)^2 / 4`` between.

    Args:
        x: array.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> kerax.activations.sparse_plus(jnp.array([-2.0, 0.0, 3.0])).tolist()
        [0.0, 0.25, 3.0]
    """
    return jax.nn.sparse_plus(jnp.asarray(x))
