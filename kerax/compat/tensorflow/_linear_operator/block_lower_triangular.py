"""``tf.linalg.LinearOperatorBlockLowerTriangular``: operators on the diagonal and below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._composite import is_operator
from kerax.compat.tensorflow._linear_operator.arrays import batches, typed
from kerax.compat.tensorflow._linear_operator.blockwise import Blockwise
from kerax.compat.tensorflow._linear_operator.full_matrix import LinearOperatorFullMatrix
from kerax.compat.tensorflow._linear_operator.hints import all_of, always, hints_of
from kerax.compat.tensorflow._linear_operator.operator import given
from kerax.compat.tensorflow._linear_operator.scaled_identity import LinearOperatorScaledIdentity
from kerax.compat.tensorflow._linear_operator.several import block_matrix, check_types


class LinearOperatorBlockLowerTriangular(Blockwise):
    """Operators on the diagonal and below it. Equations are solved by substitution, block by block.

    Source: Golub and Van Loan, Matrix Computations, section 3.1.

    Args:
      operators: a list of rows: one operator in the first, two in the second, and so on; those at the ends are square.
      is_non_singular: True by itself if all operators on the diagonal are.
      is_self_adjoint, is_positive_definite: see ``LinearOperator``.
      is_square: always True.
      name: its name.

    Raises:
      ValueError: for rows of other lengths, sizes that do not fit, or a hint that does not hold.
      TypeError: for something that is no operator, or several types.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> one = tf.linalg.LinearOperatorDiag([2.0])
      >>> operator = tf.linalg.LinearOperatorBlockLowerTriangular([[one], [one, one]])
      >>> operator.to_dense().numpy().tolist()
      [[2.0, 0.0], [2.0, 2.0]]
    """

    _OPERATORS = ("operators",)

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorBlockLowerTriangular",
    ):
        parameters = given(locals())
        self._operators = _checked(operators)
        if all_of(self._on_diagonal, "is_non_singular"):
            owner = "A triangular operator whose diagonal blocks are non-singular"
            is_non_singular = always(owner, "is_non_singular", is_non_singular, True)
        super().__init__(
            self._operators[0][0].dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=always("A triangular operator of blocks", "is_square", is_square, True),
            name=name,
            parameters=parameters,
        )

    @property
    def operators(self) -> list:
        """The rows of blocks."""
        return self._operators

    @property
    def _on_diagonal(self) -> list:
        return [row[-1] for row in self._operators]

    def _parts(self, rows: bool) -> tuple:
        return tuple(one._rows for one in self._on_diagonal)

    def _shape(self) -> tuple:
        batch = batches(*[one._batch for row in self._operators for one in row])
        return (*batch, sum(self._parts(True)), sum(self._parts(False)))

    def _by_blocks(self, method: str, parts: list, adjoint: bool) -> list:
        return self._multiplied(parts, adjoint) if method == "matmul" else self._substituted(parts, adjoint)

    def _line(self, number: int, adjoint: bool) -> list[tuple[int, Any]]:
        """The blocks of a row off the diagonal, by columns; of the adjoint if told to."""
        if adjoint:
            return [(below, self._operators[below][number]) for below in range(number + 1, len(self._operators))]
        return list(enumerate(self._operators[number][:-1]))

    def _multiplied(self, parts: list, adjoint: bool) -> list:
        found = []
        for number, part in enumerate(parts):
            total = self._on_diagonal[number]._array_of("matmul", part, adjoint)
            for column, block in self._line(number, adjoint):
                total = total + block._array_of("matmul", parts[column], adjoint)
            found.append(total)
        return found

    def _substituted(self, parts: list, adjoint: bool) -> list:
        found: dict[int, Any] = {}
        order = range(len(parts))
        for number in reversed(order) if adjoint else order:
            rest = parts[number]
            for column, block in self._line(number, adjoint):
                rest = rest - block._array_of("matmul", found[column], adjoint)
            found[number] = self._on_diagonal[number]._array_of("solve", rest, adjoint)
        return [found[number] for number in order]

    def _to_dense(self) -> Any:
        counts = self._parts(True)
        rows = []
        for number, row in enumerate(self._operators):
            blocks = [one._array_of("to_dense") for one in row]
            fill = [jnp.zeros((counts[number], count), blocks[0].dtype) for count in counts[number + 1 :]]
            rows.append([*blocks, *fill])
        return jnp.broadcast_to(block_matrix(rows), self._sizes)

    def _linop_inverse(self) -> Any:
        """Blocks of the inverse, from the diagonal down: ``X[i][j] = -D[i]^-1 (sum of A[i][k] X[k][j])``."""
        inverses = [one.inverse() for one in self._on_diagonal]
        rows: list[list[Any]] = [[inverses[0]]]
        for number in range(1, len(inverses)):
            minus = LinearOperatorScaledIdentity(
                inverses[number]._rows, typed(-jnp.ones((), self._device_dtype), self.dtype)
            )
            row = []
            for column in range(number):
                total = sum(
                    self._operators[number][k]._array_of("matmul", rows[k][column]._array_of("to_dense"))
                    for k in range(column, number)
                )
                whole = LinearOperatorFullMatrix(typed(total, self.dtype))
                row.append(minus.matmul(inverses[number].matmul(whole)))
            rows.append([*row, inverses[number]])
        return LinearOperatorBlockLowerTriangular(rows, **hints_of(self))


def _checked(operators: Any) -> list[list[Any]]:
    """The rows of blocks as lists.

    Raises:
      ValueError: for rows of other lengths than 1, 2, ..., or sizes that do not fit.
      TypeError: for something that is no operator, or several types.
    """
    owner = "LinearOperatorBlockLowerTriangular"
    if not isinstance(operators, Iterable) or is_operator(operators):
        raise TypeError(f"{owner}: `operators` is a list of lists of operators, received {operators!r}.")
    rows: list[list[Any]] = []
    for row in operators:
        if not isinstance(row, Iterable) or is_operator(row):
            raise TypeError(f"{owner}: `operators` is a list of lists of operators, received {row!r} in it.")
        rows.append(list(row))
    if not rows:
        raise ValueError(f"{owner}: `operators` has to hold one row or more, received an empty list.")
    for number, row in enumerate(rows):
        if len(row) != number + 1:
            raise ValueError(f"{owner}: row {number} has {number + 1} blocks, received {len(row)}.")
    check_types(owner, [one for row in rows for one in row])
    for number, row in enumerate(rows):
        for column, one in enumerate(row):
            if one._rows != row[-1]._rows or one._columns != rows[column][column]._columns:
                raise ValueError(
                    f"{owner}: block ({number}, {column}) has the shape {one.shape}; its row has {row[-1]._rows} rows, "
                    f"its column {rows[column][column]._columns} columns."
                )
        if row[-1].is_square is False:
            raise ValueError(f"{owner}: block ({number}, {number}) has to be square, received {row[-1].shape}.")
    return rows
