"""Linear equations with matrices of three diagonals, in time in proportion to their size.

Source: Golub and Van Loan, Matrix Computations, section 4.3.6; rows are exchanged as LAPACK's ``gtsv`` does.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp


@functools.partial(jax.jit, static_argnames=("pivoting",))
def solve_tridiagonal(upper: Any, middle: Any, lower: Any, rhs: Any, pivoting: bool = True) -> Any:
    """Solves equations by elimination along the diagonal.

    Args:
      upper: ``(..., n)``, above the diagonal; its last element is not used.
      middle: ``(..., n)``, the diagonal.
      lower: ``(..., n)``, below the diagonal; its first element is not used.
      rhs: ``(..., n, k)``, the right sides.
      pivoting: whether neighbouring rows are exchanged, so that the larger element divides.

    Returns:
      The solutions, ``(..., n, k)``.
    """
    batch = jnp.broadcast_shapes(*[one.shape[:-1] for one in (upper, middle, lower)], rhs.shape[:-2])
    above, on, below = (
        jnp.moveaxis(jnp.broadcast_to(one, (*batch, one.shape[-1])), -1, 0)[..., None] for one in (upper, middle, lower)
    )
    right = jnp.moveaxis(jnp.broadcast_to(rhs, (*batch, *rhs.shape[-2:])), -2, 0)
    on, above, below, right = (one.astype(jnp.result_type(on, right)) for one in (on, above, below, right))
    above = above.at[-1:].set(0)

    def eliminate(row: Any, following: Any) -> Any:
        # A row that is left has elements in two columns, the one after it in these and the next.
        first, second, value = row
        under, beside, beyond, other = following
        swap = (jnp.abs(under) > jnp.abs(first)) if pivoting else jnp.zeros(first.shape, bool)
        pivot = [
            jnp.where(swap, one, two)
            for one, two in ((under, first), (beside, second), (beyond, jnp.zeros_like(beyond)), (other, value))
        ]
        rest = [
            jnp.where(swap, one, two)
            for one, two in ((first, under), (second, beside), (jnp.zeros_like(beyond), beyond), (value, other))
        ]
        factor = rest[0] / pivot[0]
        left = (rest[1] - factor * pivot[1], rest[2] - factor * pivot[2], rest[3] - factor * pivot[3])
        return left, tuple(pivot)

    last, pivots = jax.lax.scan(eliminate, (on[0], above[0], right[0]), (below[1:], on[1:], above[1:], right[1:]))
    bottom = last[2] / last[0]

    def substitute(known: Any, pivot: Any) -> Any:
        after, later = known
        first, second, third, value = pivot
        found = (value - second * after - third * later) / first
        return (found, after), found

    _, solved = jax.lax.scan(substitute, (bottom, jnp.zeros_like(bottom)), pivots, reverse=True)
    return jnp.moveaxis(jnp.concatenate([solved, bottom[None]]), 0, -2)
