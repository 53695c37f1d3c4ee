"""A Python generator as a source, with every element checked against the declared signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Elements
from kerax.data.convert import STRING, as_component, numpy_dtype, to_array
from kerax.data.cursor import Cursor
from kerax.data.node import Node, add_note
from kerax.data.spec import UNKNOWN_CARDINALITY, RaggedTensorSpec, TensorSpec
from kerax.data.structure import Structure


@dataclass(frozen=True, eq=False)
class Generator(Node):
    """The elements that a function's iterable yields; the function is called anew for every pass."""

    function: Callable
    signature: Any
    arguments: tuple
    count: int = UNKNOWN_CARDINALITY

    knows_spec = True

    @property
    def operation(self) -> str:
        return "from_generator"

    @property
    def dataset_name(self) -> str:
        return "FlatMapDataset"

    @property
    def spec(self) -> Any:
        return self.signature

    @property
    def cardinality(self) -> int:
        return self.count

    @property
    def makes_ragged(self) -> bool:
        return any(isinstance(spec, RaggedTensorSpec) for spec in Structure.flatten(self.signature)[1])

    def open(self) -> Cursor:
        return GeneratorCursor(self)


class GeneratorCursor(Cursor):
    """Pulls one element after the other. A position is how many were pulled; it is found by pulling them again."""

    def __init__(self, node: Generator) -> None:
        super().__init__(node)
        self._iterator: Any = None
        self._count = 0
        self._done = False
        self._failed: Exception | None = None
        self._structure, self._specs = Structure.flatten(node.signature)

    def read(self, n: int) -> Elements | None:
        if self._done:
            return None
        out = Elements()
        while len(out) < n:
            if self._failed is not None:
                error, self._failed = self._failed, None
                raise error
            try:
                out.append(self._pull())
            except StopIteration:
                self._done = True
                break
            except Exception as error:
                if not out:
                    raise
                self._failed = error  # what came before it is delivered first
                break
        return out or None

    def _pull(self) -> Any:
        try:
            if self._iterator is None:
                self._iterator = iter(self.node.function(*self.node.arguments))
            value = next(self._iterator)
        except StopIteration:
            raise
        except Exception as error:
            add_note(error, f"raised by the generator of {self.node.where}, at element {self._count}")
            raise
        element = self._check(value)
        self._count += 1
        return element

    def _check(self, value: Any) -> Any:
        at = f"in {self.node.where}, at element {self._count}"
        if isinstance(value, list) and self._structure.kind == "tuple":
            value = tuple(value)
        if self._structure.kind == "leaf" and isinstance(value, tuple):
            value = list(value)  # a tuple of numbers can be one component, just as a list can
        try:
            values = self._structure.leaves(value)
        except ValueError as error:
            raise TypeError(
                f"The generator yielded an element of another structure than its signature ({at}): {error}."
            ) from None
        leaves = [_convert(part, spec, at) for part, spec in zip(values, self._specs)]
        return self._structure.unflatten(leaves)

    def own_state(self) -> Any:
        return {"count": self._count, "done": self._done}

    def set_own_state(self, state: Any) -> None:
        self._iterator, self._count, self._done = None, 0, False
        for _ in range(state["count"]):
            self._pull()
        self._done = state["done"]

    def close(self) -> None:
        stop, self._iterator, self._done = getattr(self._iterator, "close", None), None, True
        if stop is not None:
            stop()


def _convert(value: Any, spec: TensorSpec, at: str) -> Any:
    try:
        array = to_array(value)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"The generator yielded {value!r}, which cannot be converted to {spec.dtype} ({at}): {error}"
        ) from None
    if not isinstance(array, np.ndarray) or (type(spec) is not TensorSpec and not isinstance(spec, RaggedTensorSpec)):
        if not spec.is_compatible_with(array):
            raise TypeError(f"The generator yielded {value!r} where {spec!r} was expected ({at}).")
        return array
    text = array.dtype.kind == "O" and array.size > 0
    wanted = numpy_dtype(spec.dtype)
    if text != (spec.dtype == STRING) and array.size:
        raise TypeError(f"The generator yielded {value!r} where {spec.dtype} was expected ({at}).")
    if spec.dtype != STRING and array.size and not np.can_cast(array.dtype, wanted, casting="same_kind"):
        raise TypeError(
            f"The generator yielded {value!r} of type {array.dtype} where {spec.dtype} was expected ({at})."
        )
    if not TensorSpec(spec.shape, spec.dtype).is_compatible_with(TensorSpec(array.shape, spec.dtype)):
        raise TypeError(
            f"The generator yielded an element of shape {array.shape} where shape {spec.shape} was expected ({at})."
        )
    return as_component(array.astype(wanted, copy=False))
