"""``tf.linalg.LinearOperatorInversion``: the inverse."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._linear_operator.adjoint import shared_hints
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._linear_operator.several import check_types


class LinearOperatorInversion(LinearOperator):
    """The inverse of an operator: its products are the other's solutions.

    Args:
      operator: the operator.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: the operator's by default.
      name: the operator's by default, and "_inv".

    Raises:
      ValueError: if the operator is hinted to be singular or not square, or a hint says something else than its own.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> full = tf.linalg.LinearOperatorFullMatrix([[2.0, 0.0], [0.0, 4.0]])
      >>> full.inverse().name, full.inverse().matvec([1.0, 1.0]).numpy().tolist()
      ('LinearOperatorFullMatrix_inv', [0.5, 0.25])
    """

    _OPERATORS = ("operator",)

    def __init__(
        self,
        operator: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ):
        parameters = given(locals())
        check_types("LinearOperatorInversion", [operator])
        for what, words in (("is_square", "square"), ("is_non_singular", "non-singular")):
            if False in (getattr(operator, what), parameters[what]):
                raise ValueError(
                    f"LinearOperatorInversion: only {words} operators have an inverse; {operator.name} has "
                    f"{what}={getattr(operator, what)}, the inverse was given {what}={parameters[what]}."
                )
        self._operator = operator
        super().__init__(
            operator.dtype,
            name=name or f"{operator.name}_inv",
            parameters=parameters,
            **shared_hints("LinearOperatorInversion", operator, parameters),
        )

    @property
    def operator(self) -> Any:
        """The operator of which this is the inverse."""
        return self._operator

    def _shape(self) -> tuple:
        return self._operator._sizes

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator._array_of("solve", x, adjoint, adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator._array_of("matmul", rhs, adjoint, adjoint_arg)

    def _determinant(self) -> Any:
        return 1 / self._operator._array_of("determinant")

    def _log_abs_determinant(self) -> Any:
        return -self._operator._array_of("log_abs_determinant")

    def _eigvals(self) -> Any:
        return 1 / self._operator._array_of("eigvals")

    def _cond(self) -> Any:
        return self._operator._array_of("cond")

    def _assert_non_singular(self) -> None:
        self._operator.assert_non_singular()

    def _assert_positive_definite(self) -> None:
        self._operator.assert_positive_definite()

    def _assert_self_adjoint(self) -> None:
        self._operator.assert_self_adjoint()

    def _linop_inverse(self) -> Any:
        return self._operator
