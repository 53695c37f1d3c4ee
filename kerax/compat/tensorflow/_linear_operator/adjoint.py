"""``tf.linalg.LinearOperatorAdjoint``: transposed and conjugated."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._linear_operator.arrays import adjoint as conjugate_transpose
from kerax.compat.tensorflow._linear_operator.hints import Hints
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._linear_operator.several import check_types


class LinearOperatorAdjoint(LinearOperator):
    """The adjoint of an operator, which does everything by that one's methods.

    Args:
      operator: the operator.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: the operator's by default.
      name: the operator's by default, and "_adjoint".

    Raises:
      ValueError: for a hint that says something else than the operator's.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> full = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [0.0, 1.0]])
      >>> full.H.name, full.H.to_dense().numpy().tolist()
      ('LinearOperatorFullMatrix_adjoint', [[1.0, 0.0], [2.0, 1.0]])
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
        check_types("LinearOperatorAdjoint", [operator])
        self._operator = operator
        super().__init__(
            operator.dtype,
            name=name or f"{operator.name}_adjoint",
            parameters=parameters,
            **shared_hints("LinearOperatorAdjoint", operator, parameters),
        )

    @property
    def operator(self) -> Any:
        """The operator of which this is the adjoint."""
        return self._operator

    def _shape(self) -> tuple:
        inner = self._operator
        return (*inner._batch, inner._columns, inner._rows)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator._array_of("matmul", x, not adjoint, adjoint_arg)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return self._operator._array_of("matvec", x, not adjoint)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator._array_of("solve", rhs, not adjoint, adjoint_arg)

    def _solvevec(self, rhs: Any, adjoint: bool = False) -> Any:
        return self._operator._array_of("solvevec", rhs, not adjoint)

    def _to_dense(self) -> Any:
        return conjugate_transpose(self._operator._array_of("to_dense"))

    def _diag_part(self) -> Any:
        return jnp.conj(self._operator._array_of("diag_part"))

    def _trace(self) -> Any:
        return jnp.conj(self._operator._array_of("trace"))

    def _determinant(self) -> Any:
        return jnp.conj(self._operator._array_of("determinant"))

    def _log_abs_determinant(self) -> Any:
        return self._operator._log_abs_determinant()

    def _eigvals(self) -> Any:
        return jnp.conj(self._operator._array_of("eigvals"))

    def _cond(self) -> Any:
        return self._operator._array_of("cond")

    def _assert_non_singular(self) -> None:
        self._operator.assert_non_singular()

    def _assert_positive_definite(self) -> None:
        self._operator.assert_positive_definite()

    def _assert_self_adjoint(self) -> None:
        self._operator.assert_self_adjoint()

    def _linop_adjoint(self) -> Any:
        return self._operator


def shared_hints(owner: str, operator: Any, given: dict) -> dict[str, bool | None]:
    """The hints that an operator and its adjoint or inverse have in common.

    Args:
      owner: the class that is made.
      operator: the operator.
      given: the hints for the class.

    Raises:
      ValueError: if one of them is not the operator's.
    """
    found: dict[str, bool | None] = {}
    for name in Hints._fields:
        theirs, ours = getattr(operator, name), given[name]
        if None not in (theirs, ours) and bool(theirs) is not bool(ours):
            raise ValueError(
                f"{owner}: {name}={ours!r}, but {operator.name} has {name}={theirs!r}; they always have it in common."
            )
        found[name] = theirs if ours is None else ours
    return found
