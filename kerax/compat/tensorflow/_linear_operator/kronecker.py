"""``tf.linalg.LinearOperatorKronecker``: every element of one matrix times the whole of another.

Source: Van Loan, The ubiquitous Kronecker product (2000): products are made one factor at a time.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import batches, turned
from kerax.compat.tensorflow._linear_operator.hints import all_of, hints_of
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._linear_operator.several import checked_operators


class LinearOperatorKronecker(LinearOperator):
    """The Kronecker product of operators, whose matrix is never made for products and solutions.

    Args:
      operators: a list of operators of one type.
      is_non_singular, is_self_adjoint, is_positive_definite: True by themselves if all operators have that hint.
      is_square: follows from the shape.
      name: theirs by default, joined by "_x_".

    Raises:
      ValueError: for an empty list, or a hint that does not hold.
      TypeError: for something that is no operator, or several types.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> one = tf.linalg.LinearOperatorDiag([1.0, 2.0])
      >>> both = tf.linalg.LinearOperatorKronecker([one, one])
      >>> both.shape, both.diag_part().numpy().tolist()
      (TensorShape([4, 4]), [1.0, 2.0, 2.0, 4.0])
    """

    _OPERATORS = ("operators",)

    def __init__(
        self,
        operators: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ):
        parameters = given(locals())
        self._operators = checked_operators("LinearOperatorKronecker", operators)
        hints = together_hints("LinearOperatorKronecker", self._operators, parameters)
        super().__init__(
            self._operators[0].dtype,
            **hints,
            is_square=is_square,
            name=name or "_x_".join(one.name for one in self._operators),
            parameters=parameters,
        )

    @property
    def operators(self) -> list:
        """The factors."""
        return self._operators

    def _shape(self) -> tuple:
        rows = columns = 1
        for one in self._operators:
            rows, columns = rows * one._rows, columns * one._columns
        return (*batches(*[one._batch for one in self._operators]), rows, columns)

    def _each_axis(self, method: str, x: Any, adjoint: bool) -> Any:
        """Every factor at work on its own axis of the rows."""
        columns = x.shape[-1]
        inner = (method == "solve") != adjoint
        counts = [one._rows if inner else one._columns for one in self._operators]
        x = jnp.broadcast_to(x, (*jnp.broadcast_shapes(self._batch, x.shape[:-2]), *x.shape[-2:]))
        batch = x.shape[:-2]
        x = x.reshape(*batch, *counts, columns)
        first = len(batch)
        for number, one in enumerate(self._operators):
            moved = jnp.moveaxis(x, first + number, first)
            rest = moved.shape[first + 1 :]
            found = one._array_of(method, moved.reshape(*batch, moved.shape[first], -1), adjoint)
            x = jnp.moveaxis(found.reshape(*batch, found.shape[-2], *rest), first, first + number)
        return x.reshape(*batch, -1, columns)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._each_axis("matmul", turned(array(x), adjoint_arg), adjoint)

    @property
    def _all_square(self) -> bool:
        return all(one.is_square for one in self._operators)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        if not self._all_square:
            return super()._solve(rhs, adjoint, adjoint_arg)
        return self._each_axis("solve", turned(array(rhs), adjoint_arg), adjoint)

    def _outer(self, method: str) -> Any:
        """All products of one element of each."""
        found, *rest = (one._array_of(method) for one in self._operators)
        for one in rest:
            found = found[..., :, None] * one[..., None, :]
            found = found.reshape(*found.shape[:-2], -1)
        return jnp.broadcast_to(found, (*self._batch, found.shape[-1]))

    def _diag_part(self) -> Any:
        return self._outer("diag_part") if self._all_square else super()._diag_part()

    def _eigvals(self) -> Any:
        return self._outer("eigvals")

    def _to_dense(self) -> Any:
        found, *rest = (one._array_of("to_dense") for one in self._operators)
        for one in rest:
            found = found[..., :, None, :, None] * one[..., None, :, None, :]
            rows, more, columns, others = found.shape[-4:]
            found = found.reshape(*found.shape[:-4], rows * more, columns * others)
        return jnp.broadcast_to(found, self._sizes)

    def _over_all(self, method: str, start: float, combine: Any) -> Any:
        found = jnp.full(self._batch, start, self._device_dtype)
        for one in self._operators:
            found = combine(found, one._array_of(method), one)
        return found

    def _trace(self) -> Any:
        if not self._all_square:
            return super()._trace()
        return self._over_all("trace", 1, lambda found, value, _: found * value)

    def _determinant(self) -> Any:
        if not self._all_square:
            return super()._determinant()
        size = self._rows
        return self._over_all("determinant", 1, lambda found, value, one: found * value ** (size // one._rows))

    def _log_abs_determinant(self) -> Any:
        if not self._all_square:
            return super()._log_abs_determinant()
        size = self._rows
        return self._over_all("log_abs_determinant", 0, lambda found, value, one: found + value * (size // one._rows))

    def _cond(self) -> Any:
        # The singular values are all products of one of each.
        return self._over_all("cond", 1, lambda found, value, _: found * value)

    def _assert_non_singular(self) -> None:
        if not self._all_square:
            return super()._assert_non_singular()
        for one in self._operators:
            one.assert_non_singular()
        return None

    def _assert_self_adjoint(self) -> None:
        if not self._all_square:
            return super()._assert_self_adjoint()
        for one in self._operators:
            one.assert_self_adjoint()
        return None

    def _linop_adjoint(self) -> Any:
        return LinearOperatorKronecker([one.adjoint() for one in self._operators], **hints_of(self))

    def _linop_inverse(self) -> Any:
        return LinearOperatorKronecker([one.inverse() for one in self._operators], **hints_of(self))

    def _linop_cholesky(self) -> Any:
        if not all(one._can_use_cholesky for one in self._operators):
            return super()._linop_cholesky()
        factors = [one.cholesky() for one in self._operators]
        return LinearOperatorKronecker(factors, is_non_singular=True, is_square=True)


def together_hints(owner: str, operators: list, given: dict) -> dict[str, bool | None]:
    """The hints that an operator has if all that it is made of have them.

    Args:
      owner: the class that is made.
      operators: what it is made of.
      given: the hints for the class.

    Raises:
      ValueError: if a hint says that it has not what all have.
    """
    found: dict[str, bool | None] = {}
    for name in ("is_non_singular", "is_self_adjoint", "is_positive_definite"):
        found[name] = given[name]
        if all_of(operators, name):
            if given[name] is False:
                raise ValueError(f"{owner}: all its operators have {name}=True, so {name}=False does not hold.")
            found[name] = True
    return found
