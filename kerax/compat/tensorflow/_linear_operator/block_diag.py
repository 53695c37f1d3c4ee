"""``tf.linalg.LinearOperatorBlockDiag``: operators along the diagonal."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import batches
from kerax.compat.tensorflow._linear_operator.blockwise import Blockwise
from kerax.compat.tensorflow._linear_operator.hints import hints_of
from kerax.compat.tensorflow._linear_operator.kronecker import together_hints
from kerax.compat.tensorflow._linear_operator.operator import given
from kerax.compat.tensorflow._linear_operator.several import block_matrix, checked_operators


class LinearOperatorBlockDiag(Blockwise):
    """Operators along the diagonal, zeros elsewhere. Products and solutions are made block by block.

    Args:
      operators: a list of operators of one type.
      is_non_singular, is_self_adjoint, is_positive_definite: True by themselves if all operators have that hint.
      is_square: whether the whole is square.
      name: theirs by default, joined by "_ds_".

    Raises:
      ValueError: for an empty list, or a hint that does not hold.
      TypeError: for something that is no operator, or several types.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> one = tf.linalg.LinearOperatorDiag([1.0, 2.0])
      >>> two = tf.linalg.LinearOperatorFullMatrix([[3.0]])
      >>> both = tf.linalg.LinearOperatorBlockDiag([one, two])
      >>> [part.numpy().tolist() for part in both.matvec([tf.ones([2]), tf.ones([1])])]
      [[1.0, 2.0], [3.0]]
    """

    _OPERATORS = ("operators",)

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str | None = None,
    ):
        parameters = given(locals())
        self._operators = checked_operators("LinearOperatorBlockDiag", operators)
        super().__init__(
            self._operators[0].dtype,
            **together_hints("LinearOperatorBlockDiag", self._operators, parameters),
            is_square=is_square,
            name=name or "_ds_".join(one.name for one in self._operators),
            parameters=parameters,
        )

    @property
    def operators(self) -> list:
        """The blocks."""
        return self._operators

    @property
    def _on_diagonal(self) -> list:
        return self._operators

    def _parts(self, rows: bool) -> tuple:
        return tuple(one._rows if rows else one._columns for one in self._operators)

    def _shape(self) -> tuple:
        batch = batches(*[one._batch for one in self._operators])
        return (*batch, sum(self._parts(True)), sum(self._parts(False)))

    def _by_blocks(self, method: str, parts: list, adjoint: bool) -> list:
        return [one._array_of(method, part, adjoint) for one, part in zip(self._operators, parts)]

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        if not self._all_square:
            return super(Blockwise, self)._solve(rhs, adjoint, adjoint_arg)
        return super()._solve(rhs, adjoint, adjoint_arg)

    def _to_dense(self) -> Any:
        columns = self._parts(False)
        rows = []
        for number, one in enumerate(self._operators):
            block = one._array_of("to_dense")
            fill = [jnp.zeros((one._rows, count), block.dtype) for count in columns]
            rows.append([*fill[:number], block, *fill[number + 1 :]])
        return jnp.broadcast_to(block_matrix(rows), self._sizes)

    def _add_to_tensor(self, x: Any) -> Any:
        return array(x) + self._to_dense()

    def _assert_positive_definite(self) -> None:
        if not self._all_square:
            return super()._assert_positive_definite()
        for one in self._operators:
            one.assert_positive_definite()
        return None

    def _assert_self_adjoint(self) -> None:
        if not self._all_square:
            return super()._assert_self_adjoint()
        for one in self._operators:
            one.assert_self_adjoint()
        return None

    def _linop_adjoint(self) -> Any:
        return LinearOperatorBlockDiag([one.adjoint() for one in self._operators], **hints_of(self))

    def _linop_inverse(self) -> Any:
        return LinearOperatorBlockDiag([one.inverse() for one in self._operators], **hints_of(self))

    def _linop_cholesky(self) -> Any:
        if not all(one._can_use_cholesky for one in self._operators):
            return super()._linop_cholesky()
        factors = [one.cholesky() for one in self._operators]
        return LinearOperatorBlockDiag(factors, is_non_singular=True, is_square=True)
