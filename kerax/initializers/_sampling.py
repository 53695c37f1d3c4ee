"""Draws samples of any shape with few compilations.

Each shape would cost one compilation of the generator (tenths of a second on CPU), and a model has dozens of
shapes. Element ``i`` of a flat draw does not depend on the length of the draw (counter-based generator), so we draw a
flat array whose length comes from a short list, and cut the wanted shape out of it. The values are the same.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_SMALLEST_DRAW = 1 << 10
# Above this length, lengths are rounded up to its multiples instead of to powers of two: at most this much is wasted.
_LARGEST_POWER = 1 << 20

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


_sample_compiled = functools.partial(jax.jit, static_argnums=(1, 2, 3))(_sample)


def _draw_length(size: int) -> int:
    if size > _LARGEST_POWER:
        return -(-size // _LARGEST_POWER) * _LARGEST_POWER
    return max(_SMALLEST_DRAW, 1 << (size - 1).bit_length())


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
        key = make_key(seed)
        if isinstance(key, jax.core.Tracer):
            return _sample(key, kind, shape, dtype)
        flat = np.asarray(_sample_compiled(key, kind, (_draw_length(max(size, 1)),), dtype))
    return flat[:size].reshape(shape)
