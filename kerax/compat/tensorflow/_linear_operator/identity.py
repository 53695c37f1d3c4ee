"""``tf.linalg.LinearOperatorIdentity``: ones on the diagonal."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._linear_operator.arrays import turned, typed
from kerax.compat.tensorflow._linear_operator.hints import always
from kerax.compat.tensorflow._linear_operator.identity_arguments import batch, count
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._linear_operator.recording import method
from kerax.compat.tensorflow._linear_operator.slicing import sliced_batch
from kerax.compat.tensorflow._tensor import Tensor


class BaseLinearOperatorIdentity(LinearOperator):
    """Base of the identity and its multiples: square, of a size without a matrix."""

    _num_rows: Any

    @method
    def add_to_tensor(self, mat: Any, name: str = "add_to_tensor") -> Tensor:
        """A matrix plus this operator's.

        Args:
          mat: a tensor of the operator's type, and of its shape or one that broadcasts with it.

        Returns:
          The sum.
        """
        x = tensor(mat)
        self._check_type(x)
        return typed(self._array_of("add_to_tensor", x), self.dtype)

    def _scale(self) -> Any:
        """What every element is multiplied by, one number for each matrix of the batch."""
        raise NotImplementedError

    def _add_to_tensor(self, x: Any) -> Any:
        whole, values = array(x), self._scale()[..., None]
        shape = jnp.broadcast_shapes(whole.shape[:-2], values.shape[:-1])
        place = jnp.arange(self._num_rows)
        return jnp.broadcast_to(whole, (*shape, *whole.shape[-2:])).at[..., place, place].add(values)

    def _diag_part(self) -> Any:
        return jnp.broadcast_to(self._scale()[..., None], (*self._batch, self._num_rows))

    def _to_dense(self) -> Any:
        return self._scale()[..., None, None] * jnp.eye(self._num_rows, dtype=self._device_dtype)

    def _eigvals(self) -> Any:
        return self._diag_part()

    def _trace(self) -> Any:
        return self._scale() * np.asarray(self._num_rows, self._device_dtype)


class LinearOperatorIdentity(BaseLinearOperatorIdentity):
    """The identity: products are the other side itself.

    Args:
      num_rows: number of rows and columns.
      batch_shape: sizes of the batch; none by default.
      dtype: the type of the matrix; float32 by default.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: always True.
      assert_proper_shapes: accepted: sizes are always checked.
      name: its name.

    Raises:
      ValueError: for sizes that are none, or a hint that does not hold.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorIdentity(2, batch_shape=[3])
      >>> operator.shape, operator.matvec([1.0, 2.0]).shape
      (TensorShape([3, 2, 2]), TensorShape([3, 2]))
    """

    def __init__(
        self,
        num_rows: Any,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = True,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = True,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorIdentity",
    ):
        parameters = given(locals())
        owner = "An identity operator"
        for what in ("is_self_adjoint", "is_square", "is_non_singular", "is_positive_definite"):
            always(owner, what, parameters[what], True)
        self._num_rows = count("LinearOperatorIdentity", "num_rows", num_rows)
        self._sizes_of_batch = batch("LinearOperatorIdentity", batch_shape)
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
        return (*self._sizes_of_batch, self._num_rows, self._num_rows)

    def _scale(self) -> Any:
        return jnp.ones(self._sizes_of_batch, self._device_dtype)

    def _spread(self, x: Any) -> Any:
        return jnp.broadcast_to(x, (*jnp.broadcast_shapes(self._batch, x.shape[:-2]), *x.shape[-2:]))

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._spread(turned(array(x), adjoint_arg))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint_arg=adjoint_arg)

    def _determinant(self) -> Any:
        return self._scale()

    def _log_abs_determinant(self) -> Any:
        return jnp.zeros(self._batch, self._device_dtype)

    @property
    def _cond_dtype(self) -> Any:
        return self.dtype

    def _cond(self) -> Any:
        return self._scale()

    def _assert_non_singular(self) -> None: ...

    def _assert_positive_definite(self) -> None: ...

    def _assert_self_adjoint(self) -> None: ...

    def _linop_inverse(self) -> Any:
        return self

    def _linop_cholesky(self) -> Any:
        return self

    def _with(self, changed: dict, slices: tuple) -> Any:
        return type(self)(**{**self._parameters, "batch_shape": sliced_batch(self._batch, slices)})
