"""Noise on given arrays: dropout and shuffling."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp

from kerax.random.seed_generator import make_key
from kerax.state import is_symbolic
from kerax.state.symbolic import record


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Sets elements to 0 with probability ``rate`` and divides the others by ``1 - rate``.

    Reference: Srivastava et al., "Dropout", JMLR 15, 2014, https://jmlr.org/papers/v15/srivastava14a.html

    Args:
      inputs: float array.
      rate: in [0, 1]; at 1 everything is 0.
      noise_shape: shape of the mask, None where it follows the inputs; 1 shares the decision along an axis.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array like ``inputs``.

    Raises:
      ValueError: for a rate outside [0, 1] or a bad seed.

    Example:
      >>> import kerax
      >>> kerax.random.dropout([[1.0, 2.0, 3.0, 4.0]], 0.5, seed=1).shape
      (1, 4)
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"kerax.random.dropout() needs a rate in [0, 1], received {rate!r}.")
    if is_symbolic(inputs):
        return record(functools.partial(dropout, rate=rate, noise_shape=noise_shape, seed=seed), inputs, name="dropout")
    x = jnp.asarray(inputs)
    if rate == 0:
        return x
    if rate == 1:
        return jnp.zeros_like(x)
    sizes = x.shape
    if noise_shape is not None:
        sizes = tuple(have if want is None else want for want, have in zip(noise_shape, x.shape, strict=True))
    # jax.random.bernoulli and not the kernel of the Dropout layer: an integer seed gives the values it gives in Keras.
    keep = jnp.broadcast_to(jax.random.bernoulli(make_key(seed, "dropout"), 1.0 - rate, sizes), x.shape)
    return jnp.where(keep, x / jnp.asarray(1.0 - rate, x.dtype), jnp.zeros((), x.dtype))


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """Shuffles an array along an axis, each slice along the other axes in its own order, as Keras does on JAX.

    Args:
      x: array.
      axis: the axis.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array like ``x``.

    Raises:
      ValueError: for a bad seed.

    Example:
      >>> import kerax
      >>> sorted(kerax.random.shuffle([3, 1, 2], seed=1).tolist())
      [1, 2, 3]
    """
    if is_symbolic(x):
        return record(functools.partial(shuffle, axis=axis, seed=seed), x, name="shuffle")
    return jax.random.permutation(make_key(seed, "shuffle"), jnp.asarray(x), axis, independent=True)
