"""What operators that are made of others check and compute alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._composite import is_operator


def checked_operators(owner: str, operators: Any) -> list:
    """The operators as a list.

    Args:
      owner: the class that is made of them.
      operators: what it was given.

    Raises:
      ValueError: for none.
      TypeError: for something else than operators, or several types.
    """
    if not isinstance(operators, Iterable) or is_operator(operators):
        raise TypeError(f"{owner}: `operators` is a list of operators, received {operators!r}.")
    found = list(operators)
    if not found:
        raise ValueError(f"{owner}: `operators` has to hold one operator or more, received an empty list.")
    check_types(owner, found)
    return found


def check_types(owner: str, operators: list) -> None:
    """Raises TypeError unless all are operators of one type."""
    for one in operators:
        if not is_operator(one):
            raise TypeError(f"{owner}: `operators` is a list of operators, received {one!r} in it.")
    if len({one.dtype.name for one in operators}) > 1:
        listed = ", ".join(f"{one.name}: {one.dtype.name}" for one in operators)
        raise TypeError(f"{owner}: all operators have to be of one dtype, received {listed}.")


def joined(parts: list, axis: int = -1) -> Any:
    """Arrays behind each other along an axis; their batches are broadcast."""
    event = -axis
    batch = jnp.broadcast_shapes(*[one.shape[: one.ndim - event] for one in parts])
    return jnp.concatenate([jnp.broadcast_to(one, (*batch, *one.shape[one.ndim - event :])) for one in parts], axis)


def block_matrix(rows: list[list[Any]]) -> Any:
    """One matrix of blocks; batches are broadcast."""
    batch = jnp.broadcast_shapes(*[one.shape[:-2] for row in rows for one in row])
    whole = [[jnp.broadcast_to(one, (*batch, *one.shape[-2:])) for one in row] for row in rows]
    return jnp.concatenate([jnp.concatenate(row, -1) for row in whole], -2)
