"""``tf.linalg.LinearOperatorDiag``: a diagonal."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import dtype_of, from_diagonal, parameter, sizes, turned, typed
from kerax.compat.tensorflow._linear_operator.assertions import refuse_unless
from kerax.compat.tensorflow._linear_operator.hints import always, hints_of
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given


class LinearOperatorDiag(LinearOperator):
    """A diagonal matrix. Products and solutions take time in proportion to the size of the other side.

    Args:
      diag: the diagonal, ``(..., n)``, of any type; variables are read at every use.
      is_non_singular, is_positive_definite, is_square: see ``LinearOperator``.
      is_self_adjoint: True by itself if the diagonal is real.
      name: its name.

    Raises:
      ValueError: for a number without axes, or a hint that does not hold for diagonal matrices.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorDiag([1.0, 2.0])
      >>> operator.matmul([[3.0], [4.0]]).numpy().tolist()
      [[3.0], [8.0]]
    """

    _EVENT_AXES = {"diag": 1}

    def __init__(
        self,
        diag: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorDiag",
    ):
        parameters = given(locals())
        self._diag = parameter(diag)
        if not sizes(self._diag):
            raise ValueError("LinearOperatorDiag: `diag` has to have one axis or more, received a single number.")
        dtype = dtype_of(self._diag)
        if not dtype.is_complex:
            is_self_adjoint = always("A real diagonal operator", "is_self_adjoint", is_self_adjoint, True)
        is_square = always("A diagonal operator", "is_square", is_square, True)
        super().__init__(
            dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name,
            parameters=parameters,
        )

    @property
    def diag(self) -> Any:
        """The diagonal."""
        return self._diag

    def _shape(self) -> tuple:
        found = sizes(self._diag)
        return (*found, found[-1])

    def _factor(self, adjoint: bool) -> Any:
        return jnp.conj(array(self._diag)) if adjoint else array(self._diag)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._factor(adjoint)[..., None] * turned(array(x), adjoint_arg)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return self._factor(adjoint) * array(x)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return turned(array(rhs), adjoint_arg) / self._factor(adjoint)[..., None]

    def _solvevec(self, rhs: Any, adjoint: bool = False) -> Any:
        return array(rhs) / self._factor(adjoint)

    def _determinant(self) -> Any:
        return jnp.prod(array(self._diag), -1)

    def _log_abs_determinant(self) -> Any:
        return jnp.sum(jnp.log(jnp.abs(array(self._diag))), -1)

    def _to_dense(self) -> Any:
        return from_diagonal(array(self._diag))

    def _diag_part(self) -> Any:
        return array(self._diag)

    def _add_to_tensor(self, x: Any) -> Any:
        whole = array(x)
        place = jnp.arange(self._rows)
        values = array(self._diag)
        batch = jnp.broadcast_shapes(whole.shape[:-2], values.shape[:-1])
        whole = jnp.broadcast_to(whole, (*batch, *whole.shape[-2:]))
        return whole.at[..., place, place].add(values)

    def _eigvals(self) -> Any:
        return array(self._diag)

    def _cond(self) -> Any:
        size = jnp.abs(array(self._diag))
        return jnp.max(size, -1) / jnp.min(size, -1)

    def _assert_non_singular(self) -> None:
        refuse_unless(jnp.abs(array(self._diag)) > 0, f"{self.name} is singular: there are zeros on its diagonal.")

    def _assert_positive_definite(self) -> None:
        refuse_unless(
            jnp.real(array(self._diag)) > 0,
            f"{self.name} is not positive definite: not everything on its diagonal has a positive real part.",
        )

    def _assert_self_adjoint(self) -> None:
        refuse_unless(
            jnp.imag(array(self._diag)) == 0, f"{self.name} is not self-adjoint: its diagonal has imaginary parts."
        )

    def _linop_adjoint(self) -> Any:
        return LinearOperatorDiag(typed(self._factor(True), self.dtype), **hints_of(self))

    def _linop_inverse(self) -> Any:
        return LinearOperatorDiag(typed(1 / array(self._diag), self.dtype), **hints_of(self))

    def _linop_cholesky(self) -> Any:
        root = typed(jnp.sqrt(array(self._diag)), self.dtype)
        return LinearOperatorDiag(root, is_non_singular=True, is_self_adjoint=True, is_positive_definite=True)
