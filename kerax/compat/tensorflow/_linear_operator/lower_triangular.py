"""``tf.linalg.LinearOperatorLowerTriangular``: zero above the diagonal."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array, out
from kerax.compat.tensorflow._linear_operator.arrays import (
    diagonal,
    dtype_of,
    parameter,
    sizes,
    triangular_solve,
    turned,
)
from kerax.compat.tensorflow._linear_operator.assertions import refuse_unless
from kerax.compat.tensorflow._linear_operator.hints import always
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given


class LinearOperatorLowerTriangular(LinearOperator):
    """A lower triangular matrix: equations are solved by substitution, the determinant is the diagonal's product.

    Args:
      tril: ``(..., n, n)``; what is above the diagonal is not looked at. Variables are read at every use.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: see ``LinearOperator``.
      name: its name.

    Raises:
      ValueError: for fewer than two axes, or is_square=False.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorLowerTriangular([[1.0, 9.0], [2.0, 4.0]])
      >>> operator.to_dense().numpy().tolist(), float(operator.determinant())
      ([[1.0, 0.0], [2.0, 4.0]], 4.0)
    """

    _EVENT_AXES = {"tril": 2}

    def __init__(
        self,
        tril: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowerTriangular",
    ):
        parameters = given(locals())
        self._tril = parameter(tril)
        if len(sizes(self._tril)) < 2:
            raise ValueError(
                f"LinearOperatorLowerTriangular: `tril` has to have two axes or more, received {sizes(self._tril)}."
            )
        super().__init__(
            dtype_of(self._tril),
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=always("A lower triangular operator", "is_square", is_square, True),
            name=name,
            parameters=parameters,
        )

    @property
    def tril(self) -> Any:
        """The matrix as it was given, with whatever is above its diagonal."""
        return self._tril

    @property
    def _lower(self) -> Any:
        return jnp.tril(array(self._tril))

    def _shape(self) -> tuple:
        return sizes(self._tril)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return jnp.matmul(turned(self._lower, adjoint), turned(array(x), adjoint_arg))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return triangular_solve(array(self._tril), turned(array(rhs), adjoint_arg), True, adjoint)

    def _to_dense(self) -> Any:
        return self._lower

    def _diag_part(self) -> Any:
        return diagonal(array(self._tril))

    def _determinant(self) -> Any:
        return jnp.prod(self._diag_part(), -1)

    def _log_abs_determinant(self) -> Any:
        return out(jnp.sum(jnp.log(jnp.abs(self._diag_part())), -1), dtype=self.dtype.real_dtype)

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _assert_non_singular(self) -> None:
        refuse_unless(jnp.abs(self._diag_part()) > 0, f"{self.name} is singular: there are zeros on its diagonal.")
