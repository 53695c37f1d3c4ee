"""``tf.compat.v1.data.experimental``: that of version 2, and descriptions of elements under their first names."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._namespace import Namespace, table
from kerax.compat.tensorflow._spec import RaggedTensorSpec, SparseTensorSpec, TensorSpec
from kerax.compat.tensorflow._spec_parts import TensorArraySpec


class _Experimental(Namespace):
    """A module whose other names are those of version 2."""

    def _from_source(self, name: str) -> Any:
        from kerax.compat.tensorflow._root import ROOT

        try:
            return getattr(ROOT.data.experimental, name)
        except AttributeError:
            raise AttributeError(self._missing(name)) from None

    def __dir__(self) -> list[str]:
        from kerax.compat.tensorflow._root import ROOT

        return sorted({*super().__dir__(), *dir(ROOT.data.experimental)})


def TensorStructure(dtype: Any, shape: Any) -> TensorSpec:
    """Describes a tensor: ``tf.TensorSpec``, dtype first."""
    return TensorSpec(shape, dtype)


def SparseTensorStructure(dtype: Any, shape: Any) -> SparseTensorSpec:
    """Describes a sparse tensor: ``tf.SparseTensorSpec``, dtype first."""
    return SparseTensorSpec(shape, dtype)


def RaggedTensorStructure(dtype: Any, shape: Any, ragged_rank: int) -> RaggedTensorSpec:
    """Describes a ragged tensor: ``tf.RaggedTensorSpec``, dtype first."""
    return RaggedTensorSpec(shape, dtype, ragged_rank)


def TensorArrayStructure(dtype: Any, element_shape: Any, dynamic_size: bool, infer_shape: bool) -> TensorArraySpec:
    """Describes an array of tensors: ``tf.TensorArraySpec``, dtype first."""
    return TensorArraySpec(element_shape, dtype, dynamic_size, infer_shape)


experimental = _Experimental(
    "tf.compat.v1.data.experimental",
    table(
        _v1_structures="TensorStructure SparseTensorStructure RaggedTensorStructure TensorArrayStructure",
        _spec="Structure=TypeSpec DatasetStructure=DatasetSpec",
        _spec_parts="OptionalStructure=OptionalSpec",
    ),
)
