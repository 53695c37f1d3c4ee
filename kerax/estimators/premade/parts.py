"""What the weights of a linear model are multiplied by."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp


class Part(NamedTuple):
    """What a column gives for a batch.

    Attributes:
      variable: its weights, ``[rows, units]``.
      values: ``[batch, rows]`` of a dense column, or the factors ``[batch, width]`` of ids.
      ids: ``[batch, width]`` of a categorical column, else None; missing ones have a factor of 0.
    """

    variable: Any
    values: Any
    ids: Any


def part_of_ids(variable: Any, ids: Any, weights: Any) -> Part:
    """The part of a categorical column.

    Args:
      variable: its weights.
      ids: negative where there is none.
      weights: of the ids, or None.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.estimators.premade.parts import part_of_ids
      >>> part_of_ids(None, jnp.array([[2, -1]]), None).values
      Array([[1., 0.]], dtype=float32)
    """
    ids = ids.reshape(ids.shape[0], -1)
    factors = (ids >= 0).astype(jnp.float32)
    return Part(variable, factors if weights is None else factors * weights.reshape(ids.shape), jnp.maximum(ids, 0))
