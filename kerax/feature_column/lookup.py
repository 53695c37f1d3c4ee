"""Looking ids up in a table and combining what is found; the device part of embedding and linear columns."""

from __future__ import annotations

import jax
import jax.numpy as jnp

COMBINERS = ("mean", "sqrtn", "sum")


def combine(
    table: jax.Array,
    ids: jax.Array,
    weights: jax.Array | None,
    combiner: str,
    max_norm: float | None = None,
) -> jax.Array:
    """Combines the rows of a table that ids name.

    Args:
      table: ``[rows, dimension]``.
      ids: ``int [..., width]``, negative where there is none.
      weights: float ``[..., width]``, or None where every id counts once. With ``"mean"`` and ``"sqrtn"`` ids of no
        or negative weight are left out.
      combiner: ``"sum"`` of weight times row, ``"mean"`` (divided by the sum of the weights) or ``"sqrtn"`` (by the
        square root of the sum of their squares).
      max_norm: rows are scaled down to this L2 norm first.

    Returns:
      ``[..., dimension]``; zeros where there is no id.

    Reference:
      ``tf.nn.safe_embedding_lookup_sparse``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.feature_column.lookup import combine
      >>> combine(jnp.array([[1.0], [3.0]]), jnp.array([[0, 1, -1]]), None, "mean")
      Array([[2.]], dtype=float32)
    """
    known = ids >= 0
    if weights is None:
        factors = known.astype(table.dtype)
    else:
        kept = known & (weights > 0) if combiner != "sum" else known
        factors = jnp.where(kept, weights, 0).astype(table.dtype)
    rows = table[jnp.maximum(ids, 0)]
    if max_norm is not None:
        norms = jnp.sqrt(jnp.sum(rows * rows, -1, keepdims=True))
        rows = rows * (max_norm / jnp.maximum(norms, max_norm))
    total = jnp.sum(rows * factors[..., None], -2)
    if combiner == "sum":
        return total
    size = jnp.sum(factors, -1) if combiner == "mean" else jnp.sqrt(jnp.sum(factors * factors, -1))
    return total / jnp.where(size > 0, size, 1)[..., None]


def count(ids: jax.Array, weights: jax.Array | None, num_buckets: int) -> jax.Array:
    """How often each id occurs, or the sum of its weights.

    Args:
      ids: ``int [..., width]``; those outside ``[0, num_buckets)`` do not count.
      weights: of the same shape, or None.
      num_buckets: number of ids.

    Returns:
      float32 ``[..., num_buckets]``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.feature_column.lookup import count
      >>> count(jnp.array([[0, 2, 2, -1]]), None, 3)
      Array([[1., 0., 2.]], dtype=float32)
    """
    if ids.shape[-1] == 1 and weights is None:
        return jax.nn.one_hot(ids[..., 0], num_buckets, dtype=jnp.float32)
    flat = ids.reshape(-1, ids.shape[-1])
    rows = jnp.arange(flat.shape[0])[:, None]
    amounts = jnp.float32(1) if weights is None else weights.reshape(flat.shape)
    places = jnp.where(flat < 0, num_buckets, flat)  # out of bounds, so dropped
    counts = jnp.zeros((flat.shape[0], num_buckets), jnp.float32).at[rows, places].add(amounts, mode="drop")
    return counts.reshape(*ids.shape[:-1], num_buckets)
