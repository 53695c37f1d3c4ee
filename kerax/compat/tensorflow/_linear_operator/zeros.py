"""``tf.linalg.LinearOperatorZeros``: a matrix of zeros."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._linear_operator.arrays import typed
from kerax.compat.tensorflow._linear_operator.assertions import refuse
from kerax.compat.tensorflow._linear_operator.hints import always
from kerax.compat.tensorflow._linear_operator.identity_arguments import batch, count, known
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._linear_operator.recording import method
from kerax.compat.tensorflow._linear_operator.slicing import sliced_batch
from kerax.compat.tensorflow._tensor import Tensor


class LinearOperatorZeros(LinearOperator):
    """A matrix of zeros, which is nowhere.

    Args:
      num_rows: number of rows.
      num_columns: number of columns; as many as rows by default.
      batch_shape: sizes of the batch; none by default.
      dtype: the type of the matrix; float32 by default.
      is_non_singular, is_positive_definite: always False.
      is_self_adjoint: True if it is square.
      is_square: whether there are as many rows as columns.
      assert_proper_shapes: accepted: sizes are always checked.
      name: its name.

    Raises:
      ValueError: for sizes that are none, or a hint that does not hold.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.linalg.LinearOperatorZeros(2).matvec([1.0, 2.0]).numpy().tolist()
      [0.0, 0.0]
    """

    def __init__(
        self,
        num_rows: Any,
        num_columns: Any = None,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = False,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = False,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorZeros",
    ):
        parameters = given(locals())
        owner = "LinearOperatorZeros"
        if is_self_adjoint is False and is_square:
            always("A square operator of zeros", "is_self_adjoint", is_self_adjoint, True)
        always("An operator of zeros", "is_non_singular", is_non_singular, False)
        always("An operator of zeros", "is_positive_definite", is_positive_definite, False)
        self._num_rows = count(owner, "num_rows", num_rows)
        self._num_columns = self._num_rows if num_columns is None else count(owner, "num_columns", num_columns)
        self._sizes_of_batch = batch(owner, batch_shape)
        rows, columns = known(self._num_rows), known(self._num_columns)
        if is_square and None not in (rows, columns) and rows != columns:
            raise ValueError(
                f"{owner} with {rows} rows and {columns} columns is not square: give it is_square=False and "
                "is_self_adjoint=False."
            )
        super().__init__(
            as_dtype(dtype or "float32"),
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name,
            parameters=parameters,
        )

    def _shape(self) -> tuple:
        return (*self._sizes_of_batch, self._num_rows, self._num_columns)

    def _zeros(self, *shape: Any) -> Any:
        return jnp.zeros((*self._batch, *shape), self._device_dtype)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        shape = array(x).shape
        sides = (self._columns if adjoint else self._rows, shape[-2] if adjoint_arg else shape[-1])
        return jnp.zeros((*jnp.broadcast_shapes(self._batch, shape[:-2]), *sides), self._device_dtype)

    @method
    def add_to_tensor(self, mat: Any, name: str = "add_to_tensor") -> Tensor:
        """The matrix itself, repeated for the operator's batch.

        Args:
          mat: a tensor of the operator's type, and of its shape or one that broadcasts with it.

        Returns:
          The sum.
        """
        x = tensor(mat)
        self._check_type(x)
        return typed(self._array_of("add_to_tensor", x), self.dtype)

    def _add_to_tensor(self, x: Any) -> Any:
        return jnp.broadcast_to(array(x), jnp.broadcast_shapes(self._sizes, array(x).shape))

    def _to_dense(self) -> Any:
        return self._zeros(self._rows, self._columns)

    def _diag_part(self) -> Any:
        rows, columns = self._rows, self._columns
        return self._zeros(rows if rows == columns else min(rows, columns))

    def _trace(self) -> Any:
        return self._zeros()

    def _determinant(self) -> Any:
        return self._zeros()

    def _log_abs_determinant(self) -> Any:
        return jnp.log(jnp.abs(self._zeros()))

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _assert_non_singular(self) -> None:
        refuse(f"{self.name} is singular: it is zero.")

    def _assert_positive_definite(self) -> None:
        refuse(f"{self.name} is not positive definite: it is zero.")

    def _assert_self_adjoint(self) -> None: ...

    def _with(self, changed: dict, slices: tuple) -> Any:
        return type(self)(**{**self._parameters, "batch_shape": sliced_batch(self._batch, slices)})
