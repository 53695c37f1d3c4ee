"""Linear algebra."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.jax_compat import is_tracer
from kerax.ops._tables import unary
from kerax.ops._values import as_array, as_float, axes
from kerax.state.recording import recordable
from kerax.state.symbolic import SymbolicTensor, symbolic_leaves


def _matrices(name: str, x: Any) -> jax.Array:
    x = as_array(x)
    if x.ndim < 2:
        raise ValueError(f"kerax.ops.{name} needs an array of rank 2 or more, received shape {x.shape}.")
    return x


def _square(name: str, x: Any) -> jax.Array:
    x = _matrices(name, x)
    rows, columns = x.shape[-2:]
    if isinstance(rows, int) and isinstance(columns, int) and rows != columns:
        raise ValueError(f"kerax.ops.{name} needs square matrices (the last two axes), received shape {x.shape}.")
    return x


def _of_known_matrices(function: Callable) -> Callable:
    """Makes a function of matrices record symbolic tensors whose matrices have known sizes, and refuse others."""
    recorded = recordable(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        for place, tensor in enumerate(symbolic_leaves((args, kwargs))):
            if None in (tensor.shape[-2:] if place == 0 else tensor.shape[max(1, tensor.ndim - 2) :][:1]):
                raise ValueError(
                    f"kerax.ops.{function.__name__} needs matrices of known sizes (the last two axes), received a "
                    f"symbolic tensor of shape {tensor.shape}."
                )
        return recorded(*args, **kwargs)

    return call


det = unary("det", lambda x: jnp.linalg.det(_square("det", x)), "Determinants.", "[[1.0, 0.0], [0.0, 3.0]]", "3.0")
inv = unary("inv", lambda x: jnp.linalg.inv(_square("inv", x)), "Inverse matrices.", "[[2.0]]", "[[0.5]]")


@recordable
def cholesky(x: Any, upper: bool = False) -> jax.Array:
    """Cholesky factors: triangular ``L`` with ``L L^T = x``.

    Args:
        x: symmetric positive definite matrices, shape (..., n, n).
        upper: whether to return the upper triangle ``L^T`` instead.

    Raises:
        ValueError: if a matrix is not positive definite (where that is known: not in compiled code).

    Example:
        >>> import kerax
        >>> print(kerax.ops.cholesky([[4.0]]))
        [[2.]]
    """
    factor = jnp.linalg.cholesky(_square("cholesky", x), upper=upper)
    if not is_tracer(factor) and bool(jnp.any(jnp.isnan(factor))):
        raise ValueError("kerax.ops.cholesky: the matrix is not positive definite, so it has no Cholesky factor.")
    return factor


@_of_known_matrices
def cholesky_inverse(x: Any, upper: bool = False) -> jax.Array:
    """Inverse of the matrix that has a Cholesky factor.

    Args:
        x: Cholesky factors, shape (..., n, n).
        upper: whether they are upper triangles.

    Example:
        >>> import kerax
        >>> print(kerax.ops.cholesky_inverse([[2.0]]))
        [[0.25]]
    """
    x = _square("cholesky_inverse", x)
    eye = jnp.broadcast_to(jnp.eye(x.shape[-1], dtype=x.dtype), x.shape)
    inverse = jax.scipy.linalg.solve_triangular(x, eye, lower=not upper)
    flipped = jnp.swapaxes(inverse, -1, -2)
    return inverse @ flipped if upper else flipped @ inverse


@recordable
def eig(x: Any) -> Any:
    """Eigenvalues and eigenvectors.

    Args:
        x: square matrices, shape (..., n, n). JAX computes these on the CPU only.

    Returns:
        ``(values, vectors)``, complex, shapes (..., n) and (..., n, n), the vectors as columns.

    Example:
        >>> import kerax
        >>> kerax.ops.eig([[2.0]])[0].tolist()
        [(2+0j)]
    """
    return tuple(jnp.linalg.eig(_square("eig", x)))


@recordable
def eigh(x: Any) -> Any:
    """Eigenvalues, ascending, and eigenvectors of symmetric matrices.

    Args:
        x: symmetric (Hermitian) matrices, shape (..., n, n).

    Returns:
        ``(values, vectors)``, shapes (..., n) and (..., n, n), the vectors as columns.

    Example:
        >>> import kerax
        >>> kerax.ops.eigh([[2.0]])[0].tolist()
        [2.0]
    """
    return tuple(jnp.linalg.eigh(_square("eigh", x)))


@recordable
def lu_factor(x: Any) -> Any:
    """LU decomposition with row exchanges.

    Args:
        x: matrices, shape (..., m, n).

    Returns:
        ``(lu, pivots)``: both triangles in one array of the shape of ``x``, and the exchanges, shape (..., min(m, n)).

    Example:
        >>> import kerax
        >>> kerax.ops.lu_factor([[2.0]])[0].tolist()
        [[2.0]]
    """
    x = _matrices("lu_factor", x)
    factor: Callable = jax.scipy.linalg.lu_factor
    for _ in range(x.ndim - 2):
        factor = jax.vmap(factor)
    return tuple(factor(x))


@recordable
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> jax.Array:
    """Norm of vectors or matrices.

    Args:
        x: array.
        ord: which norm: a number, "fro", "nuc" or infinity, as of ``numpy.linalg.norm``; Euclidean by default.
        axis: an axis for vector norms, a pair for matrix norms; the flattened array by default.
        keepdims: whether the axes stay, with size 1.

    Example:
        >>> import kerax
        >>> print(kerax.ops.norm([3.0, 4.0]))
        5.0
    """
    return jnp.linalg.norm(as_float(x), ord=ord, axis=axes(axis), keepdims=keepdims)


def qr(x: Any, mode: str = "reduced") -> Any:
    """QR decomposition.

    Args:
        x: matrices, shape (..., m, n).
        mode: "reduced" or "complete" (a square ``q``).

    Returns:
        ``(q, r)``.

    Raises:
        ValueError: for another mode.

    Example:
        >>> import kerax
        >>> [part.shape for part in kerax.ops.qr(kerax.ops.ones((3, 2)))]
        [(3, 2), (2, 2)]
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"kerax.ops.qr takes mode 'reduced' or 'complete', received mode={mode!r}.")
    if isinstance(x, SymbolicTensor) and None in x.shape[-2:]:  # which of them is smaller decides the shapes
        raise ValueError(f"kerax.ops.qr must know the last two sizes of its input, received shape {x.shape}.")
    return _qr(x, mode)


