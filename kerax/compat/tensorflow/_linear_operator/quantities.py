"""Numbers that belong to an operator: its matrix, diagonal, trace, determinant, eigenvalues, condition number."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow import _hermitian as hermitian
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._linear_operator.arrays import diagonal, typed
from kerax.compat.tensorflow._linear_operator.recording import method
from kerax.compat.tensorflow._tensor import Tensor


class Quantities:
    """Part of ``LinearOperator``: what subclasses compute better than from the whole matrix, they override."""

    @method
    def to_dense(self: Any, name: str = "to_dense") -> Tensor:
        """The matrix.

        Returns:
          A tensor of the operator's shape.
        """
        return typed(self._array_of("to_dense"), self.dtype)

    def _to_dense(self: Any) -> Any:
        one = jnp.eye(self._columns, dtype=self._device_dtype)
        return self._array_of("matmul", jnp.broadcast_to(one, (*self._batch, *one.shape)))

    @method
    def add_to_tensor(self: Any, x: Any, name: str = "add_to_tensor") -> Tensor:
        """A matrix plus this operator's.

        Args:
          x: a tensor of the operator's type, and of its shape or one that broadcasts with it.

        Returns:
          The sum.
        """
        x = tensor(x)
        self._check_type(x)
        return typed(self._array_of("add_to_tensor", x), self.dtype)

    def _add_to_tensor(self: Any, x: Any) -> Any:
        return tensor(x).array + self._array_of("to_dense")

    @method
    def diag_part(self: Any, name: str = "diag_part") -> Tensor:
        """The main diagonal, of as many elements as the shorter side."""
        return typed(self._array_of("diag_part"), self.dtype)

    def _diag_part(self: Any) -> Any:
        return diagonal(self._array_of("to_dense"))

    @method
    def trace(self: Any, name: str = "trace") -> Tensor:
        """The sum of the main diagonal."""
        return typed(self._array_of("trace"), self.dtype)

    def _trace(self: Any) -> Any:
        return jnp.sum(self._array_of("diag_part"), -1)

    def _need_square(self: Any) -> None:
        if self.is_square is False:
            raise NotImplementedError(
                f"Only square operators have a determinant; {self.name} has the shape {self.shape}."
            )

    @method
    def determinant(self: Any, name: str = "det") -> Tensor:
        """The determinant of every matrix of the batch.

        Raises:
          NotImplementedError: if the operator is not square.
        """
        self._need_square()
        return typed(self._array_of("determinant"), self.dtype)

    def _determinant(self: Any) -> Any:
        if self._can_use_cholesky:
            return jnp.exp(self._array_of("log_abs_determinant"))
        return jnp.linalg.det(self._array_of("to_dense"))

    @method
    def log_abs_determinant(self: Any, name: str = "log_abs_det") -> Tensor:
        """The logarithm of the determinant's absolute value.

        Raises:
          NotImplementedError: if the operator is not square.
        """
        self._need_square()
        found = self._log_abs_determinant()
        return found if isinstance(found, Tensor) else typed(found, self.dtype)

    def _log_abs_determinant(self: Any) -> Any:
        matrix = self._array_of("to_dense")
        if self._can_use_cholesky:
            return 2 * jnp.sum(jnp.log(jnp.real(diagonal(hermitian.cholesky(matrix)))), -1)
        return jnp.linalg.slogdet(hermitian.wide(matrix))[1]

    @method
    def eigvals(self: Any, name: str = "eigvals") -> Tensor:
        """The eigenvalues of a self-adjoint operator.

        Raises:
          NotImplementedError: unless ``is_self_adjoint`` is True.
        """
        if not self.is_self_adjoint:
            raise NotImplementedError(
                f"Eigenvalues are computed of self-adjoint operators, which {self.name} is not known to be: make it "
                "with is_self_adjoint=True, or use tf.linalg.eigvals(operator.to_dense())."
            )
        found = self._eigvals()
        return found if isinstance(found, Tensor) else typed(found, self.dtype)

    def _eigvals(self: Any) -> Any:
        return jnp.linalg.eigvalsh(hermitian.from_lower(hermitian.wide(self._array_of("to_dense"))))

    @method
    def cond(self: Any, name: str = "cond") -> Tensor:
        """The condition number: the largest singular value by the smallest."""
        return typed(self._array_of("cond"), self._cond_dtype)

    @property
    def _cond_dtype(self: Any) -> Any:
        return self.dtype.real_dtype

    def _cond(self: Any) -> Any:
        if self.is_self_adjoint:
            found = jnp.abs(jnp.real(self._array_of("eigvals")))
            return jnp.max(found, -1) / jnp.min(found, -1)
        found = jnp.linalg.svd(hermitian.wide(self._array_of("to_dense")), compute_uv=False)
        return jnp.max(found, -1) / jnp.min(found, -1)
