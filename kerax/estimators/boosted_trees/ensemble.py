"""TreeEnsemble: boosted trees as plain arrays, and how they grow layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

LEAF, BUCKET, EQUALS = 0, 1, 2  # kinds of nodes: no split, "bucket <= threshold", "bucket == threshold"


@dataclass(eq=False)
class Tree:
    """One tree; nodes are numbered from the root, 0, in the order in which they were made.

    Attributes:
      kind: of each node: `LEAF`, `BUCKET` or `EQUALS`.
      feature: number of the feature that a split looks at.
      threshold: its bucket; examples that fit go left.
      left, right: numbers of the children.
      gain: what a split has gained.
      value: ``float32 [outputs]``: what an example in this node adds to the logits; at a split, before it was one.
      weight: what all values are multiplied by.
      layers: how many layers have been grown.
      finalized: whether it is complete.
    """

    kind: list[int] = field(default_factory=list)
    feature: list[int] = field(default_factory=list)
    threshold: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    gain: list[float] = field(default_factory=list)
    value: list[np.ndarray] = field(default_factory=list)
    weight: float = 1.0
    layers: int = 0
    finalized: bool = False

    def __len__(self) -> int:
        return len(self.kind)

    def add_leaf(self, value: Any) -> int:
        """Adds a leaf; returns its number."""
        for numbers in (self.kind, self.feature, self.threshold, self.left, self.right):
            numbers.append(0)
        self.gain.append(0.0)
        self.value.append(np.atleast_1d(np.asarray(value, np.float32)))
        return len(self.kind) - 1

    def split(self, node: int, split: Split, rate: float) -> None:
        """Makes a leaf a split with two new leaves.

        Args:
          node: the leaf.
          split: what to split by, and the weights of the children.
          rate: what the weights are multiplied by.
        """
        scale = np.float32(rate)
        left = self.add_leaf(self.value[node] + scale * np.asarray(split.left, np.float32))
        right = self.add_leaf(self.value[node] + scale * np.asarray(split.right, np.float32))
        self.kind[node], self.feature[node], self.threshold[node] = split.kind, split.feature, split.threshold
        self.left[node], self.right[node], self.gain[node] = left, right, float(split.gain)

    def prune(self) -> None:
        """Cuts splits with negative gain from the bottom up; a cut split is the leaf that it was."""
        for node in reversed(range(len(self))):  # children have higher numbers
            if self.kind[node] == LEAF or self.gain[node] >= 0:
                continue
            if self.kind[self.left[node]] == self.kind[self.right[node]] == LEAF:
                self.kind[node], self.gain[node] = LEAF, 0.0
        self._renumber()

    def _renumber(self) -> None:
        reached = {0}
        for node in range(len(self)):
            if node in reached and self.kind[node] != LEAF:
                reached |= {self.left[node], self.right[node]}
        kept = sorted(reached)
        number = {old: new for new, old in enumerate(kept)}
        for name in ("kind", "feature", "threshold", "left", "right", "gain", "value"):
            listed = getattr(self, name)
            setattr(self, name, [listed[old] for old in kept])
        for node, kind in enumerate(self.kind):
            inner = kind != LEAF
            self.left[node] = number[self.left[node]] if inner else 0
            self.right[node] = number[self.right[node]] if inner else 0
            if not inner:
                self.feature[node] = self.threshold[node] = 0


@dataclass(frozen=True)
class Split:
    """The best split of a node.

    Attributes:
      kind: `BUCKET` or `EQUALS`.
      feature: number of the feature.
      threshold: the bucket.
      gain: how much the loss falls, to second order, less the complexity.
      left, right: weights of the children, one number for each output.
    """

    kind: int
    feature: int
    threshold: int
    gain: float
    left: np.ndarray
    right: np.ndarray


@dataclass(eq=False)
class TreeEnsemble:
    """Trees whose values add up to the logits.

    Attributes:
      outputs: how many logits.
      trees: the trees; the last one may still be growing.
      trees_attempted, layers_attempted: how often a tree, a layer was begun.
      layer: first and last node (not included) of the layer that is to be split next.

    Example:
      >>> from kerax.estimators.boosted_trees.ensemble import TreeEnsemble
      >>> ensemble = TreeEnsemble(1)
      >>> ensemble.add_tree(0.5).value[0].tolist(), ensemble.num_finalized
      ([0.5], 0)
    """

    outputs: int
    trees: list[Tree] = field(default_factory=list)
    trees_attempted: int = 0
    layers_attempted: int = 0
    layer: tuple[int, int] = (0, 1)

    @property
    def num_finalized(self) -> int:
        """How many trees are complete."""
        return sum(tree.finalized for tree in self.trees)

    def add_tree(self, value: Any = 0.0) -> Tree:
        """Adds a tree of one leaf."""
        tree = Tree()
        tree.add_leaf(np.broadcast_to(np.asarray(value, np.float32), (self.outputs,)).copy())
        self.trees.append(tree)
        return tree

    def grow(self, splits: dict[int, Split], rate: float, max_depth: int, pruning: str) -> None:
        """Grows one layer of the last tree.

        Args:
          splits: node -> its best split.
          rate: learning rate.
          max_depth: a tree with so many layers is complete, and the next one begins.
          pruning: "none", "pre" (splits with negative gain are not made) or "post" (they are cut in the end).
        """
        self.layers_attempted += 1
        if not self.trees:
            self.add_tree()
        tree = self.trees[-1]
        if tree.layers == 0:
            self.trees_attempted += 1
        chosen = {node: split for node, split in sorted(splits.items()) if pruning != "pre" or split.gain >= 0}
        if not chosen:
            return
        first = len(tree)
        for node, split in chosen.items():
            tree.split(node, split, rate)
        tree.layers += 1
        self.layer = (first, len(tree))
        if tree.layers >= max_depth:
            tree.finalized = True
            if pruning == "post":
                tree.prune()
            self.add_tree()
            self.layer = (0, 1)

    def arrays(self) -> dict[str, np.ndarray]:
        """The trees as arrays ``[trees, nodes]`` (``value``: ``[trees, nodes, outputs]``), for compiled programs.

        Both sizes are rounded up to powers of two, so that a growing ensemble is compiled a few times only; the
        trees that fill up are leaves of value 0.
        """
        trees = _power_of_two(len(self.trees))
        nodes = _power_of_two(max((len(tree) for tree in self.trees), default=1))
        arrays = {
            name: np.zeros((trees, nodes), np.int32) for name in ("kind", "feature", "threshold", "left", "right")
        }
        arrays["value"] = np.zeros((trees, nodes, self.outputs), np.float32)
        for number, tree in enumerate(self.trees):
            for name, array in arrays.items():
                array[number, : len(tree)] = getattr(tree, name)
            arrays["value"][number] *= np.float32(tree.weight)
        return arrays

    def depth(self) -> int:
        """The largest number of splits between a root and a leaf."""
        deepest = 0
        for tree in self.trees:
            depths = [0] * len(tree)
            for node, kind in enumerate(tree.kind):
                if kind != LEAF:
                    depths[tree.left[node]] = depths[tree.right[node]] = depths[node] + 1
            deepest = max(deepest, *depths)
        return deepest


def _power_of_two(count: int) -> int:
    return 1 << max(count - 1, 0).bit_length()
