"""Rounding a matrix to few bits with a view to the inputs that it is multiplied by: GPTQ and AWQ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kerax.functional.group_quantization import affine_parameters, affine_quantize

_BLOCK = 128  # columns whose errors are handed on together
_NO_SIGNAL = 1e-8  # an input that never exceeds this has no say in the scales of AWQ
_LEAST_SCALE = 1e-4
_AWQ_BITS = 4


class RoundedMatrix(NamedTuple):
    """A matrix of shape (outputs, inputs) as integers.

    Attributes:
        integers: uint8, shape (outputs, inputs).
        scale: shape (outputs, groups).
        zero: uint8, shape (outputs, groups).
        groups: the group of each input, shape (inputs,).
        factors: what the inputs' columns were multiplied by before (AWQ), or None.
    """

    integers: np.ndarray
    scale: np.ndarray
    zero: np.ndarray
    groups: np.ndarray
    factors: np.ndarray | None = None


def damped_inverse(hessian: np.ndarray, damping: float) -> tuple[np.ndarray, np.ndarray]:
    """The inverse of a Hessian with something added to its diagonal, and that diagonal.

    Args:
        hessian: symmetric, shape (inputs, inputs).
        damping: fraction of the mean of the diagonal that is added to it.

    Example:
        >>> import numpy as np
        >>> from kerax.functional.calibrated_rounding import damped_inverse
        >>> damped_inverse(np.diag([2.0, 0.0]), 0.0)[0].tolist()
        [[0.5, 0.0], [0.0, 1.0]]
    """
    matrix = hessian.astype(np.float64)
    diagonal = np.where(matrix.diagonal() == 0, 1.0, matrix.diagonal())  # inputs that were always zero
    diagonal = diagonal + damping * diagonal.mean()
    np.fill_diagonal(matrix, diagonal)
    return np.linalg.inv(matrix), diagonal


def gptq(
    matrix: np.ndarray,
    hessian: np.ndarray,
    bits: int,
    *,
    damping: float = 0.01,
    group_size: int = -1,
    symmetric: bool = False,
    per_row: bool = True,
    by_activation: bool = False,
) -> RoundedMatrix:
    """Rounds column by column; the error of each one is made up for by the columns that follow.

    The error is spread by the rows of the inverse Hessian as it is, which is Keras's form of the method: it does not
    take the columns that are done out of the Hessian.

    Reference: Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers",
    2022, https://arxiv.org/abs/2210.17323

    Args:
        matrix: floats, shape (outputs, inputs).
        hessian: ``2 / n`` times the sum of the inputs' outer products, shape (inputs, inputs).
        bits: of the integers.
        damping: see `damped_inverse`.
        group_size: inputs that share a scale; -1 for all.
        symmetric: whether ranges reach as far below 0 as above.
        per_row: whether every output has scales of its own.
        by_activation: whether the columns of the strongest inputs come first.

    Example:
        >>> import numpy as np
        >>> from kerax.functional.calibrated_rounding import gptq
        >>> gptq(np.array([[0.0, 0.4, 3.0]]), np.eye(3), 2).integers.tolist()
        [[0, 0, 3]]
    """
    outputs, inputs = matrix.shape
    inverse, diagonal = damped_inverse(hessian, damping)
    order = np.argsort(-diagonal, kind="stable") if by_activation else np.arange(inputs)
    weights, inverse = matrix[:, order].astype(np.float64), inverse[np.ix_(order, order)]
    integers = np.zeros((outputs, inputs), "uint8")
    span = inputs if group_size == -1 else group_size
    scales: list[np.ndarray] = []
    zeros: list[np.ndarray] = []
    for start in range(0, inputs, _BLOCK):
        end = min(start + _BLOCK, inputs)
        block, within = weights[:, start:end].copy(), inverse[start:end, start:end]
        errors = np.zeros_like(block)
        for column in range(end - start):
            if (start + column) // span == len(scales):  # a new group begins
                first = len(scales) * span
                scale, zero = affine_parameters(weights[:, first : first + span], bits, symmetric, per_row)
                scales.append(scale)
                zeros.append(zero)
            rounded = affine_quantize(block[:, column : column + 1], scales[-1], zeros[-1], bits)
            integers[:, start + column] = rounded[:, 0]
            meant = (rounded - zeros[-1]) * scales[-1]
            errors[:, column] = (block[:, column] - meant[:, 0]) / within[column, column]
            block[:, column + 1 :] -= np.outer(errors[:, column], within[column, column + 1 :])
        weights[:, end:] -= errors @ inverse[start:end, end:]
    back = np.argsort(order)
    groups = (np.arange(inputs) // span)[back].astype("float32")
    return RoundedMatrix(
        integers[:, back], np.concatenate(scales, 1).astype("float32"), np.concatenate(zeros, 1), groups
    )


def awq(matrix: np.ndarray, magnitudes: np.ndarray, *, group_size: int = -1, grid_points: int = 20) -> RoundedMatrix:
    """Rounds to 4 bits after the columns of strong inputs were made larger, so that they lose less.

    How much larger is searched for: the largest magnitudes to the power of 0, ``1 / grid_points`` ... 1.

    Reference: Lin et al., "AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration", 2023,
    https://arxiv.org/abs/2306.00978

    Args:
        matrix: floats, shape (outputs, inputs).
        magnitudes: the largest absolute value of each input, shape (inputs,).
        group_size: inputs that share a scale; -1 for all.
        grid_points: how fine the search is.

    Example:
        >>> import numpy as np
        >>> from kerax.functional.calibrated_rounding import awq
        >>> rounded = awq(np.array([[-1.0, 0.1]], "float32"), np.array([1.0, 9.0]))
        >>> rounded.integers.shape, rounded.factors.shape
        ((1, 2), (2,))
    """
    inputs = matrix.shape[1]
    strength = np.where(magnitudes < _NO_SIGNAL, 1.0, magnitudes).astype("float32")
    groups = np.zeros(inputs, int) if group_size == -1 else np.arange(inputs) // group_size

    def rounded(factors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        scaled = matrix * factors
        scale, zero = affine_parameters(scaled, _AWQ_BITS, group_size=group_size)
        return affine_quantize(scaled, scale[:, groups], zero[:, groups], _AWQ_BITS), scale, zero

    least_loss, best = np.inf, np.ones(inputs, "float32")
    for point in range(grid_points + 1):
        factors = np.maximum(strength ** np.float32(point / grid_points), _LEAST_SCALE)
        factors = factors / max(np.sqrt(factors.max() * factors.min()), _NO_SIGNAL)
        integers, scale, zero = rounded(factors)
        meant = (integers - zero[:, groups]) * scale[:, groups] / factors
        loss = np.mean(np.square(matrix - meant) * np.square(strength))
        if loss < least_loss:
            least_loss, best = loss, factors
    integers, scale, zero = rounded(best)
    return RoundedMatrix(integers.astype("uint8"), scale, zero, groups.astype("float32"), best)
