"""Matrices: ``tf.linalg``, ``tf.matmul``, ``tf.einsum``, ``tf.tensordot``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import jax.scipy.linalg as scipy_linalg
import numpy as np

from kerax.compat.tensorflow import _hermitian as hermitian
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite, is_operator
from kerax.compat.tensorflow._core import array, axes, integer, ints, label_of, op, out, pair, pair_label, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._linalg_checks import check_equations, check_letters, check_order, check_vector
from kerax.compat.tensorflow._rows import on_slices, rows_of
from kerax.compat.tensorflow._tensor import Tensor


def _adjoint(x: Any, transposed: bool, adjoint: bool) -> Any:
    if adjoint:
        return jnp.conj(jnp.swapaxes(x, -1, -2))
    return jnp.swapaxes(x, -1, -2) if transposed else x


class Lu(NamedTuple):
    """Triangular factors in one matrix, and the permutation of rows."""

    lu: Any
    p: Any


class Qr(NamedTuple):
    """An orthogonal and an upper triangular factor."""

    q: Any
    r: Any


class LogMatrixDeterminant(NamedTuple):
    """Sign and logarithm of a determinant."""

    sign: Any
    log_abs_determinant: Any


@op
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    name: str | None = None,
    grad_a: bool = False,
    grad_b: bool = False,
) -> Any:
    """The product of matrices, or of batches of them.

    Raises:
      InvalidArgumentError: for operands of fewer than two axes or sizes that do not fit.
    """
    if is_composite(a) or is_composite(b):
        from kerax.compat.tensorflow._sparse import matmul as sparse_matmul

        return sparse_matmul(a, b, adjoint_a or transpose_a, adjoint_b or transpose_b)
    if is_operator(a) or is_operator(b):
        from kerax.compat.tensorflow._linear_operator import dispatch

        sparse = a_is_sparse or b_is_sparse
        return dispatch.matmul(a, b, transpose_a or transpose_b, adjoint_a, adjoint_b, sparse)
    for side, both in (("a", transpose_a and adjoint_a), ("b", transpose_b and adjoint_b)):
        if both:
            raise ValueError(f"Only one of `transpose_{side}` and `adjoint_{side}` can be True.")
    one, two = pair(a, b, "MatMul" if output_type is None else "BatchMatMulV3")
    if one._value.ndim < 2 or two._value.ndim < 2:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"In[0] and In[1] has different ndims: {list(one._value.shape)} vs. {list(two._value.shape)}: both must "
            f"have "
            "two axes or more; use tf.linalg.matvec or tf.tensordot for vectors. [Op:MatMul]",
        )
    x, y = _adjoint(one.array, transpose_a, adjoint_a), _adjoint(two.array, transpose_b, adjoint_b)
    sizes = (x.shape[-1], y.shape[-2])
    if all(type(size) is int for size in sizes) and sizes[0] != sizes[1]:
        raise errors.InvalidArgumentError(
            None, None, f"Matrix size-incompatible: In[0]: {list(x.shape)}, In[1]: {list(y.shape)} [Op:MatMul]"
        )
    if output_type is not None:
        kind = as_dtype(output_type)
        return out(jnp.matmul(x, y, preferred_element_type=jax.dtypes.canonicalize_dtype(kind.dtype)), None, kind)
    return out(jnp.matmul(x, y), pair_label(one, two))


@op
def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """A matrix times a vector, or batches of both."""
    if is_operator(a):
        if transpose_a:
            raise ValueError("tf.linalg.matvec of an operator takes no transpose_a: use adjoint_a.")
        return a.matvec(b, adjoint=adjoint_a)
    one, two = pair(a, b, "MatMul")
    x = _adjoint(one.array, transpose_a, adjoint_a)
    check_vector(x, two._value)
    return out(jnp.matmul(x, two.array[..., None])[..., 0], pair_label(one, two))


@op
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Any:
    """Sums over pairs of axes."""
    one, two = pair(a, b, "MatMul")
    if isinstance(axes, (list, tuple)):
        where: Any = tuple(tuple(ints(one)) if not isinstance(one, int) else (one,) for one in axes)
    else:
        where = integer(axes, "axes")
        if where and (where > one._value.ndim or where > two._value.ndim):
            raise ValueError(f"tf.tensordot: {where} axes of tensors of shapes {one.shape} and {two.shape}")
        inner, outer = one._value.shape[one.ndim - where :], two._value.shape[:where]
        if inner != outer and np.prod(inner) == np.prod(outer):  # TensorFlow looks at their products
            left = one.array.reshape(*one._value.shape[: one.ndim - where], -1)
            right = two.array.reshape(-1, *two._value.shape[where:])
            return out(jnp.tensordot(left, right, 1), pair_label(one, two))
    return out(jnp.tensordot(one.array, two.array, where), pair_label(one, two))


@op
def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Any:
    """Sums of products by an equation of letters."""
    if len(inputs) == 1 and isinstance(inputs[0], (list, tuple)):
        inputs = tuple(inputs[0])
    parts = [tensor(inputs[0])]
    check("Einsum", parts[0].dtype)
    parts += [pair(parts[0], one, "Einsum")[1] for one in inputs[1:]]
    check_letters(equation, [part._value.shape for part in parts])
    return out(jnp.einsum(equation.replace(" ", ""), *[part.array for part in parts]), label_of(parts[0]))


@op
def cross(a: Any, b: Any, name: str | None = None) -> Any:
    """Products of vectors of three."""
    one, two = pair(a, b, "Cross")
    if one._value.shape[-1:] != (3,):
        raise errors.FailedPreconditionError(None, None, "Cross-products are only defined for 3-element vectors.")
    return out(jnp.cross(one.array, two.array), pair_label(one, two))


@op
def norm(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool | None = None, name: str | None = None
) -> Any:
    """The norm of vectors or matrices; of all elements as one vector by default."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x = as_tensor(tensor)
    check("Norm", x.dtype)
    place = axes(axis)
    check_order(ord, place)
    kind = None if ord in ("euclidean", "fro") else ord
    if kind is None:
        total = jnp.sum(jnp.square(jnp.abs(x.array)), axis=place, keepdims=bool(keepdims))
        return out(jnp.sqrt(total).astype(x.array.dtype), label_of(x))
    kind = {np.inf: jnp.inf}.get(kind, kind) if not isinstance(kind, str) else kind
    if place is None:
        found = jnp.linalg.norm(x.array.reshape(-1), kind)
        return out(found.reshape((1,) * x._value.ndim) if keepdims else found, label_of(x))
    return out(jnp.linalg.norm(x.array, kind, place, bool(keepdims)), label_of(x))


