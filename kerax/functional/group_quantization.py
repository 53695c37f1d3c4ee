"""Groups of numbers as small integers with a scale and a zero point for each group, and back."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_FLOOR = 1e-8  # of a scale that is divided by


def quantize_groups(
    matrix: Any,
    block_size: int,
    value_range: tuple[int, int] = (-8, 7),
    dtype: Any = "int8",
    epsilon: float = 1e-7,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Integers of a matrix whose rows form groups: each group of each column has a scale and a zero point.

    ``(integers - zero) * scale`` is about ``matrix``. The range of a group always includes 0, which the zero point,
    being one of the integers, could not stand for otherwise.

    Args:
        matrix: floats, shape (rows, columns).
        block_size: rows of a group; the last group may have fewer.
        value_range: smallest and largest integer.
        dtype: of the integers.
        epsilon: added to the width of a group's range.

    Returns:
        ``(integers, scale, zero)``, host arrays; the last two of shape (groups, columns), the zero points as int8.

    Example:
        >>> import numpy as np
        >>> from kerax.functional.group_quantization import quantize_groups
        >>> integers, scale, zero = quantize_groups(np.array([[-1.0], [2.0], [0.5]], "float32"), 2)
        >>> integers.ravel().tolist(), scale.shape, zero.ravel().tolist()
        ([-8, 7, 7], (2, 1), [-3, -8])
    """
    values = np.asarray(matrix)
    values = values if values.dtype in (np.float32, np.float64) else values.astype(np.float32)
    rows, columns = values.shape
    low, high = value_range
    groups = -(-rows // block_size)
    padded = np.zeros((groups * block_size, columns), values.dtype)
    padded[:rows] = values
    grouped = padded.reshape(groups, block_size, columns)
    least, most = np.minimum(grouped.min(1, keepdims=True), 0), np.maximum(grouped.max(1, keepdims=True), 0)
    scale = (most - least + values.dtype.type(epsilon)) / (high - low)
    zero = np.clip(np.round(-least / scale) + low, low, high)
    integers = np.clip(np.round(grouped / scale) + zero, low, high).astype(dtype)
    return integers.reshape(-1, columns)[:rows], scale.squeeze(1), zero.squeeze(1).astype("int8")


def dequantize_groups(integers: Any, scale: Any, zero: Any, groups: Any, axis: int = -1) -> jax.Array:
    """The numbers that integers stand for, ``(integers - zero) * scale``.

    Args:
        integers: small integers.
        scale: one for each group, along ``axis``.
        zero: zero points, likewise.
        groups: the group of every entry of the integers along ``axis``.
        axis: of the groups.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.group_quantization import dequantize_groups
        >>> integers = jnp.array([[1], [3]], "int8")
        >>> dequantize_groups(integers, jnp.array([[0.5]]), jnp.array([[1]]), jnp.zeros(2), 0).ravel().tolist()
        [0.0, 1.0]
    """
    index = jnp.asarray(groups).astype("int32")
    scales = jnp.take(jnp.asarray(scale), index, axis=axis)
    zeros = jnp.take(jnp.asarray(zero), index, axis=axis).astype(scales.dtype)
    return (jnp.asarray(integers).astype(scales.dtype) - zeros) * scales


def affine_parameters(
    matrix: np.ndarray, bits: int, symmetric: bool = False, per_row: bool = True, group_size: int = -1
) -> tuple[np.ndarray, np.ndarray]:
    """The scales and zero points by which rows of a matrix become integers ``0 .. 2**bits - 1``.

    Args:
        matrix: floats, shape (outputs, inputs).
        bits: of the integers.
        symmetric: whether ranges reach as far below 0 as above.
        per_row: whether every row has parameters of its own; without, all rows share them.
        group_size: columns that share parameters; -1 for all.

    Returns:
        ``(scale, zero)`` of shape (outputs, groups), the zero points as uint8.

    Example:
        >>> import numpy as np
        >>> from kerax.functional.group_quantization import affine_parameters
        >>> scale, zero = affine_parameters(np.array([[-1.0, 2.0]]), 2)
        >>> scale.tolist(), zero.tolist()
        ([[1.0]], [[1]])
    """
    outputs, inputs = matrix.shape
    if per_row and 0 < group_size < inputs:
        groups = -(-inputs // group_size)
        padded = np.zeros((outputs, groups * group_size), matrix.dtype)
        padded[:, :inputs] = matrix
        grouped = padded.reshape(outputs, groups, group_size)
    else:
        grouped = matrix.reshape((outputs, 1, inputs) if per_row else (1, 1, -1))
    least, most = np.minimum(grouped.min(-1), 0), np.maximum(grouped.max(-1), 0)
    if symmetric:
        most = np.maximum(-least, most)
        least = -most
    flat = least == most  # all zeros
    least, most = np.where(flat, least - 1, least), np.where(flat, most + 1, most)
    levels = 2**bits - 1
    scale = (most - least) / levels
    zero = np.full_like(scale, (levels + 1) / 2) if symmetric else np.round(-least / scale)
    rows = (outputs, scale.shape[1])
    return np.broadcast_to(scale, rows).copy(), np.broadcast_to(zero, rows).astype("uint8")


def affine_quantize(matrix: np.ndarray, scale: np.ndarray, zero: np.ndarray, bits: int) -> np.ndarray:
    """Integers ``0 .. 2**bits - 1``, as floats: ``round(matrix / scale + zero)``.

    Args:
        matrix: floats.
        scale: that broadcasts to them.
        zero: likewise.
        bits: of the integers.

    Example:
        >>> import numpy as np
        >>> from kerax.functional.group_quantization import affine_quantize
        >>> affine_quantize(np.array([[-1.0, 2.0]]), np.array([[1.0]]), np.array([[1]]), 2).tolist()
        [[0.0, 3.0]]
    """
    return np.clip(np.round(matrix / np.maximum(scale, _FLOOR) + zero.astype(matrix.dtype)), 0, 2**bits - 1)
