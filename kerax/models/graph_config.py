"""Functional models as configurations: writing Keras 3's form, reading Keras 3's and tf.keras's."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.dtypes import standardize_dtype
from kerax.errors import unknown_name
from kerax.layers import InputLayer, Layer, deserialize, serialize
from kerax.layers._family import FAMILY
from kerax.models.added_terms import AddLoss, AddMetric
from kerax.models.graph import Graph
from kerax.registry import get_registered_object, read_special, to_snake_case
from kerax.saving import tensorflow_operations
from kerax.saving.operations_as_layers import with_operations
from kerax.state import SymbolicTensor, is_symbolic
from kerax.state.operation import Operation
from kerax.state.operations import OPERATIONS
from kerax.state.symbolic import Node, symbolic_leaves

_TENSOR = "__keras_tensor__"
_OF_SCRIPTS = "kerax.compat.tensorflow"  # where functions have TensorFlow's names and arguments
_OPERATION = "Operation"


# ---- writing --------------------------------------------------------------------------------------------------------
def graph_config(graph: Graph) -> dict[str, Any]:
    """Returns ``layers``, ``input_layers`` and ``output_layers`` of a graph, as Keras 3 writes them.

    Raises:
      ValueError: for an operation that has no name to be found by again.
    """
    in_graph = {id(node) for node in graph.nodes}
    entries: list[dict[str, Any]] = []
    history: dict[int, list] = {}  # id(tensor) -> [layer name, node index, tensor index]
    names: dict[int, str] = {}
    for layer in graph.layers:
        names[id(layer)] = layer.name
    for tensor, name in zip(graph.flat_inputs, graph.input_names, strict=True):
        history[id(tensor)] = [name, 0, 0]
        if name not in names.values():  # a tensor in the middle of a graph, or one without a layer
            entries.append(_input_entry(tensor, name))
    counts: dict[str, int] = {}
    operation_names: dict[int, str] = {}
    for node in graph.nodes:
        name = names.get(id(node.operation), "") or operation_names.get(_identity(node), "")
        if not name:
            name = operation_names[_identity(node)] = _unique(node.name, {*names.values(), *operation_names.values()})
        index = counts.get(name, 0)
        counts[name] = index + 1
        for position, tensor in enumerate(symbolic_leaves(node.outputs)):
            history.setdefault(id(tensor), [name, index, position])
    for layer in graph.layers:
        nodes = [node for node in layer.__dict__.get("_nodes", []) if id(node) in in_graph]
        entry = serialize(layer)
        entry["name"] = layer.name
        entry["inbound_nodes"] = [_node_config(node, history) for node in nodes]
        entries.append(entry)
    calls: dict[int, list[Node]] = {}
    for node in graph.nodes:
        if not isinstance(node.operation, Layer):
            calls.setdefault(_identity(node), []).append(node)
    entries += [_operation_entry(nodes, operation_names[identity], history) for identity, nodes in calls.items()]

    def place(tensor: SymbolicTensor) -> list:
        return history[id(tensor)]

    return {
        "layers": entries,
        "input_layers": _pack(graph.inputs, place),
        "output_layers": _pack(graph.outputs, place),
    }


def _pack(tree: Any, place: Callable) -> Any:
    if isinstance(tree, SymbolicTensor):
        return place(tree)
    if isinstance(tree, dict):
        return {key: _pack(value, place) for key, value in tree.items()}
    return [_pack(value, place) for value in tree]


def _identity(node: Node) -> int:
    """What is called: an operation, which may be called several times, or a function, each call for itself."""
    return id(node.operation if isinstance(node.operation, Operation) else node)


def _input_entry(tensor: SymbolicTensor, name: str) -> dict[str, Any]:
    layer = InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype, name=name)
    return {**serialize(layer), "name": name, "inbound_nodes": []}


def _operation_entry(nodes: list[Node], name: str, history: dict) -> dict[str, Any]:
    first = nodes[0]
    inbound = [_node_config(node, history) for node in nodes]
    if isinstance(first.operation, Operation):
        return {**serialize(first.operation), "name": name, "inbound_nodes": inbound}
    theirs = str(getattr(first.operation, "__module__", "")).startswith(_OF_SCRIPTS)
    if theirs and tensorflow_operations.knows(first.name):
        config = {"name": name, "function": first.name}
        kind = tensorflow_operations.CLASSES[0]
        return {"class_name": kind, "config": config, "name": name, "inbound_nodes": inbound}
    if first.name not in _operations():
        raise ValueError(
            f"The model contains the function {first.name!r} applied to symbolic tensors, which a configuration "
            f"cannot name. Use a function "
            "of kerax.ops, or put it into a layer of its own."
        )
    return {
        "module": "kerax.ops", "class_name": _OPERATION, "config": {"name": name, "operation": first.name},
        "registered_name": None, "name": name, "inbound_nodes": inbound,
    }  # fmt: skip


def _node_config(node: Node, history: dict) -> dict[str, Any]:
    def write(value: Any) -> Any:
        if isinstance(value, SymbolicTensor):
            config = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": history[id(value)]}
            return {"class_name": _TENSOR, "config": config}
        if isinstance(value, dict):
            return {key: write(item) for key, item in value.items()}
        if isinstance(value, slice):
            parts = {"start": write(value.start), "stop": write(value.stop), "step": write(value.step)}
            return {"class_name": "__slice__", "config": parts}
        if value is Ellipsis:
            return {"class_name": "__ellipsis__", "config": {}}
        if isinstance(value, tuple):
            if node.name == "get_item" and not any(isinstance(i, slice) or i in (None, Ellipsis) for i in value):
                value = (*value, Ellipsis)  # or the list in the file would pick several
            return [write(item) for item in value]
        if isinstance(value, list):
            return [write(item) for item in value]
        if isinstance(value, (type, np.dtype)):
            return standardize_dtype(value)
        if callable(value) and not hasattr(value, "tolist"):
            raise ValueError(
                f"The operation {node.name!r} was called with the function {value!r}, which a configuration cannot "
                "hold. Put it into a layer of its own."
            )
        if hasattr(value, "tolist"):
            return {"class_name": "__numpy__", "config": {"value": value.tolist(), "dtype": str(value.dtype)}}
        return value

    return {
        "args": [write(value) for value in node.args],
        "kwargs": {key: write(value) for key, value in node.kwargs.items()},
    }


def _unique(base: str, taken: set[str]) -> str:
    name, count = base, 0
    while name in taken:
        count += 1
        name = f"{base}_{count}"
    return name


# ---- reading --------------------------------------------------------------------------------------------------------
def graph_from_config(
    config: dict[str, Any], custom_objects: dict[str, Any] | None, what: str
) -> tuple[Any, Any, list[SymbolicTensor]]:
    """Builds the layers and calls them again.

    Args:
      config: with ``layers``, ``input_layers`` and ``output_layers``, in the form of Keras 3 or tf.keras.
      custom_objects: the user's own classes and functions by name.
      what: the model's name, for messages.

    Returns:
      Inputs, outputs, and what is computed besides: the losses and metrics that were added to the model.

    Raises:
      ValueError: if the configuration is damaged: an unknown layer, a missing node, a cycle.
    """
    for key in ("layers", "input_layers", "output_layers"):
        if not isinstance(config.get(key), (list, dict)):
            raise ValueError(f"Configuration of model {what!r}: {key!r} must be a list, found {config.get(key)!r}.")
    tensors: dict[tuple[str, int, int], SymbolicTensor] = {}
    operations: dict[str, Any] = {}
    waiting: list[tuple[str, int, Any]] = []
    for entry in with_operations(config["layers"]):
        if not isinstance(entry, dict) or "class_name" not in entry:
            raise ValueError(
                f"Configuration of model {what!r}: a layer must be a dict with 'class_name', found {entry!r}."
            )
        name = entry.get("name") or entry.get("config", {}).get("name")
        if entry["class_name"] == _OPERATION:
            operations[name] = _operation_of(entry["config"].get("operation"), {})
        elif entry["class_name"] in tensorflow_operations.CLASSES:
            operations[name] = tensorflow_operations.operation_of_tensorflow(entry.get("config", {}))
        elif _is_operation_class(entry):  # Keras 3 writes operations as classes: NotEqual
            operations[name] = _operation_of(to_snake_case(entry["class_name"]), entry.get("config", {}))
        else:
            operations[name] = deserialize(entry, custom_objects)
        if entry["class_name"] == "InputLayer":
            tensors[(name, 0, 0)] = operations[name].output
        waiting += [(name, index, node) for index, node in enumerate(entry.get("inbound_nodes") or [])]
    first = _first_calls([[node for _, _, node in waiting], config["output_layers"]])
    waiting = [(name, index + first.get(name, 0), node) for name, index, node in waiting]
    also: list[SymbolicTensor] = []
    while waiting:
        later = []
        for name, index, node in waiting:
            call = _read_node(node, tensors, what)
            if call is None:
                later.append((name, index, node))
                continue
            args, kwargs = call
            outputs = operations[name](*args, **kwargs)
            for position, tensor in enumerate(jax.tree.leaves(outputs, is_leaf=is_symbolic)):
                tensors[(name, index, position)] = tensor
            if isinstance(operations[name], (AddLoss, AddMetric)):
                also += symbolic_leaves(outputs)
        if len(later) == len(waiting):
            raise ValueError(
                f"Configuration of model {what!r}: the inputs of layer {later[0][0]!r} are made by no layer before "
                f"it (a missing layer or a cycle)."
            )
        waiting = later
    return _unpack(config["input_layers"], tensors, what), _unpack(config["output_layers"], tensors, what), also


def _is_operation_class(entry: dict[str, Any]) -> bool:
    """Whether an entry means an operation; ``.h5`` files do not name its module."""
    if entry.get("module") is not None:
        return str(entry["module"]).startswith("keras.src.ops")
    name = str(entry["class_name"])
    return not FAMILY.knows(name) and get_registered_object(name) is None and to_snake_case(name) in _operations()


def _operations() -> dict[str, Callable]:
    """The table of operations, with those of kerax.ops, which few programs need and which is therefore loaded late."""
    import kerax.ops  # noqa: F401  # adds its functions

    return OPERATIONS


def _operation_of(name: Any, config: dict[str, Any]) -> Callable:
    """An operation with the arguments of its configuration, among which Keras has its own name and dtype."""
    if name not in _operations():
        raise unknown_name("operation", name, OPERATIONS)
    operation = OPERATIONS[name]
    parameters = inspect.signature(operation).parameters
    arguments = {key: value for key, value in config.items() if key in parameters or key not in ("name", "dtype")}
    first = [arguments.pop("subscripts")] if "subscripts" in arguments else []  # of einsum, before any number of arrays

    def call(*args: Any, **kwargs: Any) -> Any:
        if first or not arguments:
            return operation(*first, *args, **{**arguments, **kwargs})
        open_to_args = [key for key in parameters if key not in arguments and key not in kwargs]
        return operation(**{**arguments, **dict(zip(open_to_args, args, strict=False)), **kwargs})

    return call


def _find(place: Any, tensors: dict, what: str) -> SymbolicTensor | None:
    if not (isinstance(place, (list, tuple)) and len(place) >= 3 and isinstance(place[0], str)):
        raise ValueError(f"Configuration of model {what!r}: expected [layer, node, tensor], found {place!r}.")
    _, node, position = place[:3]
    if not (isinstance(node, int) and isinstance(position, int) and node >= 0 and position >= 0):
        raise ValueError(
            f"Configuration of model {what!r}: node and tensor numbers must not be negative, found {place!r}."
        )
    return tensors.get((place[0], node, position))


def _unpack(places: Any, tensors: dict, what: str) -> Any:
    if isinstance(places, dict):
        return {key: _unpack(value, tensors, what) for key, value in places.items()}
    if _is_place(places):
        found = _find(places, tensors, what)
        if found is None:
            raise ValueError(f"Configuration of model {what!r}: no layer makes the tensor {places!r}.")
        return found
    values = [_unpack(value, tensors, what) for value in places]
    return values[0] if len(values) == 1 else values


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and 3 <= len(value) <= 4
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


def _first_calls(tree: Any) -> dict[str, int]:
    """Layer name to the lowest call number that is referred to.

    It is 0 but for a nested model in tf.keras's form: there call 0 is the one that made the nested model itself.
    """
    lowest: dict[str, int] = {}
    if _is_place(tree):
        lowest[tree[0]] = tree[1]
        tree = tree[3:]
    for item in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, (list, tuple)) else ():
        for name, number in _first_calls(item).items():
            lowest[name] = min(number, lowest.get(name, number))
    return lowest


class _Missing(Exception):
    """An input of a node is not made yet."""


def _read_node(node: Any, tensors: dict, what: str) -> tuple[list, dict] | None:
    """Arguments of a call, or None while some of its inputs are not made yet."""

    def lookup(place: Any) -> Any:
        if place[0] == tensorflow_operations.CONSTANT:
            return place[2]
        found = _find(place, tensors, what)
        if found is None:
            raise _Missing
        return found

    def read(value: Any) -> Any:
        if isinstance(value, dict):
            kind, inner = value.get("class_name"), value.get("config")
            if kind == _TENSOR:
                return lookup(inner["keras_history"])
            if kind == "__slice__":
                return slice(*[read(v) for v in (inner.values() if isinstance(inner, dict) else inner)])
            if kind == "__ellipsis__":
                return Ellipsis
            if kind == "__tensor__":
                return read_special(kind, inner)
            if kind == "__tuple__":
                return tuple(read(v) for v in inner)
            if kind == "__numpy__":
                return np.asarray(inner["value"], dtype=inner["dtype"])
            return {key: read(item) for key, item in value.items()}
        if isinstance(value, list):
            return lookup(value) if _is_place(value) else [read(item) for item in value]
        return value

    try:
        if isinstance(node, dict) and "args" in node:  # Keras 3
            return [read(value) for value in node["args"]], {
                key: read(value) for key, value in node.get("kwargs", {}).items()
            }
        if isinstance(node, dict):  # tf.keras with a dict of inputs
            return [{key: lookup(place) for key, place in node.items()}], {}
        if _is_place(node):
            node = [node]
        kwargs = {key: read(value) for key, value in (node[0][3].items() if len(node[0]) > 3 else ())}
        inputs = [lookup(place) for place in node]
        return [inputs[0] if len(inputs) == 1 else inputs], kwargs
    except _Missing:
        return None
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(
            f"Configuration of model {what!r}: damaged call {node!r} ({type(error).__name__}: {error})."
        ) from error
