"""StackedRNNCells: several cells as one."""

from __future__ import annotations

from typing import Any

from kerax.layers._family import deserialize, serialize
from kerax.layers.layer import Layer
from kerax.layers.rnn.time_loop import call_cell, initial_state_of, output_size_of


class StackedRNNCells(Layer):
    """A cell made of cells: each one's output is the next one's input.

    Args:
        cells: list of cells.
        **kwargs: ``name``, ``dtype``...

    Raises:
        TypeError, ValueError: if there are none, or one is no cell.

    Example:
        >>> import kerax, numpy as np
        >>> cells = kerax.layers.StackedRNNCells([kerax.layers.GRUCell(4), kerax.layers.LSTMCell(3)])
        >>> cells.state_size
        [4, [3, 3]]
        >>> kerax.layers.RNN(cells)(np.ones((2, 5, 6), "float32")).shape
        (2, 3)
    """

    def __init__(self, cells: Any, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(cells, (list, tuple)) or not cells:
            raise ValueError(f"StackedRNNCells: cells must be a list of at least one cell, received {cells!r}.")
        for cell in cells:
            if not callable(getattr(cell, "call", None)) or isinstance(cell, type):
                raise TypeError(f"StackedRNNCells: every cell needs a method call(inputs, states), received {cell!r}.")
            if getattr(cell, "state_size", None) is None:
                raise ValueError(f"StackedRNNCells: cell {type(cell).__name__} has no state_size.")
        self.cells = list(cells)

    def _named_children(self) -> Any:
        # Keras's paths name the cells, not the list they are kept in, where their names tell them apart.
        for name, child in super()._named_children():
            if child is self.cells:
                yield from zip(self._path_parts(), self.cells, strict=True)
            else:
                yield name, child

    def _path_parts(self) -> list[str]:
        names = [cell.name for cell in self.cells if isinstance(cell, Layer)]
        if len(names) == len(self.cells) == len(set(names)):
            return names
        return [f"cells/{place}" for place in range(len(self.cells))]

    @property
    def state_size(self) -> list:
        """The cells' state sizes."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """The last cell's output size."""
        return output_size_of(self.cells[-1])

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> list:
        """Returns the cells' first states, as a list."""
        batch = inputs.shape[0] if batch_size is None and inputs is not None else batch_size
        return [initial_state_of(cell, batch, dtype or self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: Any) -> None:
        """Builds the cells.

        Args:
            input_shape: (batch, features) of one step.
        """
        batch = input_shape[0]
        for part, cell in zip(self._path_parts(), self.cells, strict=True):
            if isinstance(cell, Layer):
                cell.__dict__["_path"] = f"{self.path}/{part}"
            if hasattr(cell, "build") and not getattr(cell, "built", False):
                cell.build(input_shape)
            size = output_size_of(cell)
            input_shape = (batch, *size) if isinstance(size, (list, tuple)) else (batch, size)

    def call(self, inputs: Any, states: Any, training: bool = False, **kwargs: Any) -> tuple[Any, list]:
        """One step of every cell."""
        new_states = []
        for cell, state in zip(self.cells, states, strict=True):
            several = isinstance(state, (list, tuple))
            inputs, new = call_cell(cell, inputs, list(state) if several else [state], training, **kwargs)
            new_states.append(new if several else new[0])
        return inputs, new_states

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "cells": [serialize(cell) for cell in self.cells]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> StackedRNNCells:
        """Makes the cells and their stack."""
        config = dict(config)
        config["cells"] = [deserialize(cell) if isinstance(cell, (dict, str)) else cell for cell in config["cells"]]
        return super().from_config(config)
