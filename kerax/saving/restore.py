"""Putting the values of a TensorFlow 2 checkpoint into objects, now or when they are built.

Objects and the file's graph are walked together from the root, by the names of children. A value whose variable does
not exist yet waits until a layer or optimizer is built.
"""

from __future__ import annotations

import weakref
from collections import deque
from typing import Any

from kerax.optimizers import Optimizer
from kerax.saving.leaves import VariableLeaf
from kerax.saving.object_graph import Attribute, GraphNode, decode_graph
from kerax.saving.optimizer_names import legacy_slots
from kerax.saving.sstable import DamagedFile
from kerax.saving.tensor_bundle import OBJECT_GRAPH, TensorBundle
from kerax.saving.trackable import dependencies, leaf_of
from kerax.saving.trackable_group import identity
from kerax.state import Module
from kerax.state.built import watchers

_waiting: list[Restoration] = []


def read_graph(bundle: TensorBundle) -> list[GraphNode] | None:
    """The object graph of a checkpoint; None if it is one by names.

    Raises:
      ValueError: if it is damaged.
    """
    if OBJECT_GRAPH not in bundle:
        return None
    return decode_graph(bundle[OBJECT_GRAPH].item(), repr(bundle.prefix))


class Restoration:
    """One checkpoint that is being put into the objects under a root.

    Args:
      bundle: the checkpoint.
      nodes: its object graph.
      root: where to begin.
      skip_mismatch: whether values that do not fit are left out instead of raising.
      every_weight_of: a model of which every weight that exists must get a value, unless mismatches are skipped.

    Raises:
      ValueError: naming variable, tensor and file, if anything does not fit; nothing is changed then.
    """

    def __init__(
        self,
        bundle: TensorBundle,
        nodes: list[GraphNode],
        root: Any,
        skip_mismatch: bool = False,
        every_weight_of: Any = None,
    ):
        self.bundle, self.nodes, self.skip_mismatch = bundle, nodes, skip_mismatch
        self._root = weakref.ref(root) if _weakly(root) else (lambda: root)
        self.objects: dict[int, Any] = {}  # number of a node -> object
        self.applied: set[str] = set()  # names of tensors that went into a variable
        self.skipped: dict[str, str] = {}  # names of tensors that did not fit, and why
        self.missing: list[str] = []  # values of objects that the file has none for
        if every_weight_of is not None and not skip_mismatch:
            self._check_weights(every_weight_of)
        self.apply()

    def _check_weights(self, model: Any) -> None:
        pending, _ = self._match(model)
        found = {id(leaf.variable) for _, leaf in pending if isinstance(leaf, VariableLeaf)}
        lost = [variable.path for variable in model.weights if id(variable) not in found]
        if lost:
            raise ValueError(
                f"load_weights(): {self.bundle.prefix!r} has no value for {len(lost)} of the model's "
                f"{len(model.weights)} weights: {', '.join(lost[:8])}{', ...' if len(lost) > 8 else ''}. Is it the "
                "checkpoint of another model? skip_mismatch=True loads what fits."
            )

    def apply(self) -> None:
        """Assigns what can be assigned and has not been, all of it or, if something does not fit, nothing."""
        root = self._root()
        if root is None:
            return
        pending, self.missing = self._match(root)
        actions = []
        for attribute, leaf in pending:
            if attribute.key in self.applied or attribute.key in self.skipped:
                continue
            if attribute.key not in self.bundle:
                raise DamagedFile(
                    f"{self.bundle.prefix!r}: the object graph names {attribute.key!r}, which is missing."
                )
            try:
                shape = self.bundle.shapes()[attribute.key]
                expected = getattr(getattr(leaf, "variable", None), "shape", shape)
                value = _Shape(shape) if shape != expected else self.bundle[attribute.key]
                actions.append((attribute.key, leaf.prepare(value, attribute.key, self.bundle.prefix)))
            except DamagedFile:
                raise
            except ValueError as error:
                if not self.skip_mismatch:
                    raise
                self.skipped[attribute.key] = str(error)
        actions.reverse()
        while actions:  # each array is let go as soon as it is assigned
            key, assign = actions.pop()
            assign()
            self.applied.add(key)
        if self.unused() and any(key not in self.skipped for key in self.unused()):
            wait_for_builds(self)
        else:
            stop_waiting(self)

    def _match(self, root: Any) -> tuple[list[tuple[Attribute, Any]], list[str]]:
        """Pairs of file values and object values, and the object values that the file does not have."""
        found: list[tuple[Attribute, Any]] = []
        missing: dict[Any, str] = {}
        self.objects = {0: root}
        numbers: dict[Any, int | None] = {identity(root): 0}
        order: deque[tuple[Any, int | None]] = deque([(root, 0)])
        keep = [root]  # so that no identity is used twice
        optimizers: list[tuple[Any, int]] = []
        while order:
            item, number = order.popleft()
            node = self.nodes[number] if number is not None else GraphNode()
            leaf = leaf_of(item)
            if leaf is not None:
                one = next((a for a in node.values() if a.name == leaf.attribute), None)
                if one is not None:
                    found.append((one, leaf))
                    missing.pop(identity(item), None)
                elif not leaf.own:
                    missing[identity(item)] = leaf.describe()
            if isinstance(item, Optimizer) and number is not None:
                optimizers.append((item, number))
            named: dict[str, int] = {}
            for place, name in node.children:
                named.setdefault(name, place)
            children = dependencies(item)
            # A child may have two names; the first of them that the file knows counts.
            known = {identity(child) for name, child in children if name in named}
            for name, child in children:
                key, there = identity(child), named.get(name)
                if there is None and (key in known or key in numbers) or numbers.get(key) is not None:
                    continue
                numbers[key] = there
                if there is not None:
                    self.objects[there] = child
                keep.append(child)
                order.append((child, there))
        for optimizer, number in optimizers:
            wanted = {(one, name): slot for one, name, slot in self.nodes[number].slots}
            for variable, name, box in legacy_slots(optimizer):
                target = wanted.get((numbers.get(id(variable)), name))  # type: ignore[arg-type]
                if target is None:
                    missing[id(box)] = f"slot {box.path!r}"
                    continue
                self.objects[target] = box
                leaf = leaf_of(box)
                found += [(one, leaf) for one in self.nodes[target].values() if one.name == leaf.attribute]
        return found, list(missing.values())

    def unused(self) -> list[str]:
        """Names of the file's tensors that went nowhere."""
        return [one.key for node in self.nodes for one in node.attributes if one.key not in self.applied]


class _Shape:
    """Stands for an array of which only the shape is known: it is not read when it does not fit."""

    dtype = None

    def __init__(self, shape: tuple[int, ...]):
        self.shape = shape


def _weakly(root: Any) -> bool:
    return isinstance(root, Module) or hasattr(type(root), "__weakref__")


def wait_for_builds(restoration: Restoration) -> None:
    """Applies it again whenever something is built; an earlier one for the same root no longer counts."""
    if restoration in _waiting:
        return
    root = restoration._root()
    _waiting[:] = [other for other in _waiting if other._root() not in (None, root)]
    _waiting.append(restoration)
    if _on_built not in watchers:
        watchers.append(_on_built)


def stop_waiting(restoration: Restoration) -> None:
    """Forgets a restoration that has nothing left to do."""
    if restoration in _waiting:
        _waiting.remove(restoration)
    if not _waiting and _on_built in watchers:
        watchers.remove(_on_built)


def _on_built(module: Any) -> None:
    for restoration in list(_waiting):
        if restoration._root() is None:
            stop_waiting(restoration)
        else:
            restoration.apply()
