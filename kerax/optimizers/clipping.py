"""Keeping gradients small."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp


def clip_by_norm(gradient: jax.Array, limit: float) -> jax.Array:
    """Scales an array so that its L2 norm is at most ``limit``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.optimizers.clipping import clip_by_norm
      >>> clip_by_norm(jnp.array([3.0, 4.0]), 1.0)
      Array([0.6, 0.8], dtype=float32)
    """
    norm = jnp.sqrt(jnp.sum(jnp.square(gradient)))
    return gradient * limit / jnp.maximum(norm, limit)


def clip_by_value(gradient: jax.Array, limit: float) -> jax.Array:
    """Limits every element to ``[-limit, limit]``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.optimizers.clipping import clip_by_value
      >>> clip_by_value(jnp.array([3.0, -4.0]), 1.0)
      Array([ 1., -1.], dtype=float32)
    """
    return jnp.clip(gradient, -limit, limit)


def global_norm(gradients: Sequence[jax.Array]) -> jax.Array:
    """The L2 norm of all arrays together.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.optimizers.clipping import global_norm
      >>> float(global_norm([jnp.array([3.0]), jnp.array(4.0)]))
      5.0
    """
    return jnp.sqrt(sum(jnp.sum(jnp.square(gradient)) for gradient in gradients))


def clip_by_global_norm(gradients: Sequence[jax.Array], limit: float) -> list[jax.Array]:
    """Scales arrays together so that the norm of all is at most ``limit``; NaN if the norm is not finite.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.optimizers.clipping import clip_by_global_norm
      >>> clip_by_global_norm([jnp.array([3.0]), jnp.array([4.0])], 1.0)
      [Array([0.6], dtype=float32), Array([0.8], dtype=float32)]
    """
    norm = global_norm(gradients)
    # norm - norm is 0 for a finite norm and NaN otherwise: a broken gradient must not pass for a small one
    scale = limit * jnp.minimum(1.0 / norm, 1.0 / limit) + (norm - norm)
    return [gradient * scale.astype(gradient.dtype) for gradient in gradients]
