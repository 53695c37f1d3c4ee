"""What a picture of a model shows: boxes of layers, arrows between them, and models inside models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kerax.layers import InputLayer, Layer
from kerax.state.symbolic import symbolic_leaves

_DEEPEST = 16  # models inside models


@dataclass
class Box:
    """A layer or an operation.

    Attributes:
      name: of the layer.
      kind: its class, with that of a layer inside a wrapper.
      category: the package of its class, which gives the colour.
      rows: labels and values shown below.
      inner: what is inside, where that is drawn.
    """

    name: str
    kind: str
    category: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    inner: Diagram | None = None


@dataclass
class Diagram:
    """Boxes, and arrows as pairs of their places.

    Attributes:
      title: of the model.
      boxes: in an order in which they can run.
      arrows: from box to box.
    """

    title: str
    boxes: list[Box]
    arrows: list[tuple[int, int]]


@dataclass(frozen=True)
class Shown:
    """What is told about every layer; the arguments of ``plot_model``."""

    shapes: bool = False
    dtype: bool = False
    layer_names: bool = False
    expand_nested: bool = False
    layer_activations: bool = False
    trainable: bool = False


def diagram_of(model: Any, shown: Shown, depth: int = 0) -> Diagram:
    """What the picture of a model shows.

    Args:
      model: a built model.
      shown: what is told about its layers.
      depth: how many models it is inside of.

    Example:
      >>> import kerax
      >>> from kerax.models.pictures.structure import Shown, diagram_of
      >>> model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2)])
      >>> diagram_of(model, Shown()).arrows
      [(0, 1)]
    """
    graph = model.__dict__.get("_graph")
    if graph is None:
        return _stack(model, shown, depth)
    boxes: list[Box] = []
    arrows: list[tuple[int, int]] = []
    places: dict[int, int] = {}  # of a tensor's box
    of_layer: dict[int, int] = {}
    by_tensor = {id(layer.output): layer for layer in graph.layers if isinstance(layer, InputLayer)}
    for tensor, name in zip(graph.flat_inputs, graph.input_names, strict=True):
        layer = by_tensor.get(id(tensor))
        places[id(tensor)] = len(boxes)
        rows = _rows(layer, [], [tensor], shown) if layer is not None else _shape_rows([], [tensor], shown)
        boxes.append(Box(layer.name if layer is not None else name, "InputLayer", "input", rows))
    calls: dict[int, list] = {}
    for node in graph.nodes:
        calls.setdefault(id(node.operation), []).append(node)
    for node in graph.nodes:
        operation = node.operation
        is_layer = isinstance(operation, Layer)
        if is_layer and id(operation) in of_layer:
            place = of_layer[id(operation)]
        else:
            place = len(boxes)
            same = calls[id(operation)] if is_layer else [node]
            inputs = [tensor for call in same for tensor in call.inputs]
            outputs = [tensor for call in same for tensor in symbolic_leaves(call.outputs)]
            boxes.append(_box(node, is_layer, inputs, outputs, shown, depth))
            if is_layer:
                of_layer[id(operation)] = place
        for tensor in symbolic_leaves(node.outputs):
            places.setdefault(id(tensor), place)
        for tensor in node.inputs:
            start = places.get(id(tensor))
            if start is not None and start != place and (start, place) not in arrows:
                arrows.append((start, place))
    return Diagram(model.name, boxes, arrows)


def _stack(model: Any, shown: Shown, depth: int) -> Diagram:
    """The layers of a model whose calls nobody knows: below each other, joined where that is what happens."""
    boxes = [
        _layer_box(layer, _rows(layer, [], [], shown), shown, depth)
        for layer in model.layers
        if not isinstance(layer, InputLayer)
    ]
    chain = type(model).__name__ == "Sequential"
    return Diagram(model.name, boxes, [(i, i + 1) for i in range(len(boxes) - 1)] if chain else [])


def _box(node: Any, is_layer: bool, inputs: list, outputs: list, shown: Shown, depth: int) -> Box:
    if is_layer:
        return _layer_box(node.operation, _rows(node.operation, inputs, outputs, shown), shown, depth)
    kind = "".join(part.capitalize() for part in node.name.split("_"))
    return Box(node.name, kind, "operation", _shape_rows(inputs, outputs, shown))


def _layer_box(layer: Any, rows: list[tuple[str, str]], shown: Shown, depth: int) -> Box:
    kind, category = type(layer).__name__, "model"
    if not hasattr(layer, "summary"):
        module = type(layer).__module__.split(".")
        category = module[2] if module[:2] == ["kerax", "layers"] and len(module) > 2 else "own"
        inside = layer.__dict__.get("layer") or layer.__dict__.get("forward_layer")
        if isinstance(inside, Layer):
            kind = f"{kind}({type(inside).__name__})"
    inner = None
    if category == "model" and shown.expand_nested and depth < _DEEPEST:
        inner = diagram_of(layer, shown, depth + 1)
        inner = inner if inner.boxes else None
    return Box(layer.name, kind, category, rows, inner)


def _rows(layer: Any, inputs: list, outputs: list, shown: Shown) -> list[tuple[str, str]]:
    rows = []
    activation = getattr(layer, "activation", None)
    if shown.layer_activations and activation is not None:
        name = getattr(activation, "__name__", None) or getattr(activation, "name", None) or type(activation).__name__
        rows.append(("activation", str(name)))
    rows += _shape_rows(inputs, outputs, shown)
    if shown.trainable and layer is not None and layer.weights:
        rows.append(("trainable", "yes" if layer.trainable else "no"))
    return rows


def _shape_rows(inputs: list, outputs: list, shown: Shown) -> list[tuple[str, str]]:
    rows = []
    if shown.shapes:
        if inputs:
            rows.append(("in", _joined(tensor.shape for tensor in inputs)))
        if outputs:
            rows.append(("out", _joined(tensor.shape for tensor in outputs)))
    if shown.dtype and outputs:
        rows.append(("dtype", _joined(tensor.dtype for tensor in outputs)))
    return rows


def _joined(values: Any) -> str:
    """Different values, each once, a few of them."""
    texts = list(dict.fromkeys(str(value) for value in values))
    return ", ".join(texts[:3]) + (f", … ({len(texts)})" if len(texts) > 3 else "")
