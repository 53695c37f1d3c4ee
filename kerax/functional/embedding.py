"""Rows of a table by index."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def embedding(ids: jax.Array, table: jax.Array) -> jax.Array:
    """Look up rows.

    Args:
        ids: integers, any shape. An id that does not exist, below 0 or too large, gives a row of NaN, which a training
            loop notices, rather than another row's values.
        table: shape (rows, features).

    Returns:
        Array of shape (*ids.shape, features).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.embedding import embedding
        >>> embedding(jnp.array([1, 0]), jnp.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
        [[3.0, 4.0], [1.0, 2.0]]
    """
    # JAX counts negative ids from the end; one past the end is the id that surely does not exist.
    return jnp.take(table, jnp.where(ids < 0, table.shape[0], ids), axis=0, mode="fill")
