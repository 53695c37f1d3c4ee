"""``tf.linalg.LinearOperatorFullMatrix``: a matrix with nothing special about it."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import dtype_of, parameter, sizes, turned
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given


class LinearOperatorFullMatrix(LinearOperator):
    """A matrix that is kept whole.

    Args:
      matrix: ``(..., rows, columns)``, of a floating or complex type; variables are read at every use.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: see ``LinearOperator``.
      name: its name.

    Raises:
      ValueError: for fewer than two axes.
      TypeError: for whole numbers.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [0.0, 4.0]])
      >>> operator.solvevec([5.0, 8.0]).numpy().tolist()
      [1.0, 2.0]
    """

    _EVENT_AXES = {"matrix": 2}

    def __init__(
        self,
        matrix: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorFullMatrix",
    ):
        parameters = given(locals())
        self._matrix = parameter(matrix)
        if len(sizes(self._matrix)) < 2:
            raise ValueError(
                f"LinearOperatorFullMatrix: `matrix` has to have two axes or more, received {sizes(self._matrix)}."
            )
        super().__init__(
            dtype_of(self._matrix),
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name,
            parameters=parameters,
        )
        self._check_inexact("matrix")

    @property
    def matrix(self) -> Any:
        """The matrix."""
        return self._matrix

    def _shape(self) -> tuple:
        return sizes(self._matrix)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return jnp.matmul(turned(array(self._matrix), adjoint), turned(array(x), adjoint_arg))

    def _to_dense(self) -> Any:
        return array(self._matrix)
