"""Products and quotients of two operators: the simplest operator that is equal, else one that keeps both."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import typed
from kerax.compat.tensorflow._linear_operator.block_diag import LinearOperatorBlockDiag
from kerax.compat.tensorflow._linear_operator.circulant import BaseLinearOperatorCirculant
from kerax.compat.tensorflow._linear_operator.composition import LinearOperatorComposition
from kerax.compat.tensorflow._linear_operator.diag import LinearOperatorDiag
from kerax.compat.tensorflow._linear_operator.hints import both_regular, commuting, commuting_hints
from kerax.compat.tensorflow._linear_operator.identity import LinearOperatorIdentity
from kerax.compat.tensorflow._linear_operator.inversion import LinearOperatorInversion
from kerax.compat.tensorflow._linear_operator.lower_triangular import LinearOperatorLowerTriangular
from kerax.compat.tensorflow._linear_operator.recording import is_symbolic
from kerax.compat.tensorflow._linear_operator.scaled_identity import LinearOperatorScaledIdentity
from kerax.compat.tensorflow._linear_operator.zeros import LinearOperatorZeros

_DIAGONAL = (LinearOperatorDiag, LinearOperatorScaledIdentity)


def product(left: Any, right: Any) -> Any:
    """The operator that is one operator after another.

    Args:
      left: the one that acts last.
      right: the one that acts first.

    Returns:
      An operator.

    Raises:
      ValueError: if their sizes do not fit.
    """
    if type(left._columns) is int and type(right._rows) is int and left._columns != right._rows:
        raise ValueError(
            f"The product {left.name} @ {right.name}: the left operator has {left._columns} columns, the right one "
            f"{right._rows} rows."
        )
    zeros = next((one for one in (left, right) if isinstance(one, LinearOperatorZeros)), None)
    if zeros is not None:
        return _nothing(left, right, zeros)
    if isinstance(left, LinearOperatorIdentity):
        return right
    if isinstance(right, LinearOperatorIdentity):
        return left
    return _same_kind(left, right) or LinearOperatorComposition([left, right])


def quotient(left: Any, right: Any) -> Any:
    """The operator whose product with another is given.

    Args:
      left: the other.
      right: the product.

    Returns:
      An operator.

    Raises:
      ValueError: if their sizes do not fit.
    """
    if type(left._rows) is int and type(right._rows) is int and left._rows != right._rows:
        raise ValueError(
            f"{left.name}.solve({right.name}): the operator has {left._rows} rows, the right side {right._rows}."
        )
    if isinstance(left, LinearOperatorInversion):
        return product(left.operator, right)
    if isinstance(left, LinearOperatorIdentity):
        return right
    if isinstance(right, LinearOperatorIdentity):
        return left.inverse()
    found = _solved(left, right)
    return LinearOperatorComposition([LinearOperatorInversion(left), right]) if found is None else found


def _nothing(left: Any, right: Any, zeros: Any) -> Any:
    """The product with a matrix of zeros."""
    if not (left.is_square and right.is_square):
        raise ValueError(
            f"The product {left.name} @ {right.name}: products with LinearOperatorZeros are made of square operators "
            "only. Use the tensor: left.matmul(right.to_dense())."
        )
    return zeros


def _values(operator: Any) -> Any:
    """What an operator multiplies each element by; one number, with an axis of its own, for a scaled identity."""
    if isinstance(operator, LinearOperatorScaledIdentity):
        return array(operator.multiplier)[..., None]
    return array(operator.diag)


def _same_kind(left: Any, right: Any) -> Any:
    """The product of diagonal, triangular, circulant or block diagonal operators, None for others."""
    if is_symbolic(left) or is_symbolic(right):
        return None
    if isinstance(left, _DIAGONAL) and isinstance(right, _DIAGONAL):
        return _diagonal(left, right, _values(left) * _values(right))
    if isinstance(left, LinearOperatorDiag) and isinstance(right, LinearOperatorLowerTriangular):
        return _triangular(left, right, _values(left)[..., None] * right._lower)
    if isinstance(left, LinearOperatorLowerTriangular) and isinstance(right, LinearOperatorDiag):
        return _triangular(left, right, left._lower * _values(right)[..., None, :])
    if isinstance(left, BaseLinearOperatorCirculant) and isinstance(right, BaseLinearOperatorCirculant):
        if left.block_depth == right.block_depth and left._block == right._block:
            return left._product(right)
    if isinstance(left, LinearOperatorBlockDiag) and isinstance(right, LinearOperatorBlockDiag):
        if left._parts(False) == right._parts(True):
            pairs = zip(left.operators, right.operators)
            return _blocks(left, right, [one.matmul(two) for one, two in pairs])
    return None


def _solved(left: Any, right: Any) -> Any:
    """The quotient of diagonal, circulant or block diagonal operators, None for others."""
    if is_symbolic(left) or is_symbolic(right):
        return None
    if isinstance(left, _DIAGONAL) and isinstance(right, _DIAGONAL):
        return _diagonal(left, right, _values(right) / _values(left))
    if isinstance(left, LinearOperatorDiag) and isinstance(right, LinearOperatorLowerTriangular):
        return _triangular(left, right, right._lower / _values(left)[..., None])
    if isinstance(left, BaseLinearOperatorCirculant) and type(left) is type(right):
        return left._quotient(right)
    if isinstance(left, LinearOperatorBlockDiag) and isinstance(right, LinearOperatorBlockDiag):
        if left._parts(True) == right._parts(True):
            return _blocks(left, right, [one.solve(two) for one, two in zip(left.operators, right.operators)])
    return None


def _diagonal(left: Any, right: Any, values: Any) -> Any:
    hints = commuting_hints(left, right)
    if isinstance(left, LinearOperatorScaledIdentity) and isinstance(right, LinearOperatorScaledIdentity):
        return LinearOperatorScaledIdentity(left._rows, typed(values[..., 0], left.dtype), **hints)
    return LinearOperatorDiag(typed(jnp.asarray(values), left.dtype), **hints)


def _triangular(left: Any, right: Any, values: Any) -> Any:
    return LinearOperatorLowerTriangular(
        typed(values, left.dtype),
        is_non_singular=both_regular(left, right),
        is_self_adjoint=commuting(left.is_self_adjoint, right.is_self_adjoint),
        is_square=True,
    )


def _blocks(left: Any, right: Any, operators: list) -> Any:
    return LinearOperatorBlockDiag(operators, is_non_singular=both_regular(left, right), is_square=True)
