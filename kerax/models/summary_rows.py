"""What a model's summary tells, one row per layer, without a look."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import jax
import numpy as np

from kerax.errors import did_you_mean
from kerax.layers import InputLayer, Layer
from kerax.state import Variable
from kerax.state.symbolic import symbolic_leaves

UNKNOWN = "?"
_BYTE_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")
_BITS_PER_ELEMENT = {"int4": 4, "uint4": 4}


class Row(NamedTuple):
    """A layer of a summary.

    Attributes:
      name: of the layer.
      kind: its class.
      shape: of its output, ``"?"`` when not known.
      params: number of parameters as text.
      connected: which tensors it takes, ``"-"`` when nobody says.
      trainable: ``"Y"``, ``"N"``, or ``"-"`` without parameters.
      level: how deep in nested models.
    """

    name: str
    kind: str
    shape: str
    params: str
    connected: str
    trainable: str
    level: int = 0


class Totals(NamedTuple):
    """Parameters of a model, each as (number, bytes).

    Attributes:
      total: all of them.
      trainable: those that training changes by gradients.
      non_trainable: the other weights.
      optimizer: what the optimizer keeps, None if there is none yet.
    """

    total: tuple[int, float]
    trainable: tuple[int, float]
    non_trainable: tuple[int, float]
    optimizer: tuple[int, float] | None

    def lines(self) -> list[tuple[str, str, str]]:
        """``(label, number, size)`` of every line."""
        names = ("Total params", "Trainable params", "Non-trainable params", "Optimizer params")
        pairs = zip(names, self, strict=True)
        return [(name, f"{pair[0]:,}", readable_size(pair[1])) for name, pair in pairs if pair is not None]


def readable_size(count: float) -> str:
    """Bytes with a unit.

    Example:
      >>> from kerax.models.summary_rows import readable_size
      >>> readable_size(332), readable_size(2048)
      ('332.00 B', '2.00 KB')
    """
    unit = 0
    while count >= 1024 and unit < len(_BYTE_UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{count:.2f} {_BYTE_UNITS[unit]}"


def totals(model: Any) -> Totals:
    """Counts a model's parameters."""
    trainable, non_trainable = _amount(model.trainable_weights), _amount(model.non_trainable_weights)
    optimizer = getattr(model, "optimizer", None) if getattr(model, "compiled", False) else None
    kept = _amount(optimizer.variables) if getattr(optimizer, "built", False) else None
    parts = [trainable, non_trainable, kept or (0, 0.0)]
    return Totals((sum(p[0] for p in parts), sum(p[1] for p in parts)), trainable, non_trainable, kept)


def _amount(variables: Iterable[Variable]) -> tuple[int, float]:
    count, size = 0, 0.0
    for variable in variables:
        count += variable.size
        bits = _BITS_PER_ELEMENT.get(variable.dtype) or 8 * np.dtype(jax.numpy.dtype(variable.dtype)).itemsize
        size += variable.size * bits / 8
    return count, size


def is_plain_stack(model: Any) -> bool:
    """Whether every layer takes just the output of the one before, so that nobody needs to say what is connected."""
    graph = model._graph
    if graph is None or type(model).__name__ == "Sequential":
        return True
    if len(graph.flat_inputs) != 1 or len(graph.flat_outputs) != 1:
        return False
    last = graph.flat_inputs[0]
    for node in graph.nodes:
        outputs = symbolic_leaves(node.outputs)
        if (
            len(node.inputs) != 1
            or len(outputs) != 1
            or node.inputs[0] is not last
            or not isinstance(node.operation, Layer)
        ):
            return False
        last = outputs[0]
    return len({id(node.operation) for node in graph.nodes}) == len(graph.nodes)


def rows_of(model: Any, expand_nested: bool = False, layer_range: Any = None) -> list[Row]:
    """The rows of a model.

    Args:
      model: the model.
      expand_nested: whether layers of nested models follow their model.
      layer_range: pair of names or regular expressions: the first and the last layer, or None.

    Raises:
      ValueError: if no layer has such a name.
    """
    entries = _entries(model)
    if layer_range is not None:
        first, last = layer_span([name for name, _, _ in entries], layer_range, f"summary() of {model.name!r}")
        entries = entries[first : last + 1]
    rows: list[Row] = []
    for name, operation, connected in entries:
        rows.append(_row(name, operation, connected, 0))
        if expand_nested:
            rows += _nested(operation, 1)
    return rows


def _nested(operation: Any, level: int) -> list[Row]:
    rows = []
    for layer in getattr(operation, "layers", ()) if hasattr(operation, "summary") else ():
        rows.append(_row(layer.name, layer, "-", level))
        rows += _nested(layer, level + 1)
    return rows


