"""Rows of a table by index."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def embedding(ids: jax.Array, table: jax.Array) -> jax.Array:
    """Look up rows.

    Args:
        ids: integers, any shape. Negative ones count from the end; an id that does not exist gives a row of NaN,
            which a training loop notices, rather than another row's values.
        table: shape (rows, features).

    Returns:
        Array of shape (*ids.shape, features).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.embedding import embedding
        >>> embedding(jnp.array([1, 0]), jnp.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
        [[3.0, 4.0], [1.0, 2.0]]
    """
    return jnp.take(table, ids, axis=0)
