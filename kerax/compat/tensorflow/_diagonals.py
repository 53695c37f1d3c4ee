"""Diagonals and bands of matrices: ``tf.linalg.diag`` and its like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_operator
from kerax.compat.tensorflow._core import array, integer, ints, label_of, op, out, tensor
from kerax.compat.tensorflow._kinds import check


def _offsets(k: Any) -> tuple[int, int]:
    """The lowest and the highest of several diagonals."""
    found = ints(k, "k")
    if found[0] > found[-1]:
        raise errors.InvalidArgumentError(None, None, f"lower_diag_index must not be larger than upper: {found}")
    return found[0], found[-1]


def _rows(low: int, high: int, rows: int, columns: int, align: str) -> Iterator[tuple[int, int, slice, int]]:
    """For each diagonal, from the highest: its offset, its length, where it is in a row of its values, its number."""
    sides = align.split("_")
    lengths = {one: min(rows + min(0, one), columns - max(0, one)) for one in range(high, low - 1, -1)}
    width = max(lengths.values())
    for number, (offset, length) in enumerate(lengths.items()):
        right = sides[0 if offset >= 0 else 1] == "RIGHT"  # aligned to the right: filled up on the left
        yield offset, length, slice(width - length, None) if right else slice(0, length), number


def _check(low: int, high: int, rows: int, columns: int) -> None:
    if low <= -rows or high >= columns:
        if (low, high) != (0, 0):
            raise errors.InvalidArgumentError(
                None, None, f"The diagonals {low} to {high} leave a matrix of {rows} rows and {columns} columns"
            )


@op
def diag(
    diagonal: Any,
    name: str = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Any:
    """Matrices with these diagonals.

    Args:
      diagonal: values of one diagonal, or of several, from the highest, one a row.
      name: accepted as in TensorFlow.
      k: which diagonal, or the lowest and the highest of several; positive ones are above the main one.
      num_rows, num_cols: of the matrices; as small as possible by default.
      padding_value: what is elsewhere.
      align: at which end short diagonals above and below the main one are filled up.
    """
    x = tensor(diagonal)
    check("MatrixDiagV3", x.dtype)
    low, high = _offsets(k)
    values = x.array if low != high else x.array[..., None, :]
    least_rows = values.shape[-1] - min(high, 0)
    least_columns = values.shape[-1] + max(low, 0)
    rows, columns = integer(num_rows), integer(num_cols)
    if rows == columns == -1:
        rows = columns = max(least_rows, least_columns)
    rows, columns = (least if size == -1 else size for size, least in ((rows, least_rows), (columns, least_columns)))
    if rows < least_rows or columns < least_columns or (rows > least_rows and columns > least_columns):
        raise errors.InvalidArgumentError(
            None, None, f"{rows} rows and {columns} columns do not fit a diagonal of {values.shape[-1]} elements"
        )
    made = jnp.full((*values.shape[:-2], rows, columns), padding_value, values.dtype)
    return out(_placed(made, values, low, high, align), label_of(x))


def _placed(matrix: Any, values: Any, low: int, high: int, align: str) -> Any:
    for offset, length, where, number in _rows(low, high, matrix.shape[-2], matrix.shape[-1], align):
        place = jnp.arange(length)
        part = values[..., number, where]
        matrix = matrix.at[..., place - min(offset, 0), place + max(offset, 0)].set(part)
    return matrix


@op
def diag_part(
    input: Any, name: str = "diag_part", k: Any = 0, padding_value: Any = 0, align: str = "RIGHT_LEFT"
) -> Any:
    """The diagonals of matrices: one, or several from the highest, one a row."""
    if is_operator(input):
        return input.diag_part()
    x = tensor(input)
    if x._value.ndim < 2:
        raise errors.InvalidArgumentError(None, None, f"input must be at least 2-dim, received shape {x.shape}")
    low, high = _offsets(k)
    rows, columns = x._value.shape[-2:]
    _check(low, high, rows, columns)
    if low == high:
        return out(jnp.diagonal(x.array, low, -2, -1), label_of(x))
    places = list(_rows(low, high, rows, columns, align))
    width = max(length for _, length, _, _ in places)
    made = jnp.full((*x._value.shape[:-2], len(places), width), padding_value, x.array.dtype)
    for offset, _, where, number in places:
        made = made.at[..., number, where].set(jnp.diagonal(x.array, offset, -2, -1))
    return out(made, label_of(x))


@op
def set_diag(input: Any, diagonal: Any, name: str = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT") -> Any:
    """Matrices with one or several of their diagonals replaced."""
    x = tensor(input)
    values = tensor(diagonal, hint=x.dtype).array
    low, high = _offsets(k)
    _check(low, high, x._value.shape[-2], x._value.shape[-1])
    return out(_placed(x.array, values if low != high else values[..., None, :], low, high, align), label_of(x))


@op
def tensor_diag(diagonal: Any, name: str | None = None) -> Any:
    """A tensor of twice as many axes with these values on its diagonal."""
    x = tensor(diagonal)
    check("Diag", x.dtype)
    if not x._value.ndim:
        raise errors.InvalidArgumentError(None, None, "Input must be at least rank 1, got 0 [Op:Diag]")
    flat = jnp.diag(x.array.reshape(-1))
    return out(flat.reshape(x._value.shape * 2), label_of(x))


@op
def tensor_diag_part(input: Any, name: str | None = None) -> Any:
    """The diagonal of a tensor whose axes come in two equal halves."""
    x = tensor(input)
    if x._value.ndim % 2 or not x._value.ndim:
        raise errors.InvalidArgumentError(None, None, f"The rank must be even and positive, got {x._value.ndim}")
    half = x._value.shape[: x._value.ndim // 2]
    if half * 2 != x._value.shape:
        raise errors.InvalidArgumentError(None, None, f"The two halves of the shape {x.shape} are not the same")
    return out(jnp.diagonal(x.array.reshape(int(np.prod(half)), -1)).reshape(half), label_of(x))


@op
def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Any:
    """Matrices with everything outside a band around the diagonal set to zero; -1 keeps a whole side."""
    x = tensor(input)
    check("MatrixBandPart", x.dtype)
    rows = jnp.arange(x._value.shape[-2])[:, None]
    columns = jnp.arange(x._value.shape[-1])[None, :]
    low, high = array(num_lower), array(num_upper)
    keep = ((low < 0) | (rows - columns <= low)) & ((high < 0) | (columns - rows <= high))
    return out(jnp.where(keep, x.array, jnp.zeros((), x.array.dtype)), label_of(x))
