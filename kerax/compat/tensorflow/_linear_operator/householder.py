"""``tf.linalg.LinearOperatorHouseholder``: the reflection at a hyperplane.

Source: Householder, Unitary triangularization of a nonsymmetric matrix (1958): ``I - 2 v v^H / (v^H v)``.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import dtype_of, parameter, sizes, squared_norm, turned
from kerax.compat.tensorflow._linear_operator.assertions import refuse
from kerax.compat.tensorflow._linear_operator.hints import always
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given


class LinearOperatorHouseholder(LinearOperator):
    """The reflection at the hyperplane through the origin that is orthogonal to a vector; its own inverse.

    Args:
      reflection_axis: the vector, ``(..., n)``, of any length but zero; variables are read at every use.
      is_non_singular: see ``LinearOperator``.
      is_self_adjoint, is_square: always True.
      is_positive_definite: always False.
      name: its name.

    Raises:
      ValueError: for a number without axes, or a hint that does not hold.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorHouseholder([0.0, 2.0])
      >>> operator.matvec([3.0, 4.0]).numpy().tolist()
      [3.0, -4.0]
    """

    _EVENT_AXES = {"reflection_axis": 1}

    def __init__(
        self,
        reflection_axis: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorHouseholder",
    ):
        parameters = given(locals())
        self._reflection_axis = parameter(reflection_axis)
        if not sizes(self._reflection_axis):
            raise ValueError("LinearOperatorHouseholder: `reflection_axis` is a vector, received a single number.")
        owner = "A Householder reflection"
        super().__init__(
            dtype_of(self._reflection_axis),
            is_non_singular=is_non_singular,
            is_self_adjoint=always(owner, "is_self_adjoint", is_self_adjoint, True),
            is_positive_definite=always(owner, "is_positive_definite", is_positive_definite, False),
            is_square=always(owner, "is_square", is_square, True),
            name=name,
            parameters=parameters,
        )
        self._check_inexact("reflection_axis")

    @property
    def reflection_axis(self) -> Any:
        """The vector."""
        return self._reflection_axis

    @property
    def _unit(self) -> Any:
        vector = array(self._reflection_axis)
        return vector / jnp.sqrt(squared_norm(vector))

    def _shape(self) -> tuple:
        found = sizes(self._reflection_axis)
        return (*found, found[-1])

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        right, unit = turned(array(x), adjoint_arg), self._unit
        along = jnp.einsum("...i,...ij->...j", jnp.conj(unit), right)
        return right - 2 * unit[..., :, None] * along[..., None, :]

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint, adjoint_arg)

    def _to_dense(self) -> Any:
        unit = self._unit
        whole = -2 * unit[..., :, None] * jnp.conj(unit)[..., None, :]
        return whole + jnp.eye(self._rows, dtype=whole.dtype)

    def _diag_part(self) -> Any:
        return 1 - 2 * self._unit * jnp.conj(self._unit)

    def _numbers(self, value: float, *shape: Any) -> Any:
        return jnp.full((*self._batch, *shape), value, self._device_dtype)

    def _trace(self) -> Any:
        return self._numbers(self._rows - 2)

    def _determinant(self) -> Any:
        return self._numbers(-1)

    def _log_abs_determinant(self) -> Any:
        return self._numbers(0)

    def _eigvals(self) -> Any:
        return jnp.concatenate([self._numbers(-1, 1), self._numbers(1, self._rows - 1)], -1)

    @property
    def _cond_dtype(self) -> Any:
        return self.dtype

    def _cond(self) -> Any:
        return self._numbers(1)

    def _assert_non_singular(self) -> None: ...

    def _assert_positive_definite(self) -> None:
        refuse(f"{self.name} is not positive definite: reflections never are.")

    def _assert_self_adjoint(self) -> None: ...

    def _linop_inverse(self) -> Any:
        return self
