"""``tf.linalg.matmul`` and its like where an argument is an operator."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._composite import is_operator
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._linear_operator.arrays import adjoint as conjugate_transpose
from kerax.compat.tensorflow._linear_operator.arrays import typed


def matmul(a: Any, b: Any, transposed: bool, adjoint_a: bool, adjoint_b: bool, sparse: bool) -> Any:
    """The product of an operator with a tensor or another operator, in either order.

    Raises:
      ValueError: if a side is to be transposed without being conjugated, or treated as sparse.
    """
    if transposed:
        raise ValueError("tf.linalg.matmul of operators takes no transpose_a or transpose_b: use adjoint_a, adjoint_b.")
    if sparse:
        raise ValueError("tf.linalg.matmul of operators takes no a_is_sparse or b_is_sparse.")
    if is_operator(a):
        return a.matmul(b, adjoint=adjoint_a, adjoint_arg=adjoint_b)
    # The adjoint of a product is the product of the adjoints in the other order.
    found = tensor(b.matmul(a, adjoint=not adjoint_b, adjoint_arg=not adjoint_a))
    return typed(conjugate_transpose(found.array), b.dtype)


def solve(matrix: Any, rhs: Any, adjoint: bool) -> Any:
    """The solution of equations with an operator.

    Raises:
      ValueError: if only the right side is an operator.
    """
    if not is_operator(matrix):
        raise ValueError(
            "tf.linalg.solve takes an operator as `rhs` only if `matrix` is one: use LinearOperatorFullMatrix."
        )
    return matrix.solve(rhs, adjoint=adjoint)


def inv(operator: Any, adjoint: bool) -> Any:
    """The inverse, or its adjoint."""
    found = operator.inverse()
    return found.adjoint() if adjoint else found


def logdet(operator: Any) -> Any:
    """The logarithm of the determinant of a positive definite operator.

    Raises:
      ValueError: unless the operator is hinted to be that.
    """
    if not (operator.is_positive_definite and operator.is_self_adjoint):
        raise ValueError(
            f"tf.linalg.logdet: {operator.name} has to be self-adjoint and positive definite: make it with "
            "is_self_adjoint=True and is_positive_definite=True, or use its log_abs_determinant()."
        )
    return operator.log_abs_determinant()
