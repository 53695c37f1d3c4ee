"""Self-adjoint matrices of which, as with TensorFlow, only the lower triangle is looked at."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._linalg_checks import differ


def wide(x: Any) -> Any:
    """Numbers of 16 bits in 32: LAPACK computes with no fewer."""
    return x.astype("float32") if x.dtype.itemsize == 2 else x


def from_lower(x: Any) -> Any:
    """The self-adjoint matrices that have these lower triangles.

    Args:
      x: ``(..., n, n)``.

    Returns:
      Matrices of the same shape; gradients go to the lower triangle.
    """
    below = jnp.tril(x, -1)
    diagonal = jnp.real(jnp.diagonal(x, axis1=-2, axis2=-1)).astype(x.dtype)
    return below + jnp.conj(jnp.swapaxes(below, -1, -2)) + diagonal[..., None] * jnp.eye(x.shape[-1], dtype=x.dtype)


def cholesky(x: Any) -> Any:
    """Lower triangular factors of positive definite matrices.

    Args:
      x: ``(..., n, n)``, of which the lower triangle counts.

    Returns:
      The factors, not-a-number where there are none; gradients are self-adjoint.

    Raises:
      InvalidArgumentError: for matrices that are not square.
    """
    if x.ndim < 2 or differ(*x.shape[-2:]):
        text = f"Input matrix must be square, got: {list(x.shape)} [Op:Cholesky]"
        raise errors.InvalidArgumentError(None, None, text)
    x = wide(x)
    even = (x + jnp.conj(jnp.swapaxes(x, -1, -2))) / 2
    return jnp.linalg.cholesky(even + jax.lax.stop_gradient(from_lower(x) - even))
