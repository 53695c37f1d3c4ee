"""Calls of layers in configurations, in the form that both Keras 3 and tf.keras 2.15 read, where there is one.

The older form, ``[[layer, call, tensor, arguments], ...]``, holds one tensor or a list of tensors. Tensors in arguments
of their own are written by Keras 3 and tf.keras in ways of which each refuses the other's.
"""

from __future__ import annotations

from typing import Any

from kerax import layers
from kerax.layers.call_signature import signature_of
from kerax.saving.layers_for_operations import is_tensor


def numbered_calls(graph: dict[str, Any]) -> dict[str, Any]:
    """Numbers the calls of nested models so that both libraries find the same.

    tf.keras counts the making of a nested model as its call 0, Keras 3 does not. Every call of one is therefore written
    twice, and the one in the middle is referred to: number ``2 i + 1`` is call ``i`` in either way of counting. The
    calls that nothing refers to leave no trace in the models that are read.

    Args:
      graph: ``layers``, ``input_layers``, ``output_layers``, calls in Keras 3's form. It is not changed.
    """
    nested = frozenset(
        entry["name"] for entry in graph["layers"]
        if "input_layers" in entry["config"] or _begins_with_input(entry["config"])
    )  # fmt: skip
    if not nested:
        return dict(graph)
    entries = []
    for entry in graph["layers"]:
        nodes = [_renumbered(node, nested) for node in entry["inbound_nodes"]]
        if entry["name"] in nested:
            nodes = [node for node in nodes for _ in range(2)]
        entries.append({**entry, "inbound_nodes": nodes})
    places = {key: _renumbered(graph[key], nested) for key in ("input_layers", "output_layers")}
    return {**graph, "layers": entries, **places}


def _begins_with_input(config: dict[str, Any]) -> bool:
    layers = config.get("layers")
    return isinstance(layers, list) and bool(layers) and layers[0].get("class_name") == "InputLayer"


def _renumbered(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _renumbered(item, names) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        if len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], int) and value[0] in names:
            return [value[0], 2 * value[1] + 1, value[2]]
        return [_renumbered(item, names) for item in value]
    return value


def with_arguments_by_name(node: Any, entry: dict[str, Any]) -> Any:
    """A call of a layer of kerax's own with its arguments after the first by name, as tf.keras wants them."""
    cls = getattr(layers, entry["class_name"], None) if entry.get("module") == "keras.layers" else None
    args = node["args"]
    if len(args) < 2 or not isinstance(cls, type):
        return node
    return {"args": args[:1], "kwargs": {**dict(zip(signature_of(cls).names[1:], args[1:])), **node["kwargs"]}}


def node_of(node: Any, tf_keras: bool) -> Any:
    """One call in the older form, if that can hold it.

    Args:
      node: ``args`` and ``kwargs``, as Keras 3 writes them.
      tf_keras: whether tensors in arguments of their own are written as tf.keras reads them.
    """
    args, kwargs = node["args"], node["kwargs"]
    first = args[0] if args else None
    if tf_keras and len(args) == 1 and isinstance(first, dict) and first and all(map(is_tensor, first.values())):
        return {key: [*_place(item), {}] for key, item in first.items()}
    tensors = first if isinstance(first, (list, tuple)) else [first]
    if len(args) != 1 or not tensors or not all(is_tensor(item) for item in tensors):
        return node
    others = {key: value for key, value in kwargs.items() if value is not None}
    states = others.get("initial_state")
    if tf_keras and isinstance(states, (list, tuple)) and len(tensors) == 1 and all(is_tensor(s) for s in states):
        tensors = [*tensors, *states]  # tf.keras counts them among the inputs
        del others["initial_state"]
    if _holds_tensor(others):
        if not tf_keras or isinstance(first, (list, tuple)):
            return node
        others = {key: _place(value) if is_tensor(value) else value for key, value in others.items()}
        if _holds_tensor(others):
            return node
    return [[*_place(item), others] for item in tensors]


def _place(entry: dict[str, Any]) -> list:
    return list(entry["config"]["keras_history"])


def _holds_tensor(value: Any) -> bool:
    if is_tensor(value):
        return True
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return any(_holds_tensor(item) for item in items)
