"""``tf.linalg.LinearOperatorPermutation``: rows in another order."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._linear_operator.arrays import broadcast, dtype_of, parameter, sizes, turned
from kerax.compat.tensorflow._linear_operator.hints import always
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer


class LinearOperatorPermutation(LinearOperator):
    """A matrix that puts rows into another order: products gather, solutions gather by the inverse order.

    Args:
      perm: whole numbers, ``(..., n)``: row ``i`` of a product is row ``perm[i]`` of the other side.
      dtype: the type of the matrix.
      is_non_singular, is_square: always True where they are given.
      is_self_adjoint, is_positive_definite: see ``LinearOperator``.
      name: its name.

    Raises:
      ValueError: if the numbers are no permutation, or a hint does not hold.
      TypeError: if they are not whole.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorPermutation([1, 2, 0])
      >>> operator.matvec([5.0, 6.0, 7.0]).numpy().tolist()
      [6.0, 7.0, 5.0]
    """

    _EVENT_AXES = {"perm": 1}

    def __init__(
        self,
        perm: Any,
        dtype: Any = "float32",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorPermutation",
    ):
        parameters = given(locals())
        always("A permutation", "is_non_singular", is_non_singular, True)
        always("A permutation", "is_square", is_square, True)
        self._perm = parameter(perm)
        _check(self._perm)
        super().__init__(
            as_dtype(dtype),
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name,
            parameters=parameters,
        )

    @property
    def perm(self) -> Any:
        """The order of rows."""
        return self._perm

    def _shape(self) -> tuple:
        found = sizes(self._perm)
        return (*found, found[-1])

    def _order(self, inverse: bool) -> Any:
        order = array(self._perm)
        return jnp.argsort(order, axis=-1) if inverse else order

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        right = turned(array(x), adjoint_arg)
        order = self._order(adjoint)
        if order.ndim == 1:
            return jnp.take(right, order, axis=-2)
        right = broadcast(order.shape[:-1], right)
        return jnp.take_along_axis(right, broadcast(right.shape[:-2], order, 1)[..., None], -2)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, not adjoint, adjoint_arg)

    def _to_dense(self) -> Any:
        return (array(self._perm)[..., None] == jnp.arange(self._rows)).astype(self._device_dtype)

    def _diag_part(self) -> Any:
        return (array(self._perm) == jnp.arange(self._rows)).astype(self._device_dtype)

    def _determinant(self) -> Any:
        # The sign of a permutation: each pair in the wrong order turns it.
        order, place = array(self._perm), jnp.arange(self._rows)
        wrong = (order[..., :, None] > order[..., None, :]) & (place[:, None] < place)
        odd = jnp.sum(wrong, axis=(-2, -1)) % 2
        return (1 - 2 * odd).astype(self._device_dtype)

    def _log_abs_determinant(self) -> Any:
        return jnp.zeros(self._batch, self._device_dtype)

    @property
    def _cond_dtype(self) -> Any:
        return self.dtype

    def _cond(self) -> Any:
        return jnp.ones(self._batch, self._device_dtype)

    def _assert_non_singular(self) -> None: ...


def _check(perm: Any) -> None:
    """Raises unless rows of numbers are permutations, as far as they are known."""
    if not dtype_of(perm).is_integer:
        raise TypeError(
            f"LinearOperatorPermutation: `perm` has to be of an integer type, received {dtype_of(perm).name}."
        )
    shape = sizes(perm)
    if not shape:
        raise ValueError("LinearOperatorPermutation: `perm` has to have one axis or more, received a single number.")
    if isinstance(perm, Tensor) and not is_tracer(perm._value):
        numbers = np.asarray(perm._value)
        if (np.sort(numbers, -1) != np.arange(shape[-1])).any():
            raise ValueError(
                f"LinearOperatorPermutation: `perm` has to hold each number from 0 to {shape[-1] - 1} once, received "
                f"{numbers.tolist()}."
            )
