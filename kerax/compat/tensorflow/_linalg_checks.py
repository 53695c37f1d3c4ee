"""What functions of ``tf.linalg`` refuse."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors


def differ(one: Any, two: Any) -> bool:
    """Whether two sizes are known not to be the same."""
    return type(one) is int and type(two) is int and one != two


def check_letters(equation: str, shapes: list) -> None:
    """Raises InvalidArgumentError for a letter that stands for two sizes: only those of dots are broadcast.

    Args:
      equation: of ``tf.einsum``.
      shapes: of its tensors.
    """
    found: dict[str, Any] = {}
    for term, shape in zip(equation.replace(" ", "").partition("->")[0].split(","), shapes):
        before, dots, after = term.partition("...")
        named = [*zip(before, shape), *zip(after[::-1], shape[::-1])] if dots else zip(term, shape)
        for letter, size in named:
            known = found.setdefault(letter, size)
            if differ(known, size):
                text = f"Expected dimension {known} for the label {letter!r} of {equation!r}, got {size}."
                raise errors.InvalidArgumentError(None, None, text)


def check_order(order: Any, axes: Any) -> None:
    """Raises ValueError for a norm that there is none of, of vectors or, along two axes, of matrices."""
    if isinstance(axes, tuple):
        known, which = order in ("euclidean", "fro", 1, 2, np.inf), "matrix norm: 'euclidean', 'fro', 1, 2, np.inf"
    else:
        known, which = order == "euclidean" or (not isinstance(order, str) and order > 0), "vector norm"
    if not known:
        raise ValueError(f"'ord' must be a supported {which}, got {order}.")


def check_vector(matrix: Any, vector: Any) -> None:
    """Raises InvalidArgumentError for a vector that is not as long as a matrix has columns."""
    if not vector.ndim or differ(matrix.shape[-1], vector.shape[-1]):
        text = f"Matrix size-incompatible: In[0]: {list(matrix.shape)}, In[1]: {list(vector.shape)} [Op:MatMul]"
        raise errors.InvalidArgumentError(None, None, text)


def check_equations(matrix: Any, rhs: Any) -> None:
    """Raises InvalidArgumentError unless there are as many right sides as unknowns and equations."""
    rows, size, given = matrix._value.shape[-2], matrix._value.shape[-1], rhs._value.shape[-2]
    if rows != size:
        raise errors.InvalidArgumentError(None, None, f"Input matrix must be square: {rows} != {size} [Op:MatrixSolve]")
    if rows != given:
        raise errors.InvalidArgumentError(
            None, None, f"Input matrix and rhs are incompatible: {rows} equations, {given} right sides [Op:MatrixSolve]"
        )
