"""``tf.linalg.experimental.conjugate_gradient``: linear equations solved by products only.

Source: Hestenes and Stiefel, Methods of conjugate gradients for solving linear systems (1952); with a preconditioner as
in Golub and Van Loan, Matrix Computations, section 11.5.2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._linear_operator.arrays import typed
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import in_trace

_ARRAYS = (jax.Array, np.ndarray, int, float)


class CGState(NamedTuple):
    """Where the iteration stands: number of steps, solution, residual, direction, squared size of the residual."""

    i: Any
    x: Any
    r: Any
    p: Any
    gamma: Any


def conjugate_gradient(
    operator: Any,
    rhs: Any,
    preconditioner: Any = None,
    x: Any = None,
    tol: float = 1e-5,
    max_iter: int = 20,
    name: str = "conjugate_gradient",
) -> CGState:
    """Solves equations with a self-adjoint positive definite operator.

    Args:
      operator: a ``LinearOperator``.
      rhs: the right sides, ``(..., n)``, of its type.
      preconditioner: an operator near the inverse, self-adjoint and positive definite as well.
      x: where to begin; zero by default.
      tol: the iteration ends when every residual's norm is at most this times the norm of its right side.
      max_iter: after how many steps it ends in any case.
      name: accepted as in TensorFlow.

    Returns:
      ``(i, x, r, p, gamma)``: the number of steps, the solution, the residual, the last direction, and the residual's
      squared size, measured by the preconditioner.

    Raises:
      ValueError: if the operator is hinted not to be self-adjoint and positive definite.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorDiag([1.0, 4.0], is_positive_definite=True)
      >>> found = tf.linalg.experimental.conjugate_gradient(operator, [1.0, 4.0])
      >>> [round(one, 4) for one in found.x.numpy().tolist()]
      [1.0, 1.0]
    """
    for what, one in (("operator", operator), ("preconditioner", preconditioner)):
        if one is not None and not (one.is_self_adjoint and one.is_positive_definite):
            raise ValueError(
                f"conjugate_gradient: `{what}` {one.name} has to be self-adjoint and positive definite: make it with "
                "is_self_adjoint=True and is_positive_definite=True."
            )
    given = tensor(rhs)
    operator._check_type(given)
    right = given.array
    start = jnp.zeros_like(right) if x is None else array(x)
    first = right - (operator._array_of("matvec", start) if x is not None else 0)
    limit = tol * jnp.linalg.norm(right, axis=-1)

    parts = (operator, preconditioner, start, first, limit, max_iter)
    compiled = not in_trace() and all(isinstance(leaf, _ARRAYS) for leaf in jax.tree.leaves(parts))
    found = (_compiled if compiled else _iterated)(*parts)
    return CGState(Tensor(found.i), *[typed(one, operator.dtype) for one in found[1:]])


def _iterated(operator: Any, preconditioner: Any, start: Any, first: Any, limit: Any, max_iter: Any) -> CGState:
    """The iteration itself, on arrays."""

    def measured(residual: Any) -> Any:
        return residual if preconditioner is None else preconditioner._array_of("matvec", residual)

    def inner(one: Any, two: Any) -> Any:
        return jnp.sum(jnp.conj(one) * two, -1)

    def goes_on(state: CGState) -> Any:
        return (state.i < max_iter) & jnp.any(jnp.linalg.norm(state.r, axis=-1) > limit)

    def step(state: CGState) -> CGState:
        moved = operator._array_of("matvec", state.p)
        length = state.gamma / inner(state.p, moved)
        residual = state.r - length[..., None] * moved
        scaled = measured(residual)
        gamma = inner(residual, scaled)
        direction = scaled + (gamma / state.gamma)[..., None] * state.p
        return CGState(state.i + 1, state.x + length[..., None] * state.p, residual, direction, gamma)

    scaled = measured(first)
    begin = CGState(jnp.zeros((), jnp.int32), start, first, scaled, inner(first, scaled))
    return jax.lax.while_loop(goes_on, step, begin)


_compiled = jax.jit(_iterated)  # once for operators of the same kind and sizes
