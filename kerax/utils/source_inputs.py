"""get_source_inputs: what a symbolic tensor is made from."""

from __future__ import annotations

from typing import Any

from kerax.state.symbolic import SymbolicTensor


def get_source_inputs(tensor: Any, layer: Any = None, node_index: int | None = None) -> list[Any]:
    """The inputs from which a symbolic tensor is computed.

    Args:
      tensor: an output of a layer that was called on symbolic tensors.
      layer: with ``node_index``, begins at one of this layer's calls instead of the one that gave ``tensor``.
      node_index: number of the call.

    Returns:
      Symbolic tensors that nothing computes, in the order in which they are first needed; what is not symbolic is
      returned as it is.

    Raises:
      ValueError: if the layer was not called so often.

    Example:
      >>> import kerax
      >>> a, b = kerax.Input((2,)), kerax.Input((2,))
      >>> [x is y for x, y in zip(kerax.utils.get_source_inputs(kerax.layers.add([a, b])), [a, b])]
      [True, True]
    """
    found: dict[int, Any] = {}
    seen: set[int] = set()
    if not isinstance(tensor, SymbolicTensor):
        return tensor
    waiting = [tensor]
    if layer is not None and node_index is not None:
        nodes = vars(layer).get("_nodes", [])
        if not -len(nodes) <= node_index < len(nodes):
            raise ValueError(
                f"get_source_inputs(): layer {layer.name!r} was called {len(nodes)} times on symbolic tensors; there "
                f"is no call of number {node_index}."
            )
        waiting = list(nodes[node_index].inputs)
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        inputs = one.node.inputs if one.node is not None else []
        if inputs:
            waiting += reversed(list(inputs))
        else:
            found[id(one)] = one
    return list(found.values())
