"""Rarer parts of ``tf.linalg``: what follows from triangular factors, matrices of few diagonals, logarithms."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array, op, tensor
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._tensor import Tensor


@op
def lu_solve(lower_upper: Any, perm: Any, rhs: Any, validate_args: bool = False, name: str | None = None) -> Any:
    """The solution of linear equations, of the factors that ``lu`` gives."""
    factors, order, right = array(lower_upper), array(perm), array(rhs)
    right = jnp.take_along_axis(jnp.broadcast_to(right, (*factors.shape[:-1], right.shape[-1])), order[..., None], -2)
    solve = jax.scipy.linalg.solve_triangular
    middle = solve(factors, right, lower=True, unit_diagonal=True)
    return Tensor(solve(factors, middle, lower=False))


@op
def lu_matrix_inverse(lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None) -> Any:
    """The inverse, of the factors that ``lu`` gives."""
    factors = array(lower_upper)
    return lu_solve(factors, perm, jnp.eye(factors.shape[-1], dtype=factors.dtype))


@op
def lu_reconstruct(lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None) -> Any:
    """The matrix, of the factors that ``lu`` gives."""
    factors, order = array(lower_upper), array(perm)
    lower = jnp.tril(factors, -1) + jnp.eye(factors.shape[-1], dtype=factors.dtype)
    back = jnp.argsort(order, axis=-1)
    return Tensor(jnp.take_along_axis(lower @ jnp.triu(factors), back[..., None], -2))


@op
def logm(input: Any, name: str | None = None) -> Any:
    """The logarithm of complex matrices, by their eigenvalues, on the host."""
    import scipy.linalg

    check("MatrixLogarithm", tensor(input).dtype)
    x = np.asarray(array(input))
    flat = [scipy.linalg.logm(one) for one in x.reshape(-1, *x.shape[-2:])]
    return Tensor(np.asarray(flat).reshape(x.shape).astype(x.dtype))


def _of_diagonals(diagonals: Any, form: str) -> Any:
    """Upper, middle and lower diagonal; the first one is filled up at its end, the last at its start."""
    if form == "matrix":
        x = array(diagonals)
        parts = [jnp.diagonal(x, k, -2, -1) for k in (1, 0, -1)]
        ends = [[(0, 0)] * (x.ndim - 2) + [fill] for fill in ((0, 1), (0, 0), (1, 0))]
        return [jnp.pad(part, fill) for part, fill in zip(parts, ends)]
    if form == "sequence":
        return [array(one) for one in diagonals]
    x = array(diagonals)
    return [x[..., 0, :], x[..., 1, :], x[..., 2, :]]


def _with_diagonals(diagonals: dict[int, Any]) -> Any:
    """Square matrices, zero but for diagonals: by their offsets, each as long as a row and placed row by row."""
    size = next(iter(diagonals.values())).shape[-1]
    offset_at = jnp.arange(size)[None, :] - jnp.arange(size)[:, None]
    return sum(jnp.where(offset_at == offset, values[..., :, None], 0) for offset, values in diagonals.items())


@op
def tridiagonal_matmul(diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None) -> Any:
    """The product of a matrix of three diagonals with another."""
    upper, middle, lower = _of_diagonals(diagonals, diagonals_format)
    right = array(rhs)
    size = right.shape[-2]
    above = jnp.concatenate([right[..., 1:, :], right[..., :1, :] * 0], -2)
    below = jnp.concatenate([right[..., :1, :] * 0, right[..., :-1, :]], -2)
    keep = jnp.arange(size)
    upper, lower = jnp.where(keep == size - 1, 0, upper), jnp.where(keep == 0, 0, lower)
    return Tensor(upper[..., None] * above + middle[..., None] * right + lower[..., None] * below)


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
    """The solution of linear equations with a matrix of three diagonals."""
    upper, middle, lower = _of_diagonals(diagonals, diagonals_format)
    right = array(rhs)
    vector = right.ndim == middle.ndim
    right = right[..., None] if vector else jnp.swapaxes(right, -1, -2) if transpose_rhs else right
    matrix = _with_diagonals({1: upper, 0: middle, -1: lower})
    found = jnp.linalg.solve(matrix, jnp.conj(right) if conjugate_rhs else right)
    return Tensor(found[..., 0] if vector else jnp.swapaxes(found, -1, -2) if transpose_rhs else found)


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
    middle, side = array(alpha), array(beta)
    matrix = jnp.diag(middle) + jnp.diag(side, 1) + jnp.diag(jnp.conj(side), -1)
    values, vectors = jnp.linalg.eigh(matrix)
    if select == "i":
        low, high = (int(one) for one in select_range)
        values, vectors = values[low : high + 1], vectors[:, low : high + 1]
    elif select == "v":
        keep = np.asarray((values > select_range[0]) & (values <= select_range[1]))
        values, vectors = values[keep], vectors[:, keep]
    return Tensor(values) if eigvals_only else (Tensor(values), Tensor(vectors))


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
    return Tensor(jax.scipy.linalg.solve_triangular(matrix, right, lower=lower))
