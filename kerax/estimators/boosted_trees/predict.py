"""Predictions of tree ensembles: as a JAX function, and, for a single tree that grows, in NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.estimators.boosted_trees.ensemble import EQUALS, LEAF, Tree, TreeEnsemble


def leaves_of(arrays: Mapping[str, Any], buckets: Any, depth: Any) -> jax.Array:
    """The leaf of every example in every tree, ``int32 [batch, trees]``.

    All trees are walked at once; an example that has reached its leaf stays there.

    Args:
      arrays: those of ``TreeEnsemble.arrays``.
      buckets: ``int [batch, features]``.
      depth: how many splits lead to the deepest leaf.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.boosted_trees import TreeEnsemble, leaves_of
      >>> ensemble = TreeEnsemble(1)
      >>> _ = ensemble.add_tree(0.5)
      >>> leaves_of(ensemble.arrays(), np.zeros((3, 1), int), 0).tolist()
      [[0], [0], [0]]
    """
    buckets = jnp.asarray(buckets, jnp.int32)
    kind, feature, threshold, left, right = (
        jnp.asarray(arrays[name]) for name in ("kind", "feature", "threshold", "left", "right")
    )
    tree = jnp.arange(kind.shape[0])
    node = jnp.zeros((buckets.shape[0], kind.shape[0]), jnp.int32)

    def step(node: jax.Array) -> jax.Array:
        seen = jnp.take_along_axis(buckets, feature[tree, node], axis=1)
        limit, what = threshold[tree, node], kind[tree, node]
        goes_left = jnp.where(what == EQUALS, seen == limit, seen <= limit)
        below = jnp.where(goes_left, left[tree, node], right[tree, node])
        return jnp.where(what == LEAF, node, below)

    return jax.lax.fori_loop(0, depth, lambda _, node: step(node), node)


def logits_of(arrays: Mapping[str, Any], buckets: Any, depth: Any) -> jax.Array:
    """The logits, ``float32 [batch, outputs]``: the sum of the leaves that each example falls into.

    Args:
      arrays: those of ``TreeEnsemble.arrays``.
      buckets: ``int [batch, features]``.
      depth: how many splits lead to the deepest leaf.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.boosted_trees import TreeEnsemble, logits_of
      >>> ensemble = TreeEnsemble(1)
      >>> _ = ensemble.add_tree(0.5), ensemble.add_tree(0.25)
      >>> logits_of(ensemble.arrays(), np.zeros((2, 1), int), 0).tolist()
      [[0.75], [0.75]]
    """
    leaves = leaves_of(arrays, buckets, depth)
    value = jnp.asarray(arrays["value"])
    return value[jnp.arange(value.shape[0]), leaves].sum(axis=1)


compiled_logits = jax.jit(logits_of)


def predict_logits(ensemble: TreeEnsemble, buckets: np.ndarray) -> np.ndarray:
    """The logits of an ensemble, by the compiled function."""
    return np.asarray(compiled_logits(ensemble.arrays(), np.asarray(buckets, np.int32), ensemble.depth()))


class FlatTrees:
    """Trees behind each other in flat arrays, to be walked in NumPy while an ensemble grows.

    Args:
      trees: the trees.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.boosted_trees import TreeEnsemble
      >>> from kerax.estimators.boosted_trees.predict import FlatTrees
      >>> FlatTrees([TreeEnsemble(1).add_tree(0.5)]).logits(np.zeros((2, 1), int)).tolist()
      [[0.5], [0.5]]
    """

    def __init__(self, trees: Sequence[Tree]) -> None:
        sizes = [len(tree) for tree in trees]
        self.roots = np.cumsum([0, *sizes[:-1]], dtype=np.int64)[: len(trees)]

        def joined(name: str, shift: bool = False) -> np.ndarray:
            parts = [np.asarray(getattr(tree, name)) + (root if shift else 0) for tree, root in zip(trees, self.roots)]
            return np.concatenate(parts) if parts else np.zeros(0, np.int64)

        self.kind, self.feature, self.threshold = joined("kind"), joined("feature"), joined("threshold")
        self.left, self.right = joined("left", True), joined("right", True)
        self.value = np.concatenate([np.stack(tree.value) * np.float32(tree.weight) for tree in trees])

    def leaves(self, buckets: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
        """The leaf of each example in each tree, ``int64 [batch, trees]``.

        Args:
          buckets: ``int [batch, features]``.
          start: where to walk on from; the roots if None.
        """
        shape = (len(buckets), len(self.roots))
        node = (np.broadcast_to(self.roots, shape) if start is None else start).ravel().copy()
        example = np.repeat(np.arange(shape[0]), shape[1])
        places = np.flatnonzero(self.kind[node] != LEAF)
        while len(places):
            at = node[places]
            seen, limit = buckets[example[places], self.feature[at]], self.threshold[at]
            goes_left = np.where(self.kind[at] == EQUALS, seen == limit, seen <= limit)
            node[places] = below = np.where(goes_left, self.left[at], self.right[at])
            places = places[self.kind[below] != LEAF]
        return node.reshape(shape)

    def logits(self, buckets: np.ndarray) -> np.ndarray:
        """The logits, ``float32 [batch, outputs]``."""
        return self.value[self.leaves(buckets)].sum(axis=1, dtype=np.float32)
