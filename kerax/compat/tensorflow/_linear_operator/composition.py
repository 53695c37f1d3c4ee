"""``tf.linalg.LinearOperatorComposition``: one operator after another."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import batches, turned
from kerax.compat.tensorflow._linear_operator.hints import all_of
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._linear_operator.several import checked_operators


class LinearOperatorComposition(LinearOperator):
    """The product of operators, which acts by each of them in turn, from the last.

    Args:
      operators: a list of operators of one type, each with as many columns as the next one has rows.
      is_non_singular: True by itself if all are, False if one is not.
      is_self_adjoint: True by itself for one self-adjoint operator, or for pairs of an operator and its adjoint.
      is_positive_definite: True by itself for such pairs of non-singular operators.
      is_square: follows from the shape.
      name: theirs by default, joined by "_o_".

    Raises:
      ValueError: for an empty list, sizes that do not fit, or a hint that does not hold.
      TypeError: for something that is no operator, or several types.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> diagonal = tf.linalg.LinearOperatorDiag([1.0, 2.0])
      >>> full = tf.linalg.LinearOperatorFullMatrix([[1.0, 1.0], [0.0, 1.0]])
      >>> both = tf.linalg.LinearOperatorComposition([full, diagonal])
      >>> both.name, both.matvec([1.0, 1.0]).numpy().tolist()
      ('LinearOperatorFullMatrix_o_LinearOperatorDiag', [3.0, 2.0])
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
        self._operators = checked_operators("LinearOperatorComposition", operators)
        for left, right in zip(self._operators, self._operators[1:]):
            if type(left._columns) is int and type(right._rows) is int and left._columns != right._rows:
                raise ValueError(
                    f"LinearOperatorComposition: {left.name} has {left._columns} columns, but {right.name} after it "
                    f"has {right._rows} rows."
                )
        paired = _in_adjoint_pairs(self._operators)
        regular = all_of(self._operators, "is_non_singular")
        if regular:
            is_non_singular = _implied(is_non_singular, "non-singular operators", "is_non_singular")
        elif is_non_singular is None and any(one.is_non_singular is False for one in self._operators):
            is_non_singular = False
        if paired:
            is_self_adjoint = _implied(is_self_adjoint, "operators and their adjoints", "is_self_adjoint")
            if regular:
                words = "non-singular operators and their adjoints"
                is_positive_definite = _implied(is_positive_definite, words, "is_positive_definite")
        elif len(self._operators) == 1:
            only = self._operators[0]
            is_self_adjoint = only.is_self_adjoint if is_self_adjoint is None else is_self_adjoint
            is_positive_definite = only.is_positive_definite if is_positive_definite is None else is_positive_definite
        super().__init__(
            self._operators[0].dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name or "_o_".join(one.name for one in self._operators),
            parameters=parameters,
        )

    @property
    def operators(self) -> list:
        """The operators, the last of which acts first."""
        return self._operators

    def _shape(self) -> tuple:
        batch = batches(*[one._batch for one in self._operators])
        return (*batch, self._operators[0]._rows, self._operators[-1]._columns)

    @property
    def _all_square(self) -> bool:
        return all(one.is_square for one in self._operators)

    def _in_turn(self, method: str, x: Any, adjoint: bool, forwards: bool) -> Any:
        for one in self._operators if forwards else self._operators[::-1]:
            x = one._array_of(method, x, adjoint)
        return x

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._in_turn("matmul", turned(array(x), adjoint_arg), adjoint, adjoint)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        if not self._all_square:
            return super()._solve(rhs, adjoint, adjoint_arg)
        return self._in_turn("solve", turned(array(rhs), adjoint_arg), adjoint, not adjoint)

    def _to_dense(self) -> Any:
        found = self._operators[-1]._array_of("to_dense")
        for one in self._operators[-2::-1]:
            found = one._array_of("matmul", found)
        return found

    def _over_all(self, method: str, start: float, combine: Any) -> Any:
        found = jnp.full(self._batch, start, self._device_dtype)
        for one in self._operators:
            found = combine(found, one._array_of(method))
        return found

    def _determinant(self) -> Any:
        return self._over_all("determinant", 1, jnp.multiply) if self._all_square else super()._determinant()

    def _log_abs_determinant(self) -> Any:
        if not self._all_square:
            return super()._log_abs_determinant()
        return self._over_all("log_abs_determinant", 0, jnp.add)

    def _assert_non_singular(self) -> None:
        if not self._all_square:
            return super()._assert_non_singular()
        for one in self._operators:
            one.assert_non_singular()
        return None


def _implied(given: bool | None, parts: str, what: str) -> bool:
    if given is False:
        raise ValueError(f"LinearOperatorComposition of {parts}: {what}=False does not hold.")
    return True


def _in_adjoint_pairs(operators: list) -> bool:
    """Whether the product is one of a matrix and its adjoint: each operator and its counterpart from the end."""
    return len(operators) % 2 == 0 and all(
        _adjoint_of_each_other(one, two) for one, two in zip(operators, operators[::-1])
    )


def _adjoint_of_each_other(one: Any, two: Any) -> bool:
    from kerax.compat.tensorflow._linear_operator.adjoint import LinearOperatorAdjoint

    if one.is_self_adjoint and two.is_self_adjoint:
        return one is two
    return any(isinstance(a, LinearOperatorAdjoint) and a.operator is b for a, b in ((one, two), (two, one)))
