"""``tf.linalg.LinearOperator``: a matrix, or a batch of them, known by what it does."""

from __future__ import annotations

import abc
import warnings
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._dtypes import WIDE, DType, as_dtype
from kerax.compat.tensorflow._edges import inside
from kerax.compat.tensorflow._linear_operator.arrays import typed
from kerax.compat.tensorflow._linear_operator.assertions import Assertions
from kerax.compat.tensorflow._linear_operator.hints import Hints, consistent
from kerax.compat.tensorflow._linear_operator.products import Products
from kerax.compat.tensorflow._linear_operator.quantities import Quantities
from kerax.compat.tensorflow._linear_operator.shapes import Shapes
from kerax.compat.tensorflow._linear_operator.slicing import Slicing
from kerax.compat.tensorflow._linear_operator.trees import Parts
from kerax.compat.tensorflow._module import Module


class LinearOperator(Shapes, Products, Quantities, Assertions, Slicing, Parts, Module, metaclass=abc.ABCMeta):
    """Base of all operators. A subclass defines ``_shape`` and ``_matmul``; everything else follows from these two.

    Args:
      dtype: the type of the matrix.
      graph_parents: tensors that it is made of; accepted, they are found by themselves.
      is_non_singular: a hint that it can be inverted.
      is_self_adjoint: a hint that it equals its transposed conjugate.
      is_positive_definite: a hint that its quadratic form is positive; it need not be self-adjoint.
      is_square: a hint that it has as many rows as columns.
      name: its name; the class's by default.
      parameters: what the constructor was given, by name.

    Raises:
      ValueError: if hints contradict each other.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> class Twice(tf.linalg.LinearOperator):
      ...     def _shape(self):
      ...         return tf.TensorShape([2, 2])
      ...     def _matmul(self, x, adjoint=False, adjoint_arg=False):
      ...         return 2.0 * (tf.linalg.adjoint(x) if adjoint_arg else x)
      >>> Twice(tf.float32).to_dense().numpy().tolist()
      [[2.0, 0.0], [0.0, 2.0]]
    """

    _TF_MODULE_IGNORED_PROPERTIES = frozenset({"_parameters", "_graph_parents"})
    # Parameters that are arrays -> how many of their last axes belong to one matrix.
    _EVENT_AXES: dict[str, int] = {}
    # Parameters that are operators, or lists of them.
    _OPERATORS: tuple[str, ...] = ()

    def __init__(
        self,
        dtype: Any,
        graph_parents: Any = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
        parameters: dict | None = None,
    ):
        self._name = name or type(self).__name__
        if graph_parents is not None:
            warnings.warn(
                "The argument graph_parents of linear operators does nothing: leave it out.",
                DeprecationWarning,
                stacklevel=2,
            )
        self._graph_parents = list(graph_parents or ())
        self._parameters = dict(parameters or {})
        self._dtype = None if dtype is None else as_dtype(dtype)
        self._hints = consistent(self._name, Hints(is_non_singular, is_self_adjoint, is_positive_definite, is_square))

    @abc.abstractmethod
    def _shape(self) -> Any:
        """The shape, of all that is known without numbers."""

    @abc.abstractmethod
    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        """The product with a matrix."""

    @property
    def dtype(self) -> DType:
        """The type of the matrix."""
        return self._dtype  # type: ignore[return-value]

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def parameters(self) -> dict:
        """What the constructor was given, by name."""
        return dict(self._parameters)

    @property
    def graph_parents(self) -> list:
        """What ``graph_parents`` was given: it does nothing any more."""
        return self._graph_parents

    @property
    def is_non_singular(self) -> bool | None:
        """Whether it can be inverted; None if nobody said so."""
        return self._hints.is_non_singular

    @property
    def is_self_adjoint(self) -> bool | None:
        """Whether it equals its transposed conjugate; None if nobody said so."""
        return self._hints.is_self_adjoint

    @property
    def is_positive_definite(self) -> bool | None:
        """Whether its quadratic form is positive; None if nobody said so."""
        return self._hints.is_positive_definite

    @property
    def is_square(self) -> bool | None:
        """Whether it has as many rows as columns: from the shape, else from the hint.

        Raises:
          ValueError: if the hint says that a square matrix is none.
        """
        said = self._hints.is_square
        rows, columns = self._sizes[-2:]
        if said is not None:
            if said is False and type(rows) is int and rows == columns:
                raise ValueError(
                    f"{self.name} was made with is_square=False, but has {rows} rows and {columns} columns."
                )
            return said
        return rows == columns if type(rows) is int and type(columns) is int else None

    # ---- for subclasses ---------------------------------------------------------------------------------------------
    @property
    def _can_use_cholesky(self) -> bool:
        return bool(self.is_self_adjoint and self.is_positive_definite)

    @property
    def _device_dtype(self) -> Any:
        """The type in which the device holds the matrix."""
        return jax.dtypes.canonicalize_dtype(self.dtype.dtype)

    def _array_of(self, what: str, *args: Any) -> Any:
        """The array that a method of a subclass computes: these take and return tensors or arrays."""
        given = [typed(one, self.dtype) if isinstance(one, (jax.Array, np.ndarray)) else one for one in args]
        return array(getattr(self, f"_{what}")(*given))

    def _check_type(self, x: Any) -> None:
        """Raises TypeError for a tensor of another type."""
        ours, theirs = self.dtype.name, x.dtype.name
        if inside():  # kerax's own code has arrays, whose types carry no labels
            ours, theirs = WIDE.get(ours, ours), WIDE.get(theirs, theirs)
        if ours != theirs:
            raise TypeError(
                f"{self.name} is of dtype {self.dtype.name} and takes tensors of that type, received one of "
                f"{x.dtype.name} and shape {x.shape}: use tf.cast."
            )

    def _check_inexact(self, what: str) -> None:
        """Raises TypeError for a type that has no fractions."""
        if not (self.dtype.is_floating or self.dtype.is_complex):
            raise TypeError(
                f"{type(self).__name__}: `{what}` has to be of a floating or complex type, received {self.dtype.name}: "
                "use tf.cast."
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}: shape={self.shape}, dtype={self.dtype.name}>"


def given(values: dict) -> dict:
    """The arguments of a constructor: its local variables when it begins."""
    return {name: value for name, value in values.items() if name not in ("self", "__class__")}
