"""LayerTrainer: trees grown layer by layer from batches, step for step as TensorFlow's boosted trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.estimators.boosted_trees.ensemble import TreeEnsemble
from kerax.estimators.boosted_trees.features import TreeBatch, TreeFeatures
from kerax.estimators.boosted_trees.predict import FlatTrees
from kerax.estimators.boosted_trees.quantiles import QuantileStream
from kerax.estimators.boosted_trees.settings import TreeSettings
from kerax.estimators.boosted_trees.splits import Histogram, weights_and_gains

_GATHERED, _BIAS, _BATCHES = "kerax/trees/sums", "kerax/trees/bias", "kerax/trees/batches"
_MOST_ROUNDS = 20  # batches that are not all data may each have a bias of their own
_NO_CHANGE = 1e-6  # of a bias: the noise of sums in float32 around a bias of 0
_CENTERED = 0.01  # a bias that changes by no more than this share is found


class LayerTrainer:
    """Grows an ensemble.

    A step takes one batch. The gradients and hessians of the batch's loss are summed by node and bucket; after
    ``n_batches_per_layer`` batches the means of these sums decide how the last layer is split.

    Args:
      features: what trees look at.
      settings: how they grow.
      ensemble: grows on.
      boundaries: of the numeric features; None as long as they are not known.
      centered: whether the bias has been found.
    """

    def __init__(
        self,
        features: TreeFeatures,
        settings: TreeSettings,
        ensemble: TreeEnsemble,
        boundaries: list[np.ndarray] | None = None,
        centered: bool = False,
    ) -> None:
        self.features, self.settings, self.ensemble = features, settings, ensemble
        self.boundaries = [] if not features.num_numeric else boundaries
        self.centering = settings.center_bias and not centered
        self._streams = [QuantileStream(settings.quantile_sketch_epsilon) for _ in range(features.num_numeric)]
        self._batches = 0
        self._bias, self._rounds = np.zeros((2, ensemble.outputs)), 0
        self._histogram: Histogram | None = None
        self._finalized: tuple[int, FlatTrees | None] = (-1, None)
        self._seen: Any = None
        self._memory: dict[str, Any] = {}

    @property
    def complete(self) -> bool:
        """Whether there are enough trees, or enough layers have been tried."""
        settings, ensemble = self.settings, self.ensemble
        attempts = 2 * settings.n_trees * settings.max_depth
        return ensemble.num_finalized >= settings.n_trees or ensemble.layers_attempted > attempts

    def step(self, batch: TreeBatch, derivatives: Callable, weights: np.ndarray | None = None) -> tuple[float, bool]:
        """Takes one batch.

        Args:
          batch: the features. The same object again is known to be the same data, and is not looked up anew.
          derivatives: ``derivatives(logits)`` returns the loss, its gradients and hessians.
          weights: of the examples, for the quantiles.

        Returns:
          The loss before the step, and whether it counts as a step: batches that only serve to find boundaries do not.
        """
        if self.boundaries is None:
            loss, *_ = derivatives(np.zeros((len(batch.buckets), self.ensemble.outputs), np.float32))
            self._sketch(batch, weights)
            return float(loss), False
        known = self._look_up(batch)
        loss, gradients, hessians = derivatives(known["logits"])
        gradients, hessians = np.asarray(gradients), np.asarray(hessians)
        if self.centering:
            self._center(gradients, hessians)
        else:
            self._count(known, gradients, hessians)
        return float(loss), True

    def _sketch(self, batch: TreeBatch, weights: np.ndarray | None) -> None:
        for stream, values in zip(self._streams, batch.values.T, strict=True):
            stream.add(values, weights)
        self._batches += 1
        if self._batches >= self.settings.n_batches_per_layer:
            self.boundaries = [stream.boundaries() for stream in self._streams]
            self._batches = 0

    # ---- what an interrupted training has gathered ------------------------------------------------------------------
    def gathered(self) -> dict[str, np.ndarray]:
        """The sums of the batches since the last layer was grown; nothing right after one."""
        if self._histogram is not None:
            return {_GATHERED: self._histogram.sums, _BATCHES: np.array(self._histogram.batches)}
        return {_BIAS: self._bias.copy(), _BATCHES: np.array(self._batches)} if self._bias.any() else {}

    def go_on(self, stored: Mapping[str, Any]) -> None:
        """Takes up what `gathered` gave."""
        if _BIAS in stored:
            self._bias, self._batches = np.array(stored[_BIAS]), int(stored[_BATCHES])
        elif _GATHERED in stored:
            self._histogram = histogram = self._new_histogram()
            histogram.sums, histogram.batches = np.array(stored[_GATHERED]), int(stored[_BATCHES])

    def _new_histogram(self) -> Histogram:
        first, last = self.ensemble.layer
        return Histogram(self.features.sizes(self.boundaries or []), last - first, self.ensemble.outputs)

    # ---- where the examples of a batch are -----------------------------------------------------------------------
    def _look_up(self, batch: TreeBatch) -> dict[str, Any]:
        if self._seen is not batch:
            buckets = self.features.bucketize(batch, self.boundaries or [])
            sizes = self.features.sizes(self.boundaries or [])
            starts = np.cumsum([0, *sizes[:-1]])
            codes = np.ascontiguousarray((np.maximum(buckets, 0) + starts).T, np.int64)
            self._seen, self._memory = batch, {"buckets": buckets, "codes": codes, "trees": 0, "node": None}
            self._memory["base"] = np.zeros((len(buckets), self.ensemble.outputs), np.float32)
        self._advance(self._memory)
        return self._memory

    def _advance(self, memory: dict[str, Any]) -> None:
        """Brings the logits and nodes of a batch up to the ensemble of now."""
        trees, buckets = self.ensemble.trees, memory["buckets"]
        finalized = max(len(trees) - 1, 0)
        if memory["trees"] < finalized:
            memory["base"] = memory["base"] + self._flat(memory["trees"], finalized).logits(buckets)
            memory["trees"], memory["node"] = finalized, None
        if not trees:
            memory["node"], memory["logits"] = np.zeros((len(buckets), 1), np.int64), memory["base"]
            return
        growing = FlatTrees(trees[-1:])
        memory["node"] = growing.leaves(buckets, memory["node"])
        memory["logits"] = memory["base"] + growing.value[memory["node"][:, 0]]

    def _flat(self, first: int, last: int) -> FlatTrees:
        if first > 0:
            return FlatTrees(self.ensemble.trees[first:last])
        if self._finalized[0] != last:
            self._finalized = (last, FlatTrees(self.ensemble.trees[:last]))
        assert self._finalized[1] is not None
        return self._finalized[1]

    # ---- growing -------------------------------------------------------------------------------------------------
    def _center(self, gradients: np.ndarray, hessians: np.ndarray) -> None:
        self._bias += np.stack([gradients.mean(axis=0), hessians.mean(axis=0)[:, 0]])
        self._batches += 1
        if self._batches < self.settings.n_batches_per_layer:
            return
        means = (self._bias.ravel() / self._batches).astype(np.float32)
        change = weights_and_gains(means, 1, self.settings.regularization)[0][0]
        self._bias[:], self._batches = 0, 0
        if not self.ensemble.trees:
            self.ensemble.add_tree(change)
            return
        root = self.ensemble.trees[0].value
        self._rounds += 1
        still = abs(change) > max(_CENTERED * abs(root[0][0]), _NO_CHANGE)
        self.centering = bool(still) and self._rounds < _MOST_ROUNDS
        root[0] = root[0] + change

    def _count(self, known: dict[str, Any], gradients: np.ndarray, hessians: np.ndarray) -> None:
        settings, first = self.settings, self.ensemble.layer[0]
        if self._histogram is None:
            self._histogram = self._new_histogram()
        self._histogram.add(known["node"][:, 0] - first, known["codes"], gradients, hessians)
        if self._histogram.batches < settings.n_batches_per_layer:
            return
        splits = self._histogram.best_splits(self.features.categorical(), settings.regularization)
        self._histogram = None
        shifted = {node + first: split for node, split in splits.items()}
        self.ensemble.grow(shifted, settings.learning_rate, settings.max_depth, settings.pruning_mode)


def derivatives_of(loss: Callable[[jax.Array, Any], jax.Array]) -> Callable:
    """A compiled function that returns a loss with its gradients and hessians with respect to the logits.

    The loss is a sum over examples, so that the hessian of each example stands alone.

    Args:
      loss: ``loss(logits, data)``, a number.

    Returns:
      ``derivatives(logits, data)`` -> loss, gradients ``[batch, outputs]``, hessians ``[batch, outputs, outputs]``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.estimators.boosted_trees.layer_trainer import derivatives_of
      >>> loss, gradients, hessians = derivatives_of(lambda z, y: jnp.sum((z - y) ** 2))(jnp.zeros((1, 1)), 3.0)
      >>> float(loss), gradients.tolist(), hessians.tolist()
      (9.0, [[-6.0]], [[[2.0]]])
    """

    def derivatives(logits: jax.Array, data: Any) -> tuple[jax.Array, jax.Array, jax.Array]:
        value, gradient = jax.value_and_grad(loss)(logits, data)
        directions = jnp.eye(logits.shape[1], dtype=logits.dtype)

        def along(direction: jax.Array) -> jax.Array:
            tangent = jnp.broadcast_to(direction, logits.shape)
            return jax.jvp(lambda z: jax.grad(loss)(z, data), (logits,), (tangent,))[1]

        return value, gradient, jnp.moveaxis(jax.vmap(along)(directions), 0, -1)

    return jax.jit(derivatives)
