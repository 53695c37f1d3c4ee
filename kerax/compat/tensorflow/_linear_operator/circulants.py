"""``tf.linalg.LinearOperatorCirculant`` and those of blocks: convolutions around a ring, in one to three dimensions."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._linear_operator.circulant import BaseLinearOperatorCirculant
from kerax.compat.tensorflow._linear_operator.operator import given


class LinearOperatorCirculant(BaseLinearOperatorCirculant):
    """A matrix each of whose columns is the one before, moved down by one, around the end. Products convolve.

    Args:
      spectrum: the eigenvalues, ``(..., n)``: the Fourier transform of the first column; variables are read at every
        use.
      input_output_dtype: the type of the matrix and of what it multiplies; a real one only for a Hermitian spectrum.
      is_non_singular, is_positive_definite: see ``LinearOperator``.
      is_self_adjoint: True by itself if the spectrum is real.
      is_square: always True.
      name: its name.

    Raises:
      ValueError: for a spectrum of fewer axes, or a hint that does not hold.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorCirculant([3.0, 1.0], input_output_dtype=tf.float32)
      >>> operator.to_dense().numpy().tolist()
      [[2.0, 1.0], [1.0, 2.0]]
    """

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = "complex64",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str = "LinearOperatorCirculant",
    ):
        super().__init__(
            spectrum,
            1,
            input_output_dtype=input_output_dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=given(locals()),
            name=name,
        )


class LinearOperatorCirculant2D(BaseLinearOperatorCirculant):
    """A circulant matrix of circulant blocks: products convolve in two dimensions.

    Args:
      spectrum: the eigenvalues, ``(..., n, m)``: the two-dimensional Fourier transform of the
        kernel; variables are read at every use.
      input_output_dtype: the type of the matrix and of what it multiplies; a real one only for a Hermitian spectrum.
      is_non_singular, is_positive_definite: see ``LinearOperator``.
      is_self_adjoint: True by itself if the spectrum is real.
      is_square: always True.
      name: its name.

    Raises:
      ValueError: for a spectrum of fewer axes, or a hint that does not hold.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorCirculant2D([[1.0, 2.0], [3.0, 4.0]])
      >>> operator.shape, operator.block_shape
      (TensorShape([4, 4]), TensorShape([2, 2]))
    """

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = "complex64",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str = "LinearOperatorCirculant2D",
    ):
        super().__init__(
            spectrum,
            2,
            input_output_dtype=input_output_dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=given(locals()),
            name=name,
        )


class LinearOperatorCirculant3D(BaseLinearOperatorCirculant):
    """A circulant matrix of blocks that are circulant of blocks: products convolve in three dimensions.

    Args:
      spectrum: the eigenvalues, ``(..., n, m, k)``: the three-dimensional Fourier transform of the
        kernel; variables are read at every use.
      input_output_dtype: the type of the matrix and of what it multiplies; a real one only for a Hermitian spectrum.
      is_non_singular, is_positive_definite: see ``LinearOperator``.
      is_self_adjoint: True by itself if the spectrum is real.
      is_square: always True.
      name: its name.

    Raises:
      ValueError: for a spectrum of fewer axes, or a hint that does not hold.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorCirculant3D(tf.ones([2, 1, 3]))
      >>> operator.shape, operator.block_depth
      (TensorShape([6, 6]), 3)
    """

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = "complex64",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str = "LinearOperatorCirculant3D",
    ):
        super().__init__(
            spectrum,
            3,
            input_output_dtype=input_output_dtype,
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            parameters=given(locals()),
            name=name,
        )
