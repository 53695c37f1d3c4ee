"""prefetch_to_device: elements that are on their way to an accelerator while earlier ones are used."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from kerax.data.chunks import Elements
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.structure import Structure


@dataclass(frozen=True, eq=False)
class ToDevice(Node):
    """The input as JAX arrays on a device or spread over several."""

    input: Node
    target: Any
    size: int

    @property
    def operation(self) -> str:
        return "prefetch_to_device"

    def put(self, element: Any) -> Any:
        """Begins to copy the numbers of an element; text, ragged and sparse components stay where they are."""
        structure, leaves = Structure.flatten(element)
        try:
            return structure.unflatten([self._put(leaf) for leaf in leaves])
        except ValueError as error:
            if not isinstance(self.target, jax.sharding.Sharding):
                raise
            shapes = [np.shape(leaf) for leaf in leaves]
            raise ValueError(
                f"{self.where}: a batch with components of the shapes {shapes} cannot be spread as {self.target} asks. "
                "Choose a batch size that the number of devices divides, and batch(..., drop_remainder=True)."
            ) from error

    def _put(self, leaf: Any) -> Any:
        if isinstance(leaf, bytes) or not isinstance(leaf, (np.ndarray, np.generic)) or leaf.dtype == object:
            return leaf
        if isinstance(self.target, jax.sharding.Sharding) and jax.process_count() > 1:
            return jax.make_array_from_process_local_data(self.target, np.asarray(leaf))
        return jax.device_put(leaf, self.target)

    def open(self) -> Cursor:
        return ToDeviceCursor(self, self.input.open())


class ToDeviceCursor(Cursor):
    """Keeps some elements under way. A saved position holds them as they were on the host."""

    def __init__(self, node: ToDevice, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self._waiting: deque[tuple[Any, Any]] = deque()
        self._failed: Exception | None = None

    def read(self, n: int) -> Elements | None:
        while len(self._waiting) < self.node.size and self._failed is None:
            try:
                chunk = self._input.read(1)
                if chunk is None:
                    break
                for element in chunk.elements():
                    self._waiting.append((element, self.node.put(element)))
            except Exception as error:
                self._failed = error  # what came before it is delivered first
        if self._waiting:
            return Elements([self._waiting.popleft()[1]])
        if self._failed is not None:
            error, self._failed = self._failed, None
            raise error
        return None

    def own_state(self) -> Any:
        return [element for element, _ in self._waiting]

    def set_own_state(self, state: Any) -> None:
        self._waiting = deque((element, self.node.put(element)) for element in state)
        self._failed = None
