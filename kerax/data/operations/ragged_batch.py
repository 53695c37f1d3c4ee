"""ragged_batch and sparse_batch: batches of elements of different sizes that are not padded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Elements
from kerax.data.cursor import Cursor
from kerax.data.operations.batch import Batch, BatchCursor
from kerax.data.ragged import SparseTensor
from kerax.data.spec import RaggedTensorSpec, SparseTensorSpec, TensorSpec, map_spec
from kerax.data.structure import Structure


@dataclass(frozen=True, eq=False)
class RaggedBatch(Batch):
    """Like ``Batch``; components with a size that is not known beforehand become ragged tensors."""

    row_splits_dtype: str = "int64"

    @property
    def operation(self) -> str:
        return "ragged_batch"

    @property
    def makes_ragged(self) -> bool:
        return True

    def row_specs(self) -> Any:
        """Returns the nested specs of elements, ragged where they will be stacked into ragged tensors."""

        def ragged(spec: TensorSpec) -> TensorSpec:
            if type(spec) is not TensorSpec or spec.shape == ():
                return spec
            if spec.shape is None:
                raise ValueError(
                    f"ragged_batch() needs elements of a known rank; {self.input.where} gives {spec}. Declare the "
                    "shape with None for the sizes that differ."
                )
            unknown = [axis for axis, size in enumerate(spec.shape) if size is None]
            return RaggedTensorSpec(spec.shape, spec.dtype, max(unknown), self.row_splits_dtype) if unknown else spec

        return map_spec(ragged, self.input.spec)

    @property
    def spec(self) -> Any:
        size = self.size if self.drop_remainder else None
        return map_spec(lambda spec: spec.with_leading(size), self.row_specs())

    def open(self) -> Cursor:
        return RaggedBatchCursor(self, self.input.open())


class RaggedBatchCursor(BatchCursor):
    """Stacks element by element: columns of equal sizes become ragged, too, where the spec says so."""

    def __init__(self, node: RaggedBatch, input: Cursor) -> None:
        super().__init__(node, input)
        self._specs = Structure.flatten(node.row_specs())[1]

    def _stack(self, rows: Chunk) -> Any:
        return super()._stack(Elements(rows.elements()))

    def _cut(self, rows: Chunk, count: int) -> Elements:
        return super()._cut(Elements(rows.elements()), count)


@dataclass(frozen=True, eq=False)
class SparseBatch(Batch):
    """Batches as sparse tensors: every element of one component is written into rows of a given shape."""

    row_shape: tuple[int | None, ...] = ()

    @property
    def operation(self) -> str:
        return "sparse_batch"

    @property
    def spec(self) -> Any:
        size = self.size if self.drop_remainder else None
        return map_spec(lambda spec: SparseTensorSpec((size, *self.row_shape), spec.dtype), self.input.spec)

    def open(self) -> Cursor:
        return SparseBatchCursor(self, self.input.open())


class SparseBatchCursor(RaggedBatchCursor):
    """Writes down every entry of every element."""

    def __init__(self, node: SparseBatch, input: Cursor) -> None:
        BatchCursor.__init__(self, node, input)

    def _stack(self, rows: Chunk) -> Any:
        index, self._count = self._count, self._count + 1
        wanted = self.node.row_shape
        structure, first = Structure.flatten(rows.elements()[0])
        if len(first) != 1:
            raise ValueError(f"sparse_batch() works on elements of a single component; these have {len(first)}.")
        arrays = [np.asarray(structure.leaves(row)[0]) for row in rows.elements()]
        for number, array in enumerate(arrays):
            fits = array.ndim == len(wanted) and all(w is None or n <= w for n, w in zip(array.shape, wanted))
            if not fits:
                raise ValueError(
                    f"Element {number} has shape {array.shape}, which does not fit into rows of shape {wanted} "
                    f"(in {self.node.where}, batch {index})."
                )
        sizes = [max(a.shape[axis] for a in arrays) if w is None else w for axis, w in enumerate(wanted)]
        parts = [SparseTensor(np.argwhere(np.ones(a.shape, bool)), a.ravel(), sizes) for a in arrays]
        return structure.unflatten([SparseTensor.stack(parts)])