def _on_matrix(name: str, function: Callable, doc: str, title: str = "", method: str = "") -> Any:
    def run(input: Any, name: str | None = None) -> Any:
        if method and is_operator(input):
            return getattr(input, method)()
        x = tensor(input)
        check(title, x.dtype)
        return out(function(hermitian.wide(x.array)).astype(x.array.dtype), label_of(x))

    run.__name__ = run.__qualname__ = name
    run.__doc__ = doc
    return op(run)


det = _on_matrix("det", jnp.linalg.det, "Determinants.", "MatrixDeterminant", "determinant")
cholesky = _on_matrix(
    "cholesky", hermitian.cholesky, "Lower triangular factors of positive definite matrices.", "Cholesky", "cholesky"
)
expm = _on_matrix("expm", scipy_linalg.expm, "The exponential of a matrix.", "MatrixExponential")


def _square_root(x: Any) -> Any:
    if x.ndim > 2:
        return jax.vmap(_square_root)(x)
    found = scipy_linalg.sqrtm(x)
    return found if jnp.iscomplexobj(x) else jnp.real(found)


sqrtm = _on_matrix("sqrtm", _square_root, "The square root of a matrix.", "MatrixSquareRoot")


@op
def trace(x: Any, name: str | None = None) -> Any:
    """Sums of the diagonal."""
    if is_operator(x):
        return x.trace()
    x = tensor(x)
    check("Trace", x.dtype)
    return out(jnp.trace(x.array, axis1=-2, axis2=-1).astype(x.array.dtype), label_of(x))


