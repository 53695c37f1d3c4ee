"""Draws the samples of the random initializers.

Weights in float32 are drawn by NumPy with JAX's own generator (`kerax/functional/threefry.py`): a program for every
size would cost tenths of a second each to compile. Other types are rare and drawn by JAX.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.functional import threefry

# Keras cuts the normal distribution at two standard deviations.
TRUNCATION = 2.0


def make_key(seed: Any) -> jax.Array:
    """Return the key of an integer seed, or the next key of a seed generator.

    Args:
        seed: int, a jax key, or an object with ``next()`` returning a key or two unsigned words.
    """
    if isinstance(seed, int | np.integer):
        words = jnp.asarray(np.array([int(seed) & 0xFFFFFFFF, 0], np.uint32))
        return jax.random.wrap_key_data(words, impl="threefry2x32")
    key = seed.next() if hasattr(seed, "next") else seed
    if jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        return key
    return jax.random.wrap_key_data(jnp.asarray(key, jnp.uint32), impl="threefry2x32")


def _sample(key: jax.Array, kind: str, shape: tuple[int, ...], dtype: str) -> jax.Array:
    if kind == "normal":
        return jax.random.normal(key, shape, dtype)
    if kind == "truncated_normal":
        return jax.random.truncated_normal(key, -TRUNCATION, TRUNCATION, shape, dtype)
    return jax.random.uniform(key, shape, dtype)


def _host_words(seed: Any) -> np.ndarray | None:
    """The two words of a seed that is known now and makes a key of JAX's default generator; None for every other."""
    if isinstance(seed, jax.core.Tracer) or not jax.config.jax_threefry_partitionable:
        return None
    if isinstance(seed, int | np.integer):
        return np.array([int(seed) & 0xFFFFFFFF, 0], np.uint32)
    if jnp.issubdtype(seed.dtype, jax.dtypes.prng_key):
        if str(jax.random.key_impl(seed)) != "threefry2x32":
            return None
        seed = jax.random.key_data(seed)
    return np.asarray(seed, np.uint32)


def draw(kind: str, seed: Any, shape: tuple[int, ...], dtype: str) -> np.ndarray | jax.Array:
    """Return standard samples: ``normal`` (0, 1), ``truncated_normal`` (0, 1, cut at 2) or ``uniform`` [0, 1).

    Args:
        kind: the distribution.
        seed: int, key or seed generator.
        shape: sizes of the result.
        dtype: name of a floating type.

    Returns:
        A host array; a traced array when the seed itself is being traced.
    """
    size = math.prod(shape)
    with jax.ensure_compile_time_eval():
        seed = seed.next() if hasattr(seed, "next") else seed
        words = _host_words(seed) if dtype == "float32" and size < threefry.LARGEST_SIZE else None
        if words is not None:
            return threefry.sample(words, kind, size, TRUNCATION).reshape(shape)
        key = make_key(seed)
        samples = _sample(key, kind, shape, dtype)
        return samples if isinstance(key, jax.core.Tracer) else np.asarray(samples)
