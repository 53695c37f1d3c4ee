"""What an object holds, under the names that TensorFlow's checkpoints use, and the writing of such checkpoints."""

from __future__ import annotations

import os
import types
from collections import deque
from typing import Any

import numpy as np

from kerax.optimizers import Optimizer
from kerax.saving.leaves import NumberLeaf, StateLeaf, TextLeaf, VariableLeaf
from kerax.saving.object_graph import Attribute, GraphNode, encode_graph, escape
from kerax.saving.optimizer_names import legacy_slots, optimizer_children
from kerax.saving.tensor_bundle import OBJECT_GRAPH
from kerax.saving.tensor_bundle_write import write_tensor_bundle
from kerax.saving.trackable_group import Group, identity
from kerax.state import Module, Variable

_LEAVES = (VariableLeaf, NumberLeaf, StateLeaf, TextLeaf)
_DEEPEST = 16  # lists inside lists
# Attributes whose name in tf.keras 2.15 is another one.
_RENAMED = {
    "DepthwiseConv1D": {"kernel": "depthwise_kernel"},
    "DepthwiseConv2D": {"kernel": "depthwise_kernel"},
}


def is_trackable(value: Any) -> bool:
    """Whether a checkpoint can hold an object.

    Example:
      >>> import kerax
      >>> from kerax.saving.trackable import is_trackable
      >>> is_trackable([kerax.Variable(1.0)]), is_trackable(3)
      (True, False)
    """
    if isinstance(value, (Variable, Module, list, tuple, dict)) or hasattr(value, "_trackable_children"):
        return not isinstance(value, type)
    return leaf_of(value) is not None


def leaf_of(item: Any) -> Any:
    """The value that an object itself has in a checkpoint, None if it only holds others."""
    if isinstance(item, _LEAVES):
        return item
    if isinstance(item, Variable):
        return VariableLeaf(item, item.declared_dtype if item.declared_dtype != item.dtype else None)
    if isinstance(item, (Module, list, tuple, dict, Group, type, types.ModuleType)):
        return None
    if hasattr(item, "_checkpoint_leaf"):
        return item._checkpoint_leaf()
    if callable(getattr(item, "state_bytes", None)) and callable(getattr(item, "restore", None)):
        return StateLeaf(item)
    if callable(getattr(item, "serialize", None)) and callable(getattr(item, "deserialize", None)):
        return TextLeaf(item)
    return None


def dependencies(item: Any) -> list[tuple[str, Any]]:
    """Names and objects directly inside an object.

    Example:
      >>> import kerax
      >>> from kerax.saving.trackable import dependencies
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
      >>> [name for name, _ in dependencies(model)]
      ['layer_with_weights-0', 'layer-0']
    """
    if isinstance(item, Group):
        return [(str(i), one) for i, one in enumerate(item.items)]
    if isinstance(item, (list, tuple)):
        return [(str(i), one) for i, one in enumerate(item) if _holds(one, 0)]
    if isinstance(item, dict):
        return [(str(key), one) for key, one in item.items() if _holds(one, 0)]
    if hasattr(item, "_trackable_children") and not isinstance(item, Module):
        return item._trackable_children()
    if isinstance(item, Optimizer):
        return optimizer_children(item)
    if not isinstance(item, Module):
        return []
    found: list[tuple[str, Any]] = []
    inner: set[int] = set()
    if hasattr(item, "layers") and hasattr(item, "_graph"):  # a model
        if item._graph is not None or "_layers" in vars(item):
            inner = {id(layer) for layer in item.layers}
            found += _numbered(item.layers)
    renamed = _RENAMED.get(type(item).__name__, {})
    # The last states of recurrent layers are of one batch size; TensorFlow's checkpoints do not have them either.
    passing = {id(one) for one in item._state_variables()} if hasattr(item, "_state_variables") else set()
    attributes = [
        (name, value)
        for name, value in vars(item).items()
        if name not in item._untracked
        and name != "_variables"
        and _holds(value, 0)
        and id(value) not in inner
        and not (name == "states" and passing)
    ]
    reached = {id(value) for _, value in attributes}
    for _, value in attributes:
        if isinstance(value, (list, tuple, dict)):
            reached |= _ids(value)
    own = vars(item).get("_variables") or {}
    found += [(renamed.get(name, name), value) for name, value in attributes]
    found += [
        (renamed.get(name, name), variable) for name, variable in own.items() if id(variable) not in reached | passing
    ]
    return found


