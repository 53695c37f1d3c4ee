"""Random mirroring of images."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def random_flip(images: jax.Array, key: jax.Array, horizontal: bool, vertical: bool) -> jax.Array:
    """Mirrors each image with probability one half along each chosen axis.

    Args:
      images: shape (..., height, width, channels); each index of the leading axes is one image.
      key: JAX PRNG key.
      horizontal: whether left and right may be swapped.
      vertical: whether top and bottom may be swapped.

    Returns:
      Images of the same shape and dtype.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from kerax.functional.flips import random_flip
      >>> random_flip(jnp.ones((2, 4, 4, 3)), jax.random.key(0), True, False).shape
      (2, 4, 4, 3)
    """
    across, down = jax.random.split(key)
    shape = (*images.shape[:-3], 1, 1, 1)
    if horizontal:
        images = jnp.where(jax.random.bernoulli(across, 0.5, shape), jnp.flip(images, -2), images)
    if vertical:
        images = jnp.where(jax.random.bernoulli(down, 0.5, shape), jnp.flip(images, -3), images)
    return images
