"""``tf.linalg.LinearOperatorToeplitz``: every diagonal has one value."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import batches, dtype_of, parameter, sizes, turned
from kerax.compat.tensorflow._linear_operator.hints import always
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given


class LinearOperatorToeplitz(LinearOperator):
    """A matrix whose element depends on column minus row only. Products are made by fast Fourier transforms.

    Source: Golub and Van Loan, Matrix Computations, section 4.8.2: a Toeplitz matrix is part of a circulant one.

    Args:
      col: the first column, ``(..., n)``; variables are read at every use.
      row: the first row, ``(..., n)``; its first element is not looked at, the column's counts.
      is_non_singular, is_self_adjoint, is_positive_definite: see ``LinearOperator``.
      is_square: always True where it is given.
      name: its name.

    Raises:
      ValueError: for numbers without axes, a row that is not as long as the column, or is_square=False.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.linalg.LinearOperatorToeplitz([1.0, 2.0], [1.0, 3.0]).to_dense().numpy().tolist()
      [[1.0, 3.0], [2.0, 1.0]]
    """

    _EVENT_AXES = {"col": 1, "row": 1}

    def __init__(
        self,
        col: Any,
        row: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorToeplitz",
    ):
        parameters = given(locals())
        self._col, self._row = parameter(col), parameter(row)
        for what, shape in (("col", sizes(self._col)), ("row", sizes(self._row))):
            if not shape:
                raise ValueError(f"LinearOperatorToeplitz: `{what}` is a vector, received a single number.")
        if sizes(self._col)[-1] != sizes(self._row)[-1]:
            raise ValueError(
                f"LinearOperatorToeplitz: the first column has {sizes(self._col)[-1]} elements, the first row "
                f"{sizes(self._row)[-1]}: the matrix has to be square."
            )
        if is_square is False:
            always("A Toeplitz operator", "is_square", is_square, True)
        super().__init__(
            dtype_of(self._col),
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name,
            parameters=parameters,
        )
        self._check_inexact("col")

    @property
    def col(self) -> Any:
        """The first column."""
        return self._col

    @property
    def row(self) -> Any:
        """The first row."""
        return self._row

    def _shape(self) -> tuple:
        col, row = sizes(self._col), sizes(self._row)
        return (*batches(col[:-1], row[:-1]), col[-1], col[-1])

    def _edges(self, adjoint: bool) -> tuple[Any, Any]:
        """First column and first row, of the adjoint if told to."""
        col, row = array(self._col), array(self._row)
        shape = (*self._batch, self._rows)
        row = jnp.broadcast_to(jnp.concatenate([jnp.broadcast_to(col, shape)[..., :1],
                                                jnp.broadcast_to(row, shape)[..., 1:]], -1), shape)  # fmt: skip
        col = jnp.broadcast_to(col, shape)
        return (jnp.conj(row), jnp.conj(col)) if adjoint else (col, row)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        right = turned(array(x), adjoint_arg)
        col, row = self._edges(adjoint)
        size = self._rows
        # The circulant matrix's first column: the column, one element that no product sees, the row from its end.
        ring = jnp.concatenate([col, jnp.zeros_like(col[..., :1]), row[..., :0:-1]], -1)[..., None]
        spectrum = jnp.fft.fft(ring, axis=-2) * jnp.fft.fft(right, 2 * size, axis=-2)
        found = jnp.fft.ifft(spectrum, axis=-2)[..., :size, :]
        return found if self.dtype.is_complex else jnp.real(found)

    def _to_dense(self) -> Any:
        col, row = self._edges(False)
        both = jnp.concatenate([row[..., ::-1], col[..., 1:]], -1)
        place = jnp.arange(self._rows)
        return both[..., place[:, None] - place[None, :] + self._rows - 1]

    def _diag_part(self) -> Any:
        first = self._edges(False)[0][..., :1]
        return jnp.broadcast_to(first, (*self._batch, self._rows))

    def _trace(self) -> Any:
        return self._edges(False)[0][..., 0] * self._rows
