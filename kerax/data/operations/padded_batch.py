"""padded_batch: batches of elements of different sizes, filled up to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Elements
from kerax.data.convert import STRING, numpy_dtype, stack, to_array
from kerax.data.cursor import Cursor
from kerax.data.operations.batch import Batch
from kerax.data.sources.stream import DataLossError
from kerax.data.spec import TensorSpec
from kerax.data.structure import Structure


@dataclass(frozen=True, eq=False)
class PaddedBatch(Batch):
    """Like ``Batch``; components are padded at their ends to the given shapes, or to the largest size in the batch."""

    shapes: Any = None
    values: Any = None

    @property
    def operation(self) -> str:
        return "padded_batch"

    @property
    def spec(self) -> Any:
        structure, shapes, _, specs = self.resolved()
        size = self.size if self.drop_remainder else None
        return structure.unflatten([TensorSpec((size, *shape), spec.dtype) for shape, spec in zip(shapes, specs)])

    def resolved(self) -> tuple[Structure, list, list, list]:
        """Returns the structure of elements, and shape, padding value and spec of every component.

        Raises:
          ValueError: if a shape does not fit its component, or none is given for a component of unknown rank.
          TypeError: if a padding value has another dtype than its component.
        """
        structure, specs = Structure.flatten(self.input.spec)
        given = [None] * len(specs) if self.shapes is None else _along(structure, self.shapes, "padded_shapes")
        fill = (
            [None] * len(specs)
            if self.values is None
            else _along(structure, self.values, "padding_values", single=True)
        )
        names = structure.paths()
        shapes = [_shape(spec, shape, name) for spec, shape, name in zip(specs, given, names)]
        values = [_value(spec, value, name) for spec, value, name in zip(specs, fill, names)]
        return structure, shapes, values, specs

    def open(self) -> Cursor:
        return PaddedBatchCursor(self, self.input.open())


class PaddedBatchCursor(Cursor):
    """Collects a batch, finds its sizes, and copies the elements into arrays full of padding."""

    def __init__(self, node: PaddedBatch, input: Cursor) -> None:
        super().__init__(node, input)
        self._input, self._count = input, 0
        self._structure, self._shapes, self._values, _ = node.resolved()

    def read(self, n: int) -> Elements | None:
        rows: list = []
        while len(rows) < self.node.size and (chunk := self._input.read(self.node.size - len(rows))) is not None:
            rows.extend(chunk.elements())
        if not rows or (self.node.drop_remainder and len(rows) < self.node.size):
            return None
        columns = zip(*(self._structure.leaves(row) for row in rows))
        parts = [self._pad(index, list(column)) for index, column in enumerate(columns)]
        self._count += 1
        return Elements([self._structure.unflatten(parts)])

    def _pad(self, index: int, column: list) -> np.ndarray:
        shape = self._shapes[index]
        if not shape:
            return stack(column)
        at = f"in {self.node.where}, batch {self._count}{_named(self._structure.paths()[index])}"
        arrays = [np.asarray(part) for part in column]
        for number, array in enumerate(arrays):
            if array.ndim != len(shape):
                raise ValueError(
                    f"Element {number} has {array.ndim} dimensions where {len(shape)} were expected ({at})."
                )
            if any(wanted is not None and size > wanted for size, wanted in zip(array.shape, shape)):
                raise DataLossError(
                    f"Element {number} of shape {array.shape} is larger than its padded shape {shape} ({at})."
                )
        sizes = [max(a.shape[axis] for a in arrays) if wanted is None else wanted for axis, wanted in enumerate(shape)]
        out = np.full((len(arrays), *sizes), self._values[index], arrays[0].dtype)
        for number, array in enumerate(arrays):
            out[number][tuple(slice(size) for size in array.shape)] = array
        return out

    def own_state(self) -> Any:
        return self._count

    def set_own_state(self, state: Any) -> None:
        self._count = state


def _named(path: str) -> str:
    return f", component {path}" if path else ""


def _along(structure: Structure, value: Any, name: str, single: bool = False) -> list:
    """Takes a nested argument apart along the structure of elements; ``single`` lets one value stand for all."""
    if structure.kind == "leaf":
        return [value]
    if single and not isinstance(value, (tuple, list, dict)):
        return [value] * structure.size
    keys = structure.keys if structure.kind == "dict" else range(len(structure.children))
    try:
        parts = [value[key] for key in keys]
    except (TypeError, KeyError, IndexError):
        raise ValueError(
            f"padded_batch({name}=...) must have the structure of an element, received {value!r}."
        ) from None
    return [leaf for child, part in zip(structure.children, parts) for leaf in _along(child, part, name, single)]


def _shape(spec: TensorSpec, given: Any, name: str) -> tuple:
    if given is None:
        if spec.shape is None:
            raise ValueError(
                f"padded_batch() needs padded_shapes=...: the rank of the elements{_named(name)} is not known "
                "beforehand."
            )
        return spec.shape
    shape = tuple(None if size is None or int(size) == -1 else int(size) for size in given)
    if spec.shape is not None and len(shape) != len(spec.shape):
        raise ValueError(f"The padded shape {shape} does not fit elements of shape {spec.shape}{_named(name)}.")
    if any(None not in (new, old) and new < old for new, old in zip(shape, spec.shape or ())):
        raise ValueError(f"Elements of shape {spec.shape}{_named(name)} are larger than their padded shape {shape}.")
    return shape


def _value(spec: TensorSpec, given: Any, name: str) -> Any:
    if given is None:
        return b"" if spec.dtype == STRING else np.zeros((), numpy_dtype(spec.dtype))[()]
    value = to_array(given)
    found = STRING if value.dtype.kind == "O" else value.dtype.name
    if found != spec.dtype:
        raise TypeError(
            f"padded_batch(padding_values=...) holds {found} where the elements{_named(name)} are {spec.dtype}. "
            + ("Write a text." if spec.dtype == STRING else f"Write np.{spec.dtype}(...).")
        )
    return value[()]