def _entries(model: Any) -> list[tuple[str, Any, str]]:
    """``(name, layer or node, connections)`` in the order of the summary."""
    graph = model._graph
    if graph is None or type(model).__name__ == "Sequential":
        layers = model.layers if graph is not None else [x for x in model.layers if not isinstance(x, InputLayer)]
        return [(layer.name, layer, "-") for layer in layers]
    names, places = _places(graph)
    calls: dict[int, list] = {}
    for node in graph.nodes:
        calls.setdefault(id(node.operation) if isinstance(node.operation, Layer) else id(node), []).append(node)

    def connections(key: int) -> str:
        found = [places[id(tensor)] for node in calls.get(key, ()) for tensor in node.inputs]
        return ", ".join(found) or "-"

    layers = [(names[id(layer)], layer, connections(id(layer))) for layer in graph.layers]
    if all(isinstance(node.operation, Layer) for node in graph.nodes):
        return layers
    entries = [entry for entry in layers if id(entry[1]) not in calls]  # inputs
    seen: set[int] = set()
    for node in graph.nodes:
        operation, key = (node.operation, id(node.operation)) if isinstance(node.operation, Layer) else (node, id(node))
        if key not in seen:
            seen.add(key)
            entries.append((names[key], operation, connections(key)))
    return entries


def _places(graph: Any) -> tuple[dict[int, str], dict[int, str]]:
    """Names of layers and operations by id, and ``"layer[call][output]"`` of every tensor by id."""
    names = {id(layer): layer.name for layer in graph.layers}
    places = {id(tensor): f"{name}[0][0]" for tensor, name in zip(graph.flat_inputs, graph.input_names, strict=True)}
    taken, counts = set(names.values()), dict.fromkeys(names.values(), 0)
    for node in graph.nodes:
        name = names.get(id(node.operation))
        if name is None:
            number, name = 0, node.name
            while name in taken:
                number += 1
                name = f"{node.name}_{number}"
            taken.add(name)
            names[id(node)], counts[name] = name, 0
        for position, tensor in enumerate(symbolic_leaves(node.outputs)):
            places.setdefault(id(tensor), f"{name}[{counts[name]}][{position}]")
        counts[name] += 1
    return names, places


def _row(name: str, operation: Any, connected: str, level: int) -> Row:
    if not isinstance(operation, Layer):  # a function of kerax.ops or an operator
        kind = "".join(part.capitalize() for part in operation.name.split("_"))
        return Row(name, kind, _shape_text(_shapes_of([operation])), "0", connected, "-", level)
    weights = operation.weights
    count = sum(variable.size for variable in weights)
    built = operation.built or bool(weights) or isinstance(operation, InputLayer)
    params = f"{count:,}" if built else "0 (unbuilt)"
    trainable = "-" if not weights else "Y" if operation.trainable else "N"
    return Row(name, type(operation).__name__, _output_shape(operation), params, connected, trainable, level)


def _output_shape(layer: Layer) -> str:
    if isinstance(layer, InputLayer):
        return _shape_text([layer.output_shape])
    nodes = layer.__dict__.get("_nodes")
    if nodes:
        return _shape_text(_shapes_of(nodes))
    graph = layer.__dict__.get("_graph")
    if graph is not None:
        return _shape_text([[tensor.shape for tensor in graph.flat_outputs]])
    shape = layer.__dict__.get("_build_shape")
    if shape is None or not layer.built:
        return UNKNOWN
    try:
        return _shape_text([layer.compute_output_shape(shape)])
    except Exception:  # a call that needs more than its first argument cannot be inferred from that one's shape
        return UNKNOWN


def _shapes_of(nodes: list) -> list:
    return [[tensor.shape for tensor in symbolic_leaves(node.outputs)] for node in nodes]


def _shape_text(shapes: list) -> str:
    texts = {", ".join(str(shape) for shape in _flat_shapes(one)) for one in shapes}
    return texts.pop() if len(texts) == 1 else "multiple"


def _flat_shapes(tree: Any) -> list[tuple]:
    if isinstance(tree, dict):
        return [shape for value in tree.values() for shape in _flat_shapes(value)]
    if isinstance(tree, tuple) and all(size is None or isinstance(size, int) for size in tree):
        return [tree]
    return [shape for value in tree for shape in _flat_shapes(value)]


def layer_span(names: list[str], layer_range: Any, where: str) -> tuple[int, int]:
    """Places of the first and the last layer that are asked for.

    Args:
      names: of the layers, in their order.
      layer_range: pair of names or regular expressions.
      where: for messages.

    Raises:
      ValueError: if it is no pair, or no layer has such a name.

    Example:
      >>> from kerax.models.summary_rows import layer_span
      >>> layer_span(["a", "b_1", "b_2", "c"], ["b.*", "b.*"], "summary()")
      (1, 2)
    """
    if isinstance(layer_range, str) or len(layer_range) != 2:
        raise ValueError(f"{where}: layer_range must be a pair of layer names, received {layer_range!r}.")
    places = []
    for wanted in layer_range:
        found = [i for i, name in enumerate(names) if name == wanted] or [
            i for i, name in enumerate(names) if re.match(wanted, name)
        ]
        if not found:
            raise ValueError(f"{where}: there is no layer {wanted!r} for layer_range.{did_you_mean(wanted, names)}")
        places.append(found)
    first, last = min(places[0]), max(places[1])
    return min(first, last), max(first, last)
