"""Checks of an operator's numbers: at once, or whenever the program that is traced runs."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _hermitian as hermitian
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._debugging import _refuse
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._linear_operator.arrays import adjoint
from kerax.compat.tensorflow._linear_operator.recording import is_symbolic
from kerax.compat.tensorflow._nest import flatten, pack_sequence_as

# A condition number above 1 / (this times the type's epsilon) counts as singular, for matrices up to this size.
LEAST_SIZE = 100.0


def refuse_unless(holds: Any, text: str) -> None:
    """Raises InvalidArgumentError with a text unless a condition holds everywhere."""
    _refuse(jnp.all(holds), text)


def refuse(text: str) -> None:
    """Raises InvalidArgumentError: what is asserted never holds."""
    raise errors.InvalidArgumentError(None, None, text)


def _now_or_later(operator: Any, check: str) -> Any:
    """Checks an operator, or says how a session checks one without numbers."""
    if not is_symbolic(operator):
        return getattr(operator, check)()
    if not graph_mode():
        raise ValueError(
            f"{operator.name} has no numbers to check: it is made of a model's inputs. Check it in a layer's call."
        )
    from kerax.compat.tensorflow._graph import Deferred

    parts = flatten(operator, expand_composites=True)

    def run(evaluation: Any) -> None:
        values = [tensor(evaluation.of(one)) for one in parts]
        getattr(pack_sequence_as(operator, values, expand_composites=True), check)()

    return Deferred(run)


class Assertions:
    """Part of ``LinearOperator``: ``assert_non_singular`` and its like."""

    def assert_non_singular(self: Any, name: str = "assert_non_singular") -> Any:
        """Raises InvalidArgumentError if a matrix is singular, as far as its type can tell."""
        return _now_or_later(self, "_assert_non_singular")

    def _assert_non_singular(self: Any) -> None:
        epsilon = float(np.finfo(self.dtype.real_dtype.as_numpy_dtype).eps)
        sizes = [one for one in self._sizes[-2:] if type(one) is int]
        limit = 1.0 / (max(LEAST_SIZE, *sizes) * epsilon)
        found = self._array_of("cond")
        refuse_unless(found < limit, f"{self.name} is singular: its condition number is not below {limit:g}.")

    def assert_positive_definite(self: Any, name: str = "assert_positive_definite") -> Any:
        """Raises InvalidArgumentError unless every matrix is positive definite.

        Raises:
          NotImplementedError: for operators that are neither diagonal nor hinted to be self-adjoint.
        """
        return _now_or_later(self, "_assert_positive_definite")

    def _assert_positive_definite(self: Any) -> None:
        if not self.is_self_adjoint:
            raise NotImplementedError(
                f"{self.name}: whether a matrix is positive definite is told by its Cholesky factor, which needs a "
                "self-adjoint one. Make the operator with is_self_adjoint=True."
            )
        factor = hermitian.cholesky(self._array_of("to_dense"))
        diagonal = jnp.real(jnp.diagonal(factor, axis1=-2, axis2=-1))
        refuse_unless(diagonal > 0, f"{self.name} is not positive definite: it has no Cholesky factor.")

    def assert_self_adjoint(self: Any, name: str = "assert_self_adjoint") -> Any:
        """Raises InvalidArgumentError unless every matrix equals its own adjoint."""
        return _now_or_later(self, "_assert_self_adjoint")

    def _assert_self_adjoint(self: Any) -> None:
        matrix = self._array_of("to_dense")
        text = f"{self.name} is not self-adjoint: its matrix is not equal to its adjoint."
        if matrix.shape[-1] != matrix.shape[-2]:
            refuse(text)
        refuse_unless(matrix == adjoint(matrix), text)
