"""get_source_inputs: what a symbolic tensor is made from."""

from __future__ import annotations

from typing import Any


def get_source_inputs(tensor: Any) -> list[Any]:
    """The inputs from which a symbolic tensor is computed.

    Args:
      tensor: an output of a layer that was called on symbolic tensors.

    Returns:
      Symbolic tensors that nothing computes, in the order in which they are first needed.

    Example:
      >>> import kerax
      >>> a, b = kerax.Input((2,)), kerax.Input((2,))
      >>> [x is y for x, y in zip(kerax.utils.get_source_inputs(kerax.layers.add([a, b])), [a, b])]
      [True, True]
    """
    found: dict[int, Any] = {}
    seen: set[int] = set()
    waiting = [tensor]
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