@recordable
def _qr(x: Any, mode: str) -> Any:
    return tuple(jnp.linalg.qr(_matrices("qr", x), mode=mode))


_qr.__name__ = "qr"


def _right_side(name: str, a: jax.Array, b: jax.Array) -> None:
    # As in NumPy 1 and Keras: one rank less than the matrices means vectors.
    if b.ndim not in (a.ndim, a.ndim - 1):
        raise ValueError(
            f"kerax.ops.{name} needs b of the rank of a, or one less, received shapes {a.shape} and {b.shape}."
        )
    rows, given = a.shape[-2], b.shape[-1 if b.ndim == a.ndim - 1 else -2]
    if isinstance(rows, int) and isinstance(given, int) and rows != given:
        raise ValueError(f"kerax.ops.{name}: shapes {a.shape} of a and {b.shape} of b do not fit.")


@_of_known_matrices
def solve(a: Any, b: Any) -> jax.Array:
    """Solutions ``x`` of ``a x = b``.

    Args:
        a: square matrices, shape (..., n, n).
        b: right sides, shape (..., n) or (..., n, k).

    Example:
        >>> import kerax
        >>> print(kerax.ops.solve([[2.0]], [6.0]))
        [3.]
    """
    a, b = _square("solve", a), as_array(b)
    _right_side("solve", a, b)
    return jnp.linalg.solve(a, b[..., None])[..., 0] if b.ndim == a.ndim - 1 else jnp.linalg.solve(a, b)


@recordable
def solve_triangular(a: Any, b: Any, lower: bool = False) -> jax.Array:
    """Solutions ``x`` of ``a x = b`` for triangular ``a``.

    Args:
        a: triangular matrices, shape (..., n, n).
        b: right sides, shape (..., n) or (..., n, k).
        lower: whether they are lower triangles.

    Example:
        >>> import kerax
        >>> print(kerax.ops.solve_triangular([[2.0]], [6.0]))
        [3.]
    """
    a, b = _square("solve_triangular", a), as_array(b)
    _right_side("solve_triangular", a, b)
    if b.ndim == a.ndim - 1:
        return jax.scipy.linalg.solve_triangular(a, b[..., None], lower=lower)[..., 0]
    return jax.scipy.linalg.solve_triangular(a, b, lower=lower)


