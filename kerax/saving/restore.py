"""Putting the values of a TensorFlow 2 checkpoint into objects, now or when they are built.

Objects and the file's graph are walked together from the root, by the names of children. A value whose variable does
not exist yet waits until a layer or optimizer is built.
"""

from __future__ import annotations

import warnings
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

_waiting: weakref.WeakSet[Restoration] = weakref.WeakSet()
_KEEPER = "_waiting_restorations"  # attribute of objects whose parts are still to come


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
      bundle: the checkpoint, a ``TensorBundle`` or what answers like one.
      nodes: its object graph.
      root: where to begin.
      skip_mismatch: whether values that do not fit are left out instead of raising.
      every_weight_of: a model of which every weight that exists must get a value, unless mismatches are skipped.
      may_lack: whether it is enough that some of them do, as in tf.keras; a warning names the others.

    Raises:
      ValueError: naming variable, tensor and file, if anything does not fit; nothing is changed then.
    """

    def __init__(
        self,
        bundle: Any,
        nodes: list[GraphNode],
        root: Any,
        skip_mismatch: bool = False,
        every_weight_of: Any = None,
        may_lack: bool = False,
    ):
        self.bundle, self.nodes, self.skip_mismatch = bundle, nodes, skip_mismatch
        self._root = root
        self._anchors: list[Any] = []
        self.matched: set[int] = set()  # numbers of the nodes that stand for an object
        self.applied: set[str] = set()  # names of tensors that went into a variable
        self.skipped: dict[str, str] = {}  # names of tensors that did not fit, and why
        self.missing: list[str] = []  # values of objects that the file has none for
        if every_weight_of is not None and not skip_mismatch:
            self._check_weights(every_weight_of, may_lack)
        self.apply()

    def _check_weights(self, model: Any, may_lack: bool) -> None:
        pending, _ = self._match(model)
        found = {id(leaf.variable) for _, leaf in pending if isinstance(leaf, VariableLeaf)}
        lost = [variable.path for variable in model.weights if id(variable) not in found]
        text = (
            f"load_weights(): {self.bundle.prefix!r} has no value for {len(lost)} of the model's {len(model.weights)} "
            f"weights: {', '.join(lost[:8])}{', ...' if len(lost) > 8 else ''}."
        )
        if may_lack and 0 < len(lost) < len(model.weights):
            warnings.warn(f"{text} They keep their values.", stacklevel=5)
        elif lost:
            raise ValueError(f"{text} Is it the checkpoint of another model? skip_mismatch=True loads what fits.")

    def apply(self) -> None:
        """Assigns what can be assigned and has not been, all of it or, if something does not fit, nothing."""
        pending, self.missing = self._match(self._root)
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
        self.matched = {0}
        numbers: dict[Any, int | None] = {identity(root): 0}
        order: deque[tuple[Any, int | None]] = deque([(root, 0)])
        keep = [root]  # so that no identity is used twice
        anchors: list[Any] = []
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
            if hasattr(item, "_trackable_children") or isinstance(item, Module):
                anchors.append(item)
            children = dependencies(item)
            # A child may have two names; the first of them that the file knows counts.
            known = {identity(child) for name, child in children if name in named}
            for name, child in children:
                key, there = identity(child), named.get(name)
                if there is None and (key in known or key in numbers) or numbers.get(key) is not None:
                    continue
                numbers[key] = there
                if there is not None:
                    self.matched.add(there)
                keep.append(child)
                order.append((child, there))
        for optimizer, number in optimizers:
            wanted = {(one, name): slot for one, name, slot in self.nodes[number].slots}
            for variable, name, box in legacy_slots(optimizer):
                target = wanted.get((numbers.get(id(variable)), name))  # type: ignore[arg-type]
                if target is None:
                    missing[id(box)] = f"slot {box.path!r}"
                    continue
                self.matched.add(target)
                leaf = leaf_of(box)
                found += [(one, leaf) for one in self.nodes[target].values() if one.name == leaf.attribute]
        self._anchors = anchors
        return found, list(missing.values())

    def unused(self) -> list[str]:
        """Names of the file's tensors that went nowhere."""
        return [one.key for node in self.nodes for one in node.attributes if one.key not in self.applied]


class _Shape:
    """Stands for an array of which only the shape is known: it is not read when it does not fit."""

    dtype = None

    def __init__(self, shape: tuple[int, ...]):
        self.shape = shape


def wait_for_builds(restoration: Restoration) -> None:
    """Applies it again whenever something is built; an earlier one for the same root no longer counts.

    The objects themselves keep it alive, so that it goes away with them.
    """
    for other in list(_waiting):
        if other is not restoration and other._root is restoration._root:
            stop_waiting(other)
    for anchor in restoration._anchors:
        vars(anchor).setdefault(_KEEPER, {})[id(restoration)] = restoration
    _waiting.add(restoration)
    if _on_built not in watchers:
        watchers.append(_on_built)


def stop_waiting(restoration: Restoration) -> None:
    """Forgets a restoration that has nothing left to do."""
    for anchor in restoration._anchors:
        kept = vars(anchor).get(_KEEPER, {})
        kept.pop(id(restoration), None)
        if not kept:
            vars(anchor).pop(_KEEPER, None)
    _waiting.discard(restoration)
    if not _waiting and _on_built in watchers:
        watchers.remove(_on_built)


def _on_built(module: Any) -> None:
    waiting = list(_waiting)
    for restoration in waiting:
        restoration.apply()
    if not waiting:
        watchers.remove(_on_built)
