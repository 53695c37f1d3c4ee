"""The shape of an operator, as sizes and as tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.compat.tensorflow._v1_names import Dimension


class Shapes:
    """Part of ``LinearOperator``: everything that follows from ``_shape``."""

    def _shape(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has to define _shape().")

    def _shape_tensor(self) -> Any:
        return _numbers(self._sizes)

    @property
    def _sizes(self) -> tuple:
        """The shape as a plain tuple."""
        return tuple(self._shape())

    @property
    def _batch(self) -> tuple:
        return self._sizes[:-2]

    @property
    def _rows(self) -> Any:
        return self._sizes[-2]

    @property
    def _columns(self) -> Any:
        return self._sizes[-1]

    @property
    def shape(self) -> TensorShape:
        """Sizes of the batch, then rows and columns."""
        return TensorShape(_known(self._shape()))

    @property
    def batch_shape(self) -> TensorShape:
        """Sizes of the batch of matrices."""
        return self.shape[:-2]

    @property
    def tensor_rank(self) -> int | None:
        """Number of axes: of the batch, and two."""
        return self.shape.rank

    @property
    def domain_dimension(self) -> Dimension:
        """Number of columns: of elements of a vector that the operator takes."""
        return Dimension(self.shape[-1])

    @property
    def range_dimension(self) -> Dimension:
        """Number of rows: of elements of a vector that the operator gives."""
        return Dimension(self.shape[-2])

    def shape_tensor(self, name: str = "shape_tensor") -> Tensor:
        """The shape as a tensor of int32."""
        return convert(self._shape_tensor())

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The sizes of the batch as a tensor of int32."""
        return _numbers(self._batch)

    def tensor_rank_tensor(self, name: str = "tensor_rank_tensor") -> Tensor:
        """The number of axes as a tensor of int32."""
        return Tensor(np.asarray(len(self._sizes), np.int32))

    def domain_dimension_tensor(self, name: str = "domain_dimension_tensor") -> Tensor:
        """The number of columns as a tensor of int32."""
        return _number(self._columns)

    def range_dimension_tensor(self, name: str = "range_dimension_tensor") -> Tensor:
        """The number of rows as a tensor of int32."""
        return _number(self._rows)


def _known(shape: Any) -> Any:
    """Sizes, None for those that are symbols."""
    if isinstance(shape, TensorShape) and shape.rank is None:
        return None
    return tuple(one if one is None or type(one) is int else _size(one) for one in shape)


def _size(one: Any) -> int | None:
    return None if type(one).__name__ == "_DimExpr" else int(one)


def _numbers(found: tuple) -> Tensor:
    return convert(list(found)) if found else Tensor(np.zeros(0, np.int32))


def _number(one: Any) -> Tensor:
    return convert(one)
