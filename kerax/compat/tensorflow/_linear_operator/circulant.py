"""What circulant operators of one, two and three dimensions have in common: a spectrum, and Fourier transforms.

Source: Davis, Circulant Matrices (1979): such a matrix is ``F^H diag(spectrum) F`` with the unitary Fourier matrix F.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array, label_of, out, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._linear_operator.arrays import dtype_of, parameter, sizes, turned, typed
from kerax.compat.tensorflow._linear_operator.assertions import LEAST_SIZE, refuse_unless
from kerax.compat.tensorflow._linear_operator.hints import always, commuting_hints, hints_of
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator
from kerax.compat.tensorflow._linear_operator.recording import method
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor


class BaseLinearOperatorCirculant(LinearOperator):
    """Base of circulant operators, and the class of their products.

    Args:
      spectrum: the eigenvalues, ``(..., n)`` or ``(..., n, m)`` or ``(..., n, m, k)``; variables are read at every use.
      block_depth: how many axes of it belong to one matrix: 1, 2 or 3.
      input_output_dtype: the type of the matrix.
      is_non_singular, is_positive_definite: see ``LinearOperator``.
      is_self_adjoint: True by itself if the spectrum is real.
      is_square: always True.
      parameters: what the constructor of the class was given.
      name: its name.

    Raises:
      ValueError: for a spectrum of too few axes, or a hint that does not hold.
    """

    def __init__(
        self,
        spectrum: Any,
        block_depth: int,
        input_output_dtype: Any = "complex64",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        parameters: dict | None = None,
        name: str = "LinearOperatorCirculant",
    ):
        if block_depth not in (1, 2, 3):
            raise ValueError(f"A circulant operator has a block_depth of 1, 2 or 3, received {block_depth!r}.")
        self._block_depth = block_depth
        self._spectrum = parameter(spectrum)
        if len(sizes(self._spectrum)) < block_depth:
            raise ValueError(
                f"{type(self).__name__}: `spectrum` has to have {block_depth} axes or more, received the shape "
                f"{sizes(self._spectrum)}."
            )
        if not dtype_of(self._spectrum).is_complex:
            owner = "A circulant operator of a real spectrum"
            is_self_adjoint = always(owner, "is_self_adjoint", is_self_adjoint, True)
        super().__init__(
            as_dtype(input_output_dtype),
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=always("A circulant operator", "is_square", is_square, True),
            name=name,
            parameters=parameters,
        )

    @property
    def _EVENT_AXES(self) -> dict[str, int]:  # type: ignore[override]
        return {"spectrum": self._block_depth}

    @property
    def spectrum(self) -> Any:
        """The eigenvalues, as they were given."""
        return self._spectrum

    @property
    def block_depth(self) -> int:
        """How many axes of the spectrum belong to one matrix."""
        return self._block_depth

    @property
    def _block(self) -> tuple:
        return sizes(self._spectrum)[-self._block_depth :]

    @property
    def block_shape(self) -> TensorShape:
        """The sizes of the spectrum's axes that belong to one matrix."""
        return TensorShape(self._block)

    def block_shape_tensor(self) -> Tensor:
        """``block_shape`` as a tensor of int32."""
        return Tensor(np.asarray(self._block, np.int32))

    def _shape(self) -> tuple:
        size = math.prod(self._block)
        return (*sizes(self._spectrum)[: -self._block_depth], size, size)

    @property
    def _eigenvalues(self) -> Any:
        """The spectrum, complex."""
        found = array(self._spectrum)
        return found.astype(jnp.result_type(found.dtype, jnp.complex64))

    @property
    def _where(self) -> tuple[int, ...]:
        return tuple(range(-self._block_depth, 0))

    def _filtered(self, x: Any, values: Any) -> Any:
        """Columns whose Fourier transforms are multiplied by eigenvalues."""
        rows = jnp.swapaxes(x, -1, -2)
        blocks = rows.reshape(*rows.shape[:-1], *self._block)
        # An axis for the columns, between the batch and the block.
        many = jnp.expand_dims(values, -self._block_depth - 1)
        found = jnp.fft.ifftn(jnp.fft.fftn(blocks, axes=self._where) * many, axes=self._where)
        found = found.reshape(*found.shape[: -self._block_depth], self._rows)
        return self._cast(jnp.swapaxes(found, -1, -2))

    def _cast(self, x: Any) -> Any:
        return x.astype(self._device_dtype) if self.dtype.is_complex else jnp.real(x).astype(self._device_dtype)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        values = self._eigenvalues
        return self._filtered(turned(array(x), adjoint_arg), jnp.conj(values) if adjoint else values)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        values = self._eigenvalues
        return self._filtered(turned(array(rhs), adjoint_arg), 1 / (jnp.conj(values) if adjoint else values))

    def _determinant(self) -> Any:
        return self._cast(jnp.prod(self._eigenvalues, self._where))

    def _log_abs_determinant(self) -> Any:
        return jnp.sum(jnp.log(jnp.abs(array(self._spectrum))), self._where)

    def _trace(self) -> Any:
        return self._cast(jnp.sum(self._eigenvalues, self._where))

    def _diag_part(self) -> Any:
        return jnp.broadcast_to((self._trace() / self._rows)[..., None], (*self._batch, self._rows))

    def _eigvals(self) -> Any:
        given = tensor(self._spectrum)
        return out(given.array.reshape(*self._batch, self._rows), label_of(given))

    def _cond(self) -> Any:
        size = jnp.abs(array(self._spectrum))
        return jnp.max(size, self._where) / jnp.min(size, self._where)

    @method
    def convolution_kernel(self, name: str = "convolution_kernel") -> Tensor:
        """What products convolve with: the inverse Fourier transform of the spectrum.

        Returns:
          A tensor of the spectrum's shape and the operator's type.
        """
        return typed(self._cast(jnp.fft.ifftn(self._eigenvalues, axes=self._where)), self.dtype)

    def assert_hermitian_spectrum(self, name: str = "assert_hermitian_spectrum") -> None:
        """Raises InvalidArgumentError unless the matrix is real, as it is for a spectrum symmetric as real ones are."""
        kernel = jnp.fft.ifftn(self._eigenvalues, axes=self._where)
        epsilon = float(jnp.finfo(kernel.dtype).eps) * max(LEAST_SIZE, self._rows)
        limit = epsilon * jnp.maximum(1, jnp.max(jnp.abs(kernel)))
        refuse_unless(jnp.abs(jnp.imag(kernel)) <= limit, f"The spectrum of {self.name} is not Hermitian.")

    def _assert_non_singular(self) -> None:
        refuse_unless(jnp.abs(array(self._spectrum)) > 0, f"{self.name} is singular: there are zeros in its spectrum.")

    def _assert_positive_definite(self) -> None:
        refuse_unless(
            jnp.real(array(self._spectrum)) > 0,
            f"{self.name} is not positive definite: not everything in its spectrum has a positive real part.",
        )

    def _assert_self_adjoint(self) -> None:
        refuse_unless(
            jnp.imag(array(self._spectrum)) == 0, f"{self.name} is not self-adjoint: its spectrum has imaginary parts."
        )

    # ---- operators of operators -------------------------------------------------------------------------------------
    def _like(self, spectrum: Any, hints: dict, label: str | None) -> Any:
        """An operator of the same kind."""
        made: dict[str, Any] = {"input_output_dtype": self.dtype, **hints}
        if type(self) is BaseLinearOperatorCirculant:
            made["block_depth"] = self._block_depth
        return type(self)(out(spectrum, label), **made)

    def _linop_adjoint(self) -> Any:
        given = tensor(self._spectrum)
        return self._like(jnp.conj(given.array), hints_of(self), label_of(given))

    def _linop_inverse(self) -> Any:
        given = tensor(self._spectrum)
        return self._like(1 / given.array, hints_of(self), label_of(given))

    def _product(self, right: Any) -> Any:
        """The product with another, whose block shape is the same."""
        one, two = tensor(self._spectrum), tensor(right._spectrum)
        spectrum = out(one.array * two.array, label_of(one) or label_of(two))
        hints = commuting_hints(self, right)
        return BaseLinearOperatorCirculant(spectrum, self._block_depth, self.dtype, **hints)

    def _quotient(self, right: Any) -> Any:
        """What gives another, of the same kind, as product with this one."""
        one, two = tensor(self._spectrum), tensor(right._spectrum)
        return self._like(two.array / one.array, commuting_hints(self, right), label_of(one) or label_of(two))

    def _with(self, changed: dict, slices: tuple) -> Any:
        made = {**hints_of(self), "name": self.name, "input_output_dtype": self.dtype, **changed}
        if type(self) is BaseLinearOperatorCirculant:
            made["block_depth"] = self._block_depth
        return type(self)(**made)