@op
def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Any:
    """The last two axes exchanged."""
    x = tensor(a)
    if x._value.ndim < 2:
        raise ValueError(f"Argument `a` should be a (batch) matrix with rank >= 2, received shape {x.shape}")
    if isinstance(x._value, np.ndarray) and not conjugate:
        return Tensor(np.swapaxes(x._value, -1, -2), x._label)
    return out(_adjoint(x.array, True, conjugate), label_of(x))


@op
def adjoint(matrix: Any, name: str | None = None) -> Any:
    """Transposed and conjugated."""
    if is_operator(matrix):
        return matrix.adjoint()
    x = tensor(matrix)
    if not x.dtype.is_complex:
        return matrix_transpose(x)
    return out(_adjoint(x.array, True, True), label_of(x))


@op
def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Any:
    """Pseudo-inverses; singular values below ``rcond`` times the largest count as zero."""
    x = tensor(a)
    check("Pinv", x.dtype)
    found = jnp.linalg.pinv(hermitian.wide(x.array), None if rcond is None else array(rcond))
    return out(found.astype(x.array.dtype), label_of(x))


@op
def eigvalsh(tensor: Any, name: str | None = None) -> Any:
    """Eigenvalues of symmetric matrices, rising."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x = as_tensor(tensor)
    check("SelfAdjointEigV2", x.dtype)
    return out(jnp.linalg.eigvalsh(hermitian.from_lower(hermitian.wide(x.array))).astype(x.array.dtype), label_of(x))


@op
def logdet(matrix: Any, name: str | None = None) -> Any:
    """Logarithms of determinants of positive definite matrices."""
    if is_operator(matrix):
        from kerax.compat.tensorflow._linear_operator import dispatch

        return dispatch.logdet(matrix)
    x = tensor(matrix)
    check("LogMatrixDeterminant", x.dtype)
    diagonal = jnp.diagonal(hermitian.cholesky(hermitian.wide(x.array)), axis1=-2, axis2=-1)
    return out(2 * jnp.sum(jnp.log(jnp.real(diagonal)), -1), None, x.dtype.real_dtype)


@op
def inv(input: Any, adjoint: bool = False, name: str | None = None) -> Any:
    """Inverses.

    Raises:
      InvalidArgumentError: for a matrix that has none, where the numbers are known.
    """
    if is_operator(input):
        from kerax.compat.tensorflow._linear_operator import dispatch

        return dispatch.inv(input, adjoint)
    x = tensor(input)
    check("MatrixInverse", x.dtype)
    found = jnp.linalg.inv(hermitian.wide(_adjoint(x.array, False, adjoint))).astype(x.array.dtype)
    _check_regular(found)
    return out(found, label_of(x))


def _check_regular(found: Any) -> None:
    if not isinstance(found, jax.core.Tracer) and not np.isfinite(np.asarray(found)).all():
        raise errors.InvalidArgumentError(None, None, "Input is not invertible.")


@op
def solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Any:
    """``x`` with ``matrix @ x == rhs``."""
    if is_operator(matrix) or is_operator(rhs):
        from kerax.compat.tensorflow._linear_operator import dispatch

        return dispatch.solve(matrix, rhs, adjoint)
    one, two = pair(matrix, rhs, "MatrixSolve")
    if one._value.ndim != two._value.ndim:
        raise errors.InvalidArgumentError(None, None, "All input tensors must have the same rank [Op:MatrixSolve]")
    check_equations(one, two)
    found = jnp.linalg.solve(_adjoint(one.array, False, adjoint), two.array)
    _check_regular(found)
    return out(found, pair_label(one, two))


@op
def triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None) -> Any:
    """``x`` with ``matrix @ x == rhs`` for a triangular matrix."""
    one, two = pair(matrix, rhs, "MatrixTriangularSolve")
    batch = jnp.broadcast_shapes(one._value.shape[:-2], two._value.shape[:-2])
    x, y = (jnp.broadcast_to(side.array, (*batch, *side._value.shape[-2:])) for side in (one, two))
    found = jax.lax.linalg.triangular_solve(x, y, left_side=True, lower=lower, transpose_a=adjoint, conjugate_a=adjoint)
    return out(found, pair_label(one, two))


@op
def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Any:
    """``x`` with ``chol @ chol.T @ x == rhs``."""
    one, two = pair(chol, rhs, "CholeskySolve")
    return out(scipy_linalg.cho_solve((one.array, True), two.array), pair_label(one, two))


@op
def lstsq(matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True, name: str | None = None) -> Any:
    """Least squares, regularized."""
    one, two = pair(matrix, rhs, "MatrixSolveLs")
    x, y = one.array, two.array
    if x.shape[-2] >= x.shape[-1]:
        gram = jnp.swapaxes(x, -1, -2) @ x + l2_regularizer * jnp.eye(x.shape[-1], dtype=x.dtype)
        return out(jnp.linalg.solve(gram, jnp.swapaxes(x, -1, -2) @ y), pair_label(one, two))
    gram = x @ jnp.swapaxes(x, -1, -2) + l2_regularizer * jnp.eye(x.shape[-2], dtype=x.dtype)
    return out(jnp.swapaxes(x, -1, -2) @ jnp.linalg.solve(gram, y), pair_label(one, two))


@op
def slogdet(input: Any, name: str | None = None) -> Any:
    """Sign and logarithm of the determinant."""
    x = tensor(input)
    check("LogMatrixDeterminant", x.dtype)
    sign, log = jnp.linalg.slogdet(hermitian.wide(x.array))
    return LogMatrixDeterminant(
        out(sign.astype(x.array.dtype), label_of(x)), out(log.astype(x.array.dtype), label_of(x))
    )


@op
def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Singular values, and the vectors on the left and on the right: ``(s, u, v)``."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    given = as_tensor(tensor)
    check("Svd", given.dtype)
    x, label, kind = hermitian.wide(given.array), label_of(given), given.dtype.real_dtype
    narrow = given.array.dtype
    if not compute_uv:
        return out(jnp.linalg.svd(x, compute_uv=False), None, kind)
    u, s, vh = jnp.linalg.svd(x, full_matrices=full_matrices)
    v = jnp.conj(jnp.swapaxes(vh, -1, -2)).astype(narrow)
    return out(s, None, kind), out(u.astype(narrow), label), out(v, label)


@op
def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Any:
    """An orthogonal and an upper triangular factor."""
    x = tensor(input)
    check("Qr", x.dtype)
    both = jnp.linalg.qr(hermitian.wide(x.array), mode="complete" if full_matrices else "reduced")
    q, r = (one.astype(x.array.dtype) for one in both)
    return Qr(out(q, label_of(x)), out(r, label_of(x)))


@op
def eigh(tensor: Any, name: str | None = None) -> Any:
    """Eigenvalues and eigenvectors of symmetric matrices."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x = as_tensor(tensor)
    check("SelfAdjointEigV2", x.dtype)
    values, vectors = (
        one.astype(x.array.dtype) for one in jnp.linalg.eigh(hermitian.from_lower(hermitian.wide(x.array)))
    )
    return out(values, label_of(x)), out(vectors, label_of(x))


