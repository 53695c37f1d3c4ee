"""``tf.linalg.LinearOperatorLowRankUpdate``: an operator plus a matrix of few rows and columns.

Source: Woodbury, Inverting modified matrices (1950), and the matrix determinant lemma: with the small matrix
``C = D^-1 + V^H L^-1 U``, ``(L + U D V^H)^-1 = L^-1 - L^-1 U C^-1 V^H L^-1`` and
``det(L + U D V^H) = det(C) det(D) det(L)``.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow import _hermitian as hermitian
from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import (
    adjoint as conjugate_transpose,
)
from kerax.compat.tensorflow._linear_operator.arrays import (
    batches,
    cholesky_solve,
    dense_solve,
    diagonal,
    dtype_of,
    from_diagonal,
    parameter,
    sizes,
    turned,
)
from kerax.compat.tensorflow._linear_operator.diag import LinearOperatorDiag
from kerax.compat.tensorflow._linear_operator.identity import LinearOperatorIdentity
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._linear_operator.several import check_types


class LinearOperatorLowRankUpdate(LinearOperator):
    """``L + U D V^H``: equations are solved by those of L and of a small matrix.

    Args:
      base_operator: L, an operator.
      u: U, ``(..., rows, rank)``; variables are read at every use.
      diag_update: the diagonal of D, ``(..., rank)``; ones by default.
      v: V, ``(..., columns, rank)``; U by default.
      is_diag_update_positive: a hint that all of ``diag_update`` is positive.
      is_non_singular, is_square: see ``LinearOperator``.
      is_self_adjoint: True by itself if L and D are and V is U.
      is_positive_definite: True by itself if in addition L is and D is positive.
      name: its name.

    Raises:
      ValueError: if sizes do not fit, or a hint does not hold.
      TypeError: for several types.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> base = tf.linalg.LinearOperatorIdentity(2)
      >>> operator = tf.linalg.LinearOperatorLowRankUpdate(base, [[1.0], [2.0]])
      >>> operator.to_dense().numpy().tolist(), round(float(operator.determinant()), 4)
      ([[2.0, 2.0], [2.0, 5.0]], 6.0)
    """

    _EVENT_AXES = {"u": 2, "diag_update": 1, "v": 2}
    _OPERATORS = ("base_operator",)

    def __init__(
        self,
        base_operator: Any,
        u: Any,
        diag_update: Any = None,
        v: Any = None,
        is_diag_update_positive: bool | None = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowRankUpdate",
    ):
        parameters = given(locals())
        check_types("LinearOperatorLowRankUpdate", [base_operator])
        if diag_update is None and is_diag_update_positive is False:
            raise ValueError(
                "LinearOperatorLowRankUpdate: without a `diag_update` it is all ones, so is_diag_update_positive=False "
                "does not hold."
            )
        self._base_operator = base_operator
        self._u = parameter(u)
        self._v = self._u if v is None else parameter(v)
        self._diag_update = None if diag_update is None else parameter(diag_update)
        self._is_diag_update_positive = True if diag_update is None else is_diag_update_positive
        self._check_parts()
        real = diag_update is None or not dtype_of(self._diag_update).is_complex
        if base_operator.is_self_adjoint and v is None and real:
            is_self_adjoint = _implied(is_self_adjoint, "is_self_adjoint")
            if base_operator.is_positive_definite and self._is_diag_update_positive:
                is_positive_definite = _implied(is_positive_definite, "is_positive_definite")
        super().__init__(
            base_operator.dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name,
            parameters=parameters,
        )

    def _check_parts(self) -> None:
        base, rank = self._base_operator, sizes(self._u)[-1:]
        wanted = [("u", self._u, base._rows), ("v", self._v, base._columns)]
        for what, value, rows in wanted:
            shape = sizes(value)
            unfit = len(shape) < 2 or (type(rows) is int and shape[-2] != rows) or shape[-1:] != rank
            if unfit:
                raise ValueError(
                    f"LinearOperatorLowRankUpdate: `{what}` has the shape {shape}; dimensions (..., {rows}, rank) are "
                    f"compatible with the base operator's {base.shape}, with one rank for `u` and `v`."
                )
        if self._diag_update is not None and sizes(self._diag_update)[-1:] != rank:
            raise ValueError(
                f"LinearOperatorLowRankUpdate: `diag_update` has the shape {sizes(self._diag_update)}, `u` "
                f"{sizes(self._u)}: their last dimensions are the rank, and have to be equal."
            )
        for what, value in (("u", self._u), ("v", self._v), ("diag_update", self._diag_update)):
            if value is not None and dtype_of(value) != base.dtype:
                raise TypeError(
                    f"LinearOperatorLowRankUpdate: `{what}` is of dtype {dtype_of(value).name}, the base operator of "
                    f"{base.dtype.name}: use tf.cast."
                )

    base_operator = property(lambda self: self._base_operator, doc="The operator that is updated.")
    u = property(lambda self: self._u, doc="The matrix on the left of the update.")
    v = property(lambda self: self._v, doc="The matrix whose adjoint is on the right of the update.")
    diag_update = property(lambda self: self._diag_update, doc="The diagonal of the update, None for ones.")

    @property
    def is_diag_update_positive(self) -> bool | None:
        """Whether the diagonal of the update is positive; None if nobody said so."""
        return self._is_diag_update_positive

    @property
    def diag_operator(self) -> Any:
        """The diagonal of the update as an operator."""
        if self._diag_update is None:
            return LinearOperatorIdentity(sizes(self._u)[-1], dtype=self.dtype)
        return LinearOperatorDiag(self._diag_update, is_positive_definite=self._is_diag_update_positive)

    def _shape(self) -> tuple:
        base = self._base_operator
        parts = [base._batch, sizes(self._u)[:-2], sizes(self._v)[:-2]]
        if self._diag_update is not None:
            parts.append(sizes(self._diag_update)[:-1])
        return (*batches(*parts), base._rows, base._columns)

    def _factors(self, adjoint: bool) -> tuple[Any, Any, Any]:
        """U, the diagonal of D, V; those of the adjoint if told to."""
        u, v = array(self._u), array(self._v)
        if self._diag_update is None:
            values = jnp.ones(u.shape[-1:], u.dtype)
        else:
            values = array(self._diag_update)
        return (v, jnp.conj(values), u) if adjoint else (u, values, v)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        right = turned(array(x), adjoint_arg)
        u, values, v = self._factors(adjoint)
        update = jnp.matmul(u, values[..., None] * jnp.matmul(conjugate_transpose(v), right))
        return self._base_operator._array_of("matmul", right, adjoint) + update

    def _diag_part(self) -> Any:
        u, values, v = self._factors(False)
        count = min(self._rows, self._columns) if type(self._rows) is int else self._rows
        update = jnp.sum(u[..., :count, :] * values[..., None, :] * jnp.conj(v[..., :count, :]), -1)
        return self._base_operator._array_of("diag_part") + update

    def _to_dense(self) -> Any:
        u, values, v = self._factors(False)
        update = jnp.matmul(u * values[..., None, :], conjugate_transpose(v))
        return self._base_operator._array_of("to_dense") + update

    @property
    def _definite_inside(self) -> bool:
        """Whether the small matrix has a Cholesky factor for certain."""
        base = self._base_operator
        return bool(
            self._is_diag_update_positive
            and base.is_positive_definite
            and base.is_self_adjoint
            and self._parameters.get("v") is None
        )

    def _small(self, adjoint: bool = False) -> Any:
        u, values, v = self._factors(adjoint)
        return from_diagonal(1 / values) + jnp.matmul(
            conjugate_transpose(v), self._base_operator._array_of("solve", u, adjoint)
        )

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        base = self._base_operator
        if base.is_non_singular is False:
            return super()._solve(rhs, adjoint, adjoint_arg)
        u, _, v = self._factors(adjoint)
        plain = base._array_of("solve", turned(array(rhs), adjoint_arg), adjoint)
        small, inner = self._small(adjoint), jnp.matmul(conjugate_transpose(v), plain)
        if self._definite_inside:
            weights = cholesky_solve(hermitian.cholesky(small), inner)
        else:
            weights = dense_solve(small, inner)
        return plain - base._array_of("solve", jnp.matmul(u, weights), adjoint)

    def _determinant(self) -> Any:
        if self._definite_inside:
            return jnp.exp(self._log_abs_determinant())
        values = self._factors(False)[1]
        base = self._base_operator._array_of("determinant")
        return jnp.linalg.det(self._small()) * jnp.prod(values, -1) * base

    def _log_abs_determinant(self) -> Any:
        small, values = self._small(), self._factors(False)[1]
        if self._definite_inside:
            inner = 2 * jnp.sum(jnp.log(jnp.real(diagonal(hermitian.cholesky(small)))), -1)
        else:
            inner = jnp.linalg.slogdet(small)[1]
        return inner + jnp.sum(jnp.log(jnp.abs(values)), -1) + self._base_operator._array_of("log_abs_determinant")


def _implied(given: bool | None, what: str) -> bool:
    if given is False:
        raise ValueError(
            f"LinearOperatorLowRankUpdate: {what}=False does not hold, because it follows from the base operator, the "
            "diagonal and `v` being `u`."
        )
    return True
