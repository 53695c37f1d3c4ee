"""What all operators compute with: arrays of parameters, products and solutions whose batches are broadcast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy.linalg import cho_solve

from kerax.compat.tensorflow._core import array, out, tensor
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._hermitian import wide
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor


def parameter(value: Any, dtype: Any = None) -> Any:
    """A parameter of an operator as it is kept: variables stay variables, whose value is read at every use."""
    return value if isinstance(value, (Variable, SymbolicTensor)) else tensor(value, dtype)


def dtype_of(value: Any) -> DType:
    """The type of a parameter, with its 64 bits if it stands for them."""
    return tensor(value).dtype if isinstance(value, Variable) else as_dtype(value.dtype)


def batches(*shapes: Sequence) -> tuple:
    """The shape to which shapes of batches are broadcast; None for a size that is not known."""
    if not any(None in shape for shape in shapes):
        return jnp.broadcast_shapes(*map(tuple, shapes))
    rank = max(map(len, shapes))
    columns = zip(*[(*(1,) * (rank - len(shape)), *shape) for shape in shapes])
    return tuple(
        next((one for one in column if one not in (1, None)), None if None in column else 1)
        for column in map(list, columns)
    )


def sizes(value: Any) -> tuple:
    """The sizes of a parameter, known or symbolic."""
    raw = value._value if isinstance(value, Tensor) else value
    return tuple(raw.shape)


def typed(value: Any, dtype: DType) -> Tensor:
    """A tensor of a type, of what a method has computed."""
    if isinstance(value, Tensor) and value.dtype == dtype:
        return value
    result = array(value)
    if jnp.iscomplexobj(result) and not dtype.is_complex:
        result = jnp.real(result)
    return out(result, dtype=dtype)


def adjoint(x: Any) -> Any:
    """Matrices transposed and conjugated."""
    return jnp.conj(jnp.swapaxes(x, -1, -2))


def turned(x: Any, really: bool) -> Any:
    """Matrices, transposed and conjugated if told to."""
    return adjoint(x) if really else x


def broadcast(batch: Sequence, x: Any, axes: int = 2) -> Any:
    """An array repeated so that its axes in front of the last ones are those of a batch."""
    event = x.shape[x.ndim - axes :]
    return jnp.broadcast_to(x, (*jnp.broadcast_shapes(tuple(batch), x.shape[: x.ndim - axes]), *event))


def together(x: Any, y: Any) -> tuple[Any, Any]:
    """Matrices whose batches are made the same."""
    return broadcast(y.shape[:-2], x), broadcast(x.shape[:-2], y)


def dense_solve(matrix: Any, rhs: Any) -> Any:
    """Solves linear equations by factors of the whole matrix."""
    x, y = together(wide(matrix), wide(rhs))
    return jnp.linalg.solve(x, y)


def triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False) -> Any:
    """Solves linear equations with a triangular matrix."""
    x, y = together(wide(matrix), wide(rhs))
    return jax.lax.linalg.triangular_solve(x, y, left_side=True, lower=lower, transpose_a=adjoint, conjugate_a=adjoint)


def cholesky_solve(factor: Any, rhs: Any) -> Any:
    """Solves linear equations with a positive definite matrix, of its triangular factor."""
    x, y = together(wide(factor), wide(rhs))
    return cho_solve((x, True), y)


def diagonal(x: Any) -> Any:
    """The main diagonals of matrices."""
    return jnp.diagonal(x, axis1=-2, axis2=-1)


def from_diagonal(values: Any) -> Any:
    """Matrices with these diagonals, zero elsewhere."""
    return values[..., None] * jnp.eye(values.shape[-1], dtype=values.dtype)


def squared_norm(x: Any) -> Any:
    """The sum of squares along the last axis, which is kept; real, in the type of the array."""
    return jnp.sum(x * jnp.conj(x), axis=-1, keepdims=True)