@op
def eig(tensor: Any, name: str | None = None) -> Any:
    """Eigenvalues and eigenvectors."""
    kind = _complex_of(tensor)
    values, vectors = np.linalg.eig(np.asarray(array(tensor)))
    return Tensor(values.astype(kind)), Tensor(vectors.astype(kind))


def _complex_of(value: Any) -> str:
    return "complex128" if tensor(value).dtype.name in ("float64", "complex128") else "complex64"


@op
def eigvals(tensor: Any, name: str | None = None) -> Any:
    """Eigenvalues."""
    return Tensor(np.linalg.eigvals(np.asarray(array(tensor))).astype(_complex_of(tensor)))


@op
def lu(input: Any, output_idx_type: Any = "int32", name: str | None = None) -> Any:
    """Triangular factors in one matrix, and the permutation of rows."""
    x = tensor(input)
    check("Lu", x.dtype)
    found, _, permutation = jax.lax.linalg.lu(hermitian.wide(x.array))
    return Lu(out(found.astype(x.array.dtype), label_of(x)), out(permutation, None, output_idx_type))


@op
def matrix_rank(a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None) -> Any:
    """How many singular values are not negligible."""
    x = tensor(a)
    check("MatrixRank", x.dtype)
    return Tensor(jnp.linalg.matrix_rank(hermitian.wide(x.array), tol).astype("int32"))


