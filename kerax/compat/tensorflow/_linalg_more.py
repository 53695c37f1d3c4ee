"""Rarer parts of ``tf.linalg``: what follows from triangular factors, matrices of few diagonals, logarithms."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array, label_of, op, out, tensor
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._linalg import _check_regular as check_regular
from kerax.compat.tensorflow._linear_operator.arrays import triangular_solve
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._tridiagonal import solve_tridiagonal


@op
def lu_solve(lower_upper: Any, perm: Any, rhs: Any, validate_args: bool = False, name: str | None = None) -> Any:
    """The solution of linear equations, of the factors that ``lu`` gives."""
    label = label_of(tensor(lower_upper))
    factors, order, right = array(lower_upper), array(perm), array(rhs)
    right = jnp.take_along_axis(jnp.broadcast_to(right, (*factors.shape[:-1], right.shape[-1])), order[..., None], -2)
    solve = jax.scipy.linalg.solve_triangular
    middle = solve(factors, right, lower=True, unit_diagonal=True)
    return out(solve(factors, middle, lower=False), label)


@op
def lu_matrix_inverse(lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None) -> Any:
    """The inverse, of the factors that ``lu`` gives."""
    factors = array(lower_upper)
    return lu_solve(lower_upper, perm, jnp.eye(factors.shape[-1], dtype=factors.dtype))


@op
def lu_reconstruct(lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None) -> Any:
    """The matrix, of the factors that ``lu`` gives."""
    factors, order = array(lower_upper), array(perm)
    lower = jnp.tril(factors, -1) + jnp.eye(factors.shape[-1], dtype=factors.dtype)
    back = jnp.argsort(order, axis=-1)
    return out(jnp.take_along_axis(lower @ jnp.triu(factors), back[..., None], -2), label_of(tensor(lower_upper)))


@op
def logm(input: Any, name: str | None = None) -> Any:
    """The logarithm of complex matrices, by their eigenvalues, on the host."""
    import scipy.linalg

    check("MatrixLogarithm", tensor(input).dtype)
    x = np.asarray(array(input))
    flat = [scipy.linalg.logm(one) for one in x.reshape(-1, *x.shape[-2:])]
    return Tensor(np.asarray(flat).reshape(x.shape).astype(x.dtype))


def _of_diagonals(diagonals: Any, form: str) -> tuple[list, str | None]:
    """Upper, middle and lower diagonal, and their label; the first is filled up at its end, the last at its start.

    Raises:
      ValueError: for another format, or diagonals that do not have its shape.
    """
    if form == "sequence":
        several = [tensor(one) for one in diagonals]
        parts = [one.array for one in several]
        for number, ends in ((0, (0, 1)), (2, (1, 0))):  # those beside the middle may be one shorter
            if parts[number].shape[-1] == parts[1].shape[-1] - 1:
                parts[number] = jnp.pad(parts[number], [(0, 0)] * (parts[number].ndim - 1) + [ends])
        return parts, label_of(several[0])
    given = tensor(diagonals)
    x, label = given.array, label_of(given)
    if form == "matrix":
        parts = [jnp.diagonal(x, k, -2, -1) for k in (1, 0, -1)]
        fills = [[(0, 0)] * (x.ndim - 2) + [fill] for fill in ((0, 1), (0, 0), (1, 0))]
        return [jnp.pad(part, fill) for part, fill in zip(parts, fills)], label
    if form != "compact":
        raise ValueError(f"Unrecognized diagonals_format: {form!r}; it is one of 'compact', 'matrix', 'sequence'.")
    if x.ndim < 2 or x.shape[-2] != 3:
        raise ValueError(f"Expected diagonals of the shape [..., 3, n], got {given.shape}.")
    return [x[..., 0, :], x[..., 1, :], x[..., 2, :]], label


def _with_diagonals(diagonals: dict[int, Any]) -> Any:
    """Square matrices, zero but for diagonals: by their offsets, each as long as a row and placed row by row."""
    size = next(iter(diagonals.values())).shape[-1]
    offset_at = jnp.arange(size)[None, :] - jnp.arange(size)[:, None]
    return sum(jnp.where(offset_at == offset, values[..., :, None], 0) for offset, values in diagonals.items())


@op
def tridiagonal_matmul(diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None) -> Any:
    """The product of a matrix of three diagonals with another."""
    (upper, middle, lower), label = _of_diagonals(diagonals, diagonals_format)
    right = array(rhs)
    size = right.shape[-2]
    above = jnp.concatenate([right[..., 1:, :], right[..., :1, :] * 0], -2)
    below = jnp.concatenate([right[..., :1, :] * 0, right[..., :-1, :]], -2)
    keep = jnp.arange(size)
    upper, lower = jnp.where(keep == size - 1, 0, upper), jnp.where(keep == 0, 0, lower)
    return out(upper[..., None] * above + middle[..., None] * right + lower[..., None] * below, label)


@op
def tridiagonal_solve(
    diagonals: Any,
    rhs: Any,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Any:
    """The solution of linear equations with a matrix of three diagonals, in time in proportion to its size.

    Raises:
      ValueError: for another format, or diagonals that do not have its shape.
      InvalidArgumentError: for a singular matrix, where the numbers are known.
    """
    (upper, middle, lower), label = _of_diagonals(diagonals, diagonals_format)
    right = array(rhs)
    vector = right.ndim == middle.ndim
    right = right[..., None] if vector else jnp.swapaxes(right, -1, -2) if transpose_rhs else right
    found = solve_tridiagonal(upper, middle, lower, jnp.conj(right) if conjugate_rhs else right, partial_pivoting)
    check_regular(found)
    return out(found[..., 0] if vector else found, label)


@op
def eigh_tridiagonal(
    alpha: Any,
    beta: Any,
    eigvals_only: bool = True,
    select: str = "a",
    select_range: Any = None,
    tol: Any = None,
    name: str | None = None,
) -> Any:
    """Eigenvalues, and eigenvectors, of symmetric matrices of three diagonals."""
    if select not in ("a", "i", "v"):
        raise ValueError(f"`select` is one of 'a', 'i', 'v', received {select!r}.")
    kind = tensor(alpha).dtype
    middle, side = array(alpha), array(beta)
    matrix = jnp.diag(middle) + jnp.diag(side, 1) + jnp.diag(jnp.conj(side), -1)
    values, vectors = jnp.linalg.eigh(matrix)
    if select == "i":
        low, high = (int(one) for one in select_range)
        values, vectors = values[low : high + 1], vectors[:, low : high + 1]
    elif select == "v":
        keep = np.asarray((values > select_range[0]) & (values <= select_range[1]))
        values, vectors = values[keep], vectors[:, keep]
    found = out(values, dtype=kind.real_dtype)
    return found if eigvals_only else (found, out(vectors, dtype=kind))


@op
def banded_triangular_solve(
    bands: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Any:
    """The solution of linear equations with a triangular matrix of few diagonals."""
    rows, right = array(bands), array(rhs)
    count = rows.shape[-2]
    offsets = range(0, -count, -1) if lower else range(count - 1, -1, -1)
    matrix = _with_diagonals({offset: rows[..., number, :] for number, offset in enumerate(offsets)})
    if adjoint:
        matrix, lower = jnp.conj(jnp.swapaxes(matrix, -1, -2)), not lower
    return out(triangular_solve(matrix, right, lower), label_of(tensor(bands)))
