"""Function: the operations between symbolic inputs and outputs, as one operation."""

from __future__ import annotations

from typing import Any

from kerax.models.graph import Graph
from kerax.models.graph_config import graph_config, graph_from_config
from kerax.state import SymbolicTensor
from kerax.state.operation import Operation
from kerax.state.symbolic import to_shape


class Function(Operation):
    """What has been recorded between symbolic inputs and outputs, to be run again on other inputs.

    Unlike a model it has no training loop and owns no weights, though layers in it bring theirs. Inputs may be any
    symbolic tensors, also ones in the middle of a graph: what made them stays outside.

    Args:
      inputs: symbolic tensor, or a list, tuple or dict of them.
      outputs: symbolic tensors computed from them, in any structure.
      name: the function's name; ``function``, ``function_1``... by default.

    Raises:
      ValueError: if there are no inputs or outputs, or an output depends on a tensor that is no input.
      TypeError: for anything but symbolic tensors.

    Example:
      >>> import kerax, numpy as np
      >>> x = kerax.KerasTensor((2, 3))
      >>> function = kerax.Function(x, x * 2 + 1)
      >>> function(np.ones((2, 3), "float32"))[0]
      Array([3., 3., 3.], dtype=float32)
      >>> [operation.name for operation in function.operations]
      ['multiply', 'add']
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None):
        super().__init__(name=name)
        self._graph = Graph(inputs, outputs, self.name)

    @property
    def inputs(self) -> list[SymbolicTensor]:
        """The symbolic inputs in one list."""
        return self._graph.flat_inputs

    @property
    def outputs(self) -> list[SymbolicTensor]:
        """The symbolic outputs in one list."""
        return self._graph.flat_outputs

    @property
    def operations(self) -> list[Operation]:
        """The layers and other operations inside, in running order, each once."""
        return self._graph.operations

    def call(self, inputs: Any) -> Any:
        """Runs the operations on arrays, in the structure of the inputs.

        Raises:
          ValueError: if their number, names or shapes do not fit.
        """
        self._check(inputs)
        return self._graph.run(inputs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Records every operation inside anew, on other symbolic tensors."""
        return self.call(*args, **kwargs)

    def _check(self, inputs: Any) -> None:
        for tensor, value, name in zip(self.inputs, self._graph.ordered(inputs), self._graph.input_names, strict=True):
            expected, shape = tensor.shape, to_shape(value) if hasattr(value, "shape") else ()
            if len(shape) != len(expected) or any(
                None not in sizes and sizes[0] != sizes[1] for sizes in zip(shape, expected, strict=True)
            ):
                raise ValueError(
                    f"Input {name!r} of function {self.name!r} expects shape {expected}, received {shape}."
                )

    def get_config(self) -> dict[str, Any]:
        """Returns the operations, how they are connected, and the name.

        Raises:
          ValueError: for an operation that has no name to be found by again.
        """
        return {"name": self.name, **graph_config(self._graph)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Function:
        """Makes a function, with new layers inside, from ``get_config()``.

        Args:
          config: the configuration.
          custom_objects: the user's own classes and functions by name.

        Raises:
          ValueError: if the configuration is damaged.
        """
        inputs, outputs, _ = graph_from_config(config, custom_objects, str(config.get("name")))
        return cls(inputs, outputs, name=config.get("name"))
