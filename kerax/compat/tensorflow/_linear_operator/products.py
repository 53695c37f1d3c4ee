"""What an operator does to tensors and to other operators: products, solutions, adjoint, inverse, Cholesky factor."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import _hermitian as hermitian
from kerax.compat.tensorflow._composite import Operator, is_operator
from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._linear_operator.arrays import cholesky_solve, dense_solve, turned, typed
from kerax.compat.tensorflow._linear_operator.hints import Hints
from kerax.compat.tensorflow._linear_operator.recording import is_symbolic, method
from kerax.compat.tensorflow._tensor import Tensor


def _fits(operator: Any, x: Any, inner: Any, axis: int, what: str) -> None:
    """Raises ValueError unless an axis of a tensor has the size that an operator needs."""
    shape = x.shape.as_list()
    if len(shape) < -axis:
        raise ValueError(
            f"{operator.name}.{what} takes a tensor of {-axis} axes or more, received the shape {x.shape}: "
            f"{'matvec and solvevec take vectors' if axis == -2 else 'add an axis'}."
        )
    size = shape[axis]
    if type(size) is int and type(inner) is int and size != inner:
        raise ValueError(
            f"{operator.name}.{what}: dimensions {inner} and {size} are not compatible; the operator has the shape "
            f"{operator.shape}, the tensor {x.shape}."
        )


class Products(Operator):
    """Part of ``LinearOperator``: ``matmul``, ``solve`` and what makes an operator of an operator."""

    def matmul(self: Any, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul") -> Any:
        """The operator's matrix times another.

        Args:
          x: a tensor of the operator's type and at least two axes, or an operator.
          adjoint: whether the operator's adjoint is taken.
          adjoint_arg: whether the adjoint of ``x`` is taken.

        Returns:
          A tensor whose batch is the broadcast of both; an operator for an operator.

        Raises:
          ValueError: if sizes do not fit.
          TypeError: if types differ.
        """
        if is_operator(x):
            from kerax.compat.tensorflow._linear_operator.algebra import product

            return product(self.adjoint() if adjoint else self, x.adjoint() if adjoint_arg else x)
        return self._matmul_tensor(x, adjoint, adjoint_arg)

    @method
    def _matmul_tensor(self: Any, x: Any, adjoint: bool, adjoint_arg: bool) -> Tensor:
        x = tensor(x)
        self._check_type(x)
        _fits(self, x, self._sizes[-2 if adjoint else -1], -1 if adjoint_arg else -2, "matmul")
        return typed(self._array_of("matmul", x, adjoint, adjoint_arg), self.dtype)

    def _matmul(self: Any, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has to define _matmul(x, adjoint, adjoint_arg).")

    def __matmul__(self: Any, other: Any) -> Any:
        return self.matmul(other)

    @method
    def matvec(self: Any, x: Any, adjoint: bool = False, name: str = "matvec") -> Any:
        """The operator's matrix times a vector, or a batch of them.

        Args:
          x: a tensor of the operator's type; its last axis is the vector.
          adjoint: whether the operator's adjoint is taken.

        Returns:
          A tensor.
        """
        x = tensor(x)
        self._check_type(x)
        _fits(self, x, self._sizes[-2 if adjoint else -1], -1, "matvec")
        return typed(self._array_of("matvec", x, adjoint), self.dtype)

    def _matvec(self: Any, x: Any, adjoint: bool = False) -> Any:
        return self._array_of("matmul", array(x)[..., None], adjoint)[..., 0]

    def solve(self: Any, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve") -> Any:
        """The matrix whose product with the operator's is given.

        Args:
          rhs: the product: a tensor of the operator's type and at least two axes, or an operator.
          adjoint: whether the operator's adjoint is taken.
          adjoint_arg: whether the adjoint of ``rhs`` is taken.

        Returns:
          A tensor whose batch is the broadcast of both; an operator for an operator.

        Raises:
          NotImplementedError: if the operator is hinted to be singular or not square.
        """
        self._check_solvable()
        if is_operator(rhs):
            from kerax.compat.tensorflow._linear_operator.algebra import quotient

            return quotient(self.adjoint() if adjoint else self, rhs.adjoint() if adjoint_arg else rhs)
        return self._solve_tensor(rhs, adjoint, adjoint_arg)

    @method
    def _solve_tensor(self: Any, rhs: Any, adjoint: bool, adjoint_arg: bool) -> Tensor:
        rhs = tensor(rhs)
        self._check_type(rhs)
        _fits(self, rhs, self._sizes[-1 if adjoint else -2], -1 if adjoint_arg else -2, "solve")
        return typed(self._array_of("solve", rhs, adjoint, adjoint_arg), self.dtype)

    def _check_solvable(self: Any) -> None:
        """Raises NotImplementedError if the operator is hinted to be singular or not square."""
        for hint, words in (("is_non_singular", "singular"), ("is_square", "not square")):
            if getattr(self, hint) is False:
                raise NotImplementedError(f"Equations with {self.name} have no exact solution: it is {words}.")

    def _solve(self: Any, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        matrix, right = self._array_of("to_dense"), turned(array(rhs), adjoint_arg)
        if self._can_use_cholesky:
            return cholesky_solve(hermitian.cholesky(matrix), right)
        return dense_solve(turned(matrix, adjoint), right)

    @method
    def solvevec(self: Any, rhs: Any, adjoint: bool = False, name: str = "solve") -> Any:
        """The vector whose product with the operator's matrix is given.

        Args:
          rhs: a tensor of the operator's type; its last axis is the vector.
          adjoint: whether the operator's adjoint is taken.

        Returns:
          A tensor.
        """
        self._check_solvable()
        rhs = tensor(rhs)
        self._check_type(rhs)
        _fits(self, rhs, self._sizes[-1 if adjoint else -2], -1, "solvevec")
        return typed(self._array_of("solvevec", rhs, adjoint), self.dtype)

    def _solvevec(self: Any, rhs: Any, adjoint: bool = False) -> Any:
        return self._array_of("solve", array(rhs)[..., None], adjoint)[..., 0]

    def adjoint(self: Any, name: str = "adjoint") -> Any:
        """The operator of the transposed and conjugated matrix; a self-adjoint one is its own."""
        if self.is_self_adjoint:
            return self
        return Products._linop_adjoint(self) if is_symbolic(self) else self._linop_adjoint()

    @property
    def H(self: Any) -> Any:
        """The adjoint."""
        return self.adjoint()

    def _linop_adjoint(self: Any) -> Any:
        from kerax.compat.tensorflow._linear_operator.adjoint import LinearOperatorAdjoint

        return LinearOperatorAdjoint(self)

    def inverse(self: Any, name: str = "inverse") -> Any:
        """The operator of the inverse matrix.

        Raises:
          ValueError: if the operator is hinted to be singular or not square.
        """
        for hint, words in (("is_square", "not square"), ("is_non_singular", "singular")):
            if getattr(self, hint) is False:
                raise ValueError(f"{self.name} has no inverse: it is {words}.")
        return Products._linop_inverse(self) if is_symbolic(self) else self._linop_inverse()

    def _linop_inverse(self: Any) -> Any:
        from kerax.compat.tensorflow._linear_operator.inversion import LinearOperatorInversion

        return LinearOperatorInversion(self)

    def cholesky(self: Any, name: str = "cholesky") -> Any:
        """The lower triangular factor as an operator.

        Raises:
          ValueError: unless the operator is hinted to be self-adjoint and positive definite.
        """
        if not self._can_use_cholesky:
            given = {name: getattr(self, name) for name in Hints._fields[1:3]}
            raise ValueError(
                f"Self-adjoint positive definite operators have a Cholesky factor; {self.name} has the hints {given}."
            )
        return self._linop_cholesky()

    def _linop_cholesky(self: Any) -> Any:
        from kerax.compat.tensorflow._linear_operator.lower_triangular import LinearOperatorLowerTriangular

        factor = hermitian.cholesky(self._array_of("to_dense"))
        return LinearOperatorLowerTriangular(
            typed(factor, self.dtype), is_non_singular=True, is_self_adjoint=False, is_square=True
        )