def _numbered(layers: list[Any]) -> list[tuple[str, Any]]:
    found = []
    weighty = 0
    complete = all(layer.built for layer in layers)
    for number, layer in enumerate(layers):
        if complete and layer.weights:
            found.append((f"layer_with_weights-{weighty}", layer))
            weighty += 1
        found.append((f"layer-{number}", layer))
    return found


def _holds(value: Any, depth: int) -> bool:
    """Whether there is anything to save in a value."""
    if isinstance(value, (list, tuple, dict)):
        parts = value.values() if isinstance(value, dict) else value
        return depth < _DEEPEST and any(_holds(one, depth + 1) for one in parts)
    if isinstance(value, (Variable, Module)) or hasattr(value, "_trackable_children"):
        return True
    return leaf_of(value) is not None


def _ids(value: Any) -> set[int]:
    if isinstance(value, (list, tuple, dict)):
        return {one for part in (value.values() if isinstance(value, dict) else value) for one in _ids(part)}
    return {id(value)}


class ObjectGraph:
    """All objects under a root, numbered in the order in which a breadth-first search meets them.

    Args:
      root: the object.
    """

    def __init__(self, root: Any):
        self.nodes: list[GraphNode] = []
        self.leaves: list[tuple[Attribute, Any]] = []
        self._objects: list[Any] = []  # kept, so that no identity is used twice
        self._numbers: dict[Any, int] = {}
        self._paths: list[str] = []
        self._add(root, "")
        waiting = deque([0])
        while waiting:
            number = waiting.popleft()
            for name, child in dependencies(self._objects[number]):
                target = self._numbers.get(identity(child))
                if target is None:
                    path = self._paths[number]
                    target = self._add(child, f"{path}/{escape(name)}" if path else escape(name))
                    waiting.append(target)
                self.nodes[number].children.append((target, name))
        for number in range(len(self.nodes)):
            self._add_slots(number)

    def _add(self, item: Any, path: str) -> int:
        number = self._numbers[identity(item)] = len(self.nodes)
        self._objects.append(item)
        self._paths.append(path)
        node = GraphNode()
        self.nodes.append(node)
        leaf = leaf_of(item)
        if leaf is not None:
            prefix = f"{path}/" if path else ""
            attribute = Attribute(leaf.attribute, leaf.full_name, f"{prefix}.ATTRIBUTES/{escape(leaf.attribute)}")
            (node.own if leaf.own else node.attributes).append(attribute)
            self.leaves.append((attribute, leaf))
        return number

    def _add_slots(self, number: int) -> None:
        item = self._objects[number]
        if not isinstance(item, Optimizer):
            return
        for variable, name, slot in legacy_slots(item):
            original = self._numbers.get(id(variable))
            if original is not None:
                place = f".OPTIMIZER_SLOT/{self._paths[number] or 'optimizer'}/{escape(name)}"
                target = self._add(slot, f"{self._paths[original]}/{place}")
                self.nodes[number].slots.append((original, name, target))


def write_object_checkpoint(prefix: str | os.PathLike, root: Any) -> None:
    """Writes everything under an object as a TensorFlow 2 checkpoint, atomically.

    Args:
      prefix: what the names of its files shall begin with.
      root: a model, layer, optimizer, ``Checkpoint``, list, dict...

    Raises:
      OSError: naming the path, if it cannot be written.

    Example:
      >>> import tempfile, kerax
      >>> from kerax.saving.tensor_bundle import TensorBundle
      >>> from kerax.saving.trackable import write_object_checkpoint
      >>> prefix = tempfile.mkdtemp() + "/ckpt"
      >>> write_object_checkpoint(prefix, {"w": kerax.Variable([1.0, 2.0])})
      >>> sorted(TensorBundle(prefix))
      ['_CHECKPOINTABLE_OBJECT_GRAPH', 'w/.ATTRIBUTES/VARIABLE_VALUE']
    """
    graph = ObjectGraph(root)
    tensors: dict[str, Any] = {attribute.key: leaf for attribute, leaf in graph.leaves}
    tensors[OBJECT_GRAPH] = np.array(encode_graph(graph.nodes), object)
    write_tensor_bundle(prefix, _Values(tensors))


class _Values(dict):
    """Takes a value from its variable when it is written, so that copies of all of them need not be held at once."""

    def __getitem__(self, key: str) -> Any:
        found = super().__getitem__(key)
        return found if isinstance(found, np.ndarray) else found.value()