@recordable
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Singular value decomposition ``x = u s v^T``.

    Args:
        x: matrices, shape (..., m, n).
        full_matrices: whether ``u`` and ``v^T`` are square.
        compute_uv: whether to return them.

    Returns:
        ``(u, s, v^T)``, or the singular values ``s``, descending.

    Example:
        >>> import kerax
        >>> kerax.ops.svd([[2.0]], compute_uv=False).tolist()
        [2.0]
    """
    found = jnp.linalg.svd(_matrices("svd", x), full_matrices=full_matrices, compute_uv=compute_uv)
    return tuple(found) if compute_uv else found


@recordable
def lstsq(a: Any, b: Any, rcond: float | None = None) -> jax.Array:
    """Least-squares solution ``x`` of ``a x = b``.

    Args:
        a: matrix, shape (m, n).
        b: right side, shape (m,) or (m, k).
        rcond: singular values below this share of the largest count as 0.

    Example:
        >>> import kerax
        >>> kerax.ops.lstsq([[1.0], [1.0]], [1.0, 3.0]).round(3).tolist()
        [2.0]
    """
    a, b = _matrices("lstsq", a), as_array(b)
    _right_side("lstsq", a, b)
    return jnp.linalg.lstsq(a, b, rcond=rcond)[0]


@recordable
def pinv(x: Any, rcond: float | None = None) -> jax.Array:
    """Moore-Penrose inverse.

    Args:
        x: matrices, shape (..., m, n).
        rcond: singular values below this share of the largest count as 0.

    Returns:
        Array of shape (..., n, m).

    Example:
        >>> import kerax
        >>> kerax.ops.pinv([[2.0], [0.0]]).round(3).tolist()
        [[0.5, 0.0]]
    """
    return jnp.linalg.pinv(_matrices("pinv", x), rcond)


@recordable
def matrix_rank(x: Any, tol: float | None = None) -> jax.Array:
    """Rank: the number of singular values above a tolerance.

    Args:
        x: matrices, shape (..., m, n).
        tol: the tolerance; by default the largest singular value times the larger size times the float's epsilon.

    Example:
        >>> import kerax
        >>> int(kerax.ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
        1
    """
    return jnp.linalg.matrix_rank(_matrices("matrix_rank", x), tol).astype("int32")


@recordable
def slogdet(x: Any) -> Any:
    """Sign and logarithm of the absolute value of determinants.

    Args:
        x: square matrices, shape (..., n, n).

    Returns:
        ``(sign, logarithm)``.

    Example:
        >>> import kerax
        >>> [float(part) for part in kerax.ops.slogdet([[-1.0]])]
        [-1.0, 0.0]
    """
    return tuple(jnp.linalg.slogdet(_square("slogdet", x)))


logdet = unary(
    "logdet", lambda x: jnp.linalg.slogdet(_square("logdet", x))[1], "Logarithms of determinants.", "[[1.0]]", "0.0"
)


def jvp(fun: Callable, primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """Value of a function, and its derivative in a direction.

    Args:
        fun: function of arrays.
        primals: list or tuple of its arguments.
        tangents: the directions, in the same structure.
        has_aux: whether the function returns ``(output, anything else)``.

    Returns:
        ``(output, derivative)``, and what else it returned.

    Example:
        >>> import kerax
        >>> [float(part) for part in kerax.ops.jvp(kerax.ops.square, (3.0,), (1.0,))]
        [9.0, 6.0]
    """
    return _jvp(fun, primals, tangents, has_aux)


@recordable
def _jvp(fun: Callable, primals: Any, tangents: Any, has_aux: bool) -> Any:
    arrays = [tuple(as_array(x) for x in part) for part in (primals, tangents)]
    return jax.jvp(fun, *arrays, has_aux=has_aux)


_jvp.__name__ = "jvp"
