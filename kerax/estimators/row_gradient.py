"""The gradient of a table of which a batch read a few rows."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from kerax.optimizers import RowGradient


def row_gradient(gradient: jax.Array, ids: jax.Array) -> RowGradient:
    """The gradient of a table as that of the rows that were read, each with its sum at one of its places.

    Args:
      gradient: of the whole table, ``[rows, width]``.
      ids: which rows were read; negative where none was.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.estimators.row_gradient import row_gradient
      >>> row_gradient(jnp.ones((3, 1)), jnp.array([2, 2, -1])).values.ravel().tolist()
      [0.0, 1.0, 0.0]
    """
    count, places = gradient.shape[0], jnp.arange(ids.shape[0])
    rows = jnp.where(ids < 0, count, ids)
    owner = jnp.full(count, -1, jnp.int32).at[rows].max(places, mode="drop")
    mine = (rows < count) & (owner[jnp.minimum(rows, count - 1)] == places)
    values = jnp.where(mine[:, None], gradient[jnp.minimum(rows, count - 1)], 0)
    return RowGradient(values, rows, gradient.shape)
