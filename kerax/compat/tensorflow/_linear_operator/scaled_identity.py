"""``tf.linalg.LinearOperatorScaledIdentity``: one number on the whole diagonal."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array, out
from kerax.compat.tensorflow._linear_operator.arrays import dtype_of, parameter, sizes, turned, typed
from kerax.compat.tensorflow._linear_operator.assertions import refuse_unless
from kerax.compat.tensorflow._linear_operator.hints import always, hints_of
from kerax.compat.tensorflow._linear_operator.identity import BaseLinearOperatorIdentity
from kerax.compat.tensorflow._linear_operator.identity_arguments import count
from kerax.compat.tensorflow._linear_operator.operator import given


class LinearOperatorScaledIdentity(BaseLinearOperatorIdentity):
    """A multiple of the identity.

    Args:
      num_rows: number of rows and columns.
      multiplier: what is on the diagonal: a number, or ``(...)`` for a batch; variables are read at every use.
      is_non_singular, is_positive_definite: see ``LinearOperator``.
      is_self_adjoint: True by itself if the multiplier is real.
      is_square: always True.
      assert_proper_shapes: accepted: sizes are always checked.
      name: its name.

    Raises:
      ValueError: for a size that is none, or a hint that does not hold.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.linalg.LinearOperatorScaledIdentity(2, 3.0).matvec([1.0, 2.0]).numpy().tolist()
      [3.0, 6.0]
    """

    _EVENT_AXES = {"multiplier": 0}

    def __init__(
        self,
        num_rows: Any,
        multiplier: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorScaledIdentity",
    ):
        parameters = given(locals())
        self._multiplier = parameter(multiplier)
        dtype = dtype_of(self._multiplier)
        if not dtype.is_complex:
            is_self_adjoint = always("A real multiple of the identity", "is_self_adjoint", is_self_adjoint, True)
        is_square = always("A multiple of the identity", "is_square", is_square, True)
        self._num_rows = count("LinearOperatorScaledIdentity", "num_rows", num_rows)
        super().__init__(
            dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name,
            parameters=parameters,
        )

    @property
    def multiplier(self) -> Any:
        """What is on the diagonal."""
        return self._multiplier

    def _shape(self) -> tuple:
        return (*sizes(self._multiplier), self._num_rows, self._num_rows)

    def _scale(self) -> Any:
        return array(self._multiplier)

    def _factor(self, adjoint: bool) -> Any:
        return (jnp.conj(self._scale()) if adjoint else self._scale())[..., None, None]

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._factor(adjoint) * turned(array(x), adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return turned(array(rhs), adjoint_arg) / self._factor(adjoint)

    def _determinant(self) -> Any:
        return self._scale() ** self._num_rows

    def _log_abs_determinant(self) -> Any:
        return out(self._num_rows * jnp.log(jnp.abs(self._scale())), dtype=self.dtype.real_dtype)

    @property
    def _cond_dtype(self) -> Any:
        return self.dtype

    def _cond(self) -> Any:
        # Of a singular one it is not a number, as for any matrix of zeros.
        size = jnp.abs(self._scale())
        return jnp.where(size == 0, jnp.nan, jnp.ones_like(size))

    def _assert_non_singular(self) -> None:
        refuse_unless(jnp.abs(self._scale()) > 0, f"{self.name} is singular: its multiplier is zero.")

    def _assert_positive_definite(self) -> None:
        refuse_unless(
            jnp.real(self._scale()) > 0,
            f"{self.name} is not positive definite: its multiplier has no positive real part.",
        )

    def _assert_self_adjoint(self) -> None:
        refuse_unless(
            jnp.imag(self._scale()) == 0, f"{self.name} is not self-adjoint: its multiplier has an imaginary part."
        )

    def _made(self, multiplier: Any, hints: dict) -> Any:
        return LinearOperatorScaledIdentity(self._num_rows, typed(multiplier, self.dtype), **hints)

    def _linop_adjoint(self) -> Any:
        return self._made(jnp.conj(self._scale()), hints_of(self))

    def _linop_inverse(self) -> Any:
        return self._made(1 / self._scale(), hints_of(self))

    def _linop_cholesky(self) -> Any:
        hints = {"is_non_singular": True, "is_self_adjoint": True, "is_positive_definite": True, "is_square": True}
        return self._made(jnp.sqrt(self._scale()), hints)