@op
def global_norm(t_list: Any, name: str | None = None) -> Any:
    """The Euclidean norm of all elements of several tensors; None among them is left out."""
    if isinstance(t_list, (str, Tensor)):
        raise TypeError(f"`t_list` should be a sequence of tensors, received {t_list!r}.")
    for one in t_list:
        if one is not None:
            check("GlobalNorm", tensor(one).dtype)
    total = [jnp.sum(jnp.square(_measured(one))) for one in t_list if one is not None]
    size = jnp.sqrt(sum(total[1:], total[0]) if total else jnp.zeros(()))
    return out(size, next((label_of(tensor(one)) for one in t_list if one is not None), None))


def _measured(value: Any) -> Any:
    """What counts for a norm: of slices every one, repeated rows too."""
    rows = rows_of(value)
    return rows.values if rows is not None else array(value.values if is_composite(value) else value)


def _scaled(value: Any, factor: Any) -> Any:
    if is_composite(value):
        return value.with_values(Tensor(array(value.values) * factor))
    found = on_slices(lambda part: Tensor(part.array * factor), value)
    return Tensor(array(value) * factor) if found is None else found


@op
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """A tensor scaled down so that its norm is not above a limit."""
    from kerax.compat.tensorflow._core import axes as to_axes

    if is_composite(t):
        return t.with_values(clip_by_norm(t.values, clip_norm, axes))
    found = on_slices(lambda part: clip_by_norm(part, clip_norm, axes), t)
    if found is not None:
        return found
    x = tensor(t)
    check("ClipByNorm", x.dtype)
    limit = array(clip_norm)
    square = jnp.sum(jnp.square(x.array), axis=to_axes(axes), keepdims=True)
    size = jnp.sqrt(jnp.where(square > 0, square, 1))
    size = jnp.where(square > 0, size, square)
    return out((x.array * limit / jnp.maximum(size, limit)).astype(x.array.dtype), label_of(x))


@op
def clip_by_global_norm(t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None) -> Any:
    """Tensors scaled down together so that their common norm is not above a limit; and that norm."""
    if isinstance(t_list, Tensor):
        raise TypeError("`t_list` should be a sequence of tensors, received one tensor.")
    size = array(use_norm) if use_norm is not None else array(global_norm(t_list))
    limit = array(clip_norm)
    scale = limit * jnp.minimum(1.0 / size, 1.0 / limit)
    scale = jnp.where(jnp.isfinite(size), scale, jnp.nan)
    clipped = [None if one is None else _scaled(one, scale) for one in t_list]
    return clipped, Tensor(size)


@op
def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None) -> Any:
    """A tensor divided by its norm, and the norm."""
    size = norm(tensor, ord, axis, True)
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x = as_tensor(tensor)
    return out(x.array / array(size), label_of(x)), size
