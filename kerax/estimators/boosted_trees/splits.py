"""Which split of a node lowers the loss most: sums of gradients and hessians by bucket, and the gains of all splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kerax.estimators.boosted_trees.ensemble import BUCKET, EQUALS, Split

_TINY = 1e-15  # below this a sum of hessians counts as none
_SINGULAR = 1e-6  # an eigenvalue of a hessian this much smaller than the largest counts as none
_ROUNDING = np.float32(2 * np.finfo(np.float32).eps)  # gains this close to each other are the same
_AT_ONCE = 1 << 18  # entries that are counted in one go


@dataclass(frozen=True)
class Regularization:
    """What keeps trees small.

    Attributes:
      l1, l2: of the weights of leaves.
      complexity: subtracted from the gain of every split.
      min_node_weight: nodes with a smaller sum of hessians are not split.
    """

    l1: float = 0.0
    l2: float = 0.0
    complexity: float = 0.0
    min_node_weight: float = 0.0


class Histogram:
    """Sums of gradients and hessians, by node of a layer, feature and bucket.

    Args:
      sizes: number of buckets of each feature.
      nodes: number of nodes of the layer.
      outputs: number of logits.
    """

    def __init__(self, sizes: Sequence[int], nodes: int, outputs: int) -> None:
        self.ends = np.cumsum(sizes)
        self.starts = self.ends - np.asarray(sizes)
        self.outputs = outputs
        self.sums = np.zeros((outputs + outputs * outputs, nodes, int(self.ends[-1])), np.float64)
        self.batches = 0

    def add(self, node: np.ndarray, codes: np.ndarray, gradients: np.ndarray, hessians: np.ndarray) -> None:
        """Counts a batch.

        Args:
          node: ``int [batch]``, counted from the first of the layer; negative where the example is in no node of it.
          codes: ``int [features, batch]``, the bucket plus the number of buckets of all features before.
          gradients: ``float32 [batch, outputs]`` of the batch's loss.
          hessians: ``float32 [batch, outputs, outputs]``.
        """
        self.batches += 1
        numbers = np.concatenate([gradients, hessians.reshape(len(gradients), -1)], axis=1)
        if len(node) and node.min() < 0:
            kept = np.flatnonzero(node >= 0)
            node, codes, numbers = node[kept], codes[:, kept], numbers[kept]
        nodes, width = self.sums.shape[1:]
        offset = node * width
        weights = np.ascontiguousarray(numbers.T, np.float64)
        together = max(1, _AT_ONCE // max(1, len(node)))
        for first in range(0, len(codes), together):
            part = codes[first : first + together]
            begin, end = self.starts[first], self.ends[min(first + together, len(codes)) - 1]
            place = (part + offset if nodes > 1 else part).ravel()
            for number, weight in enumerate(weights):
                repeated = weight if len(part) == 1 else np.tile(weight, len(part))
                found = np.bincount(place, repeated, nodes * width).reshape(nodes, width)
                self.sums[number, :, begin:end] += found[:, begin:end]

    def means(self) -> np.ndarray:
        """The mean over batches, ``float32 [sums, nodes, buckets of all features]``."""
        return (self.sums / max(self.batches, 1)).astype(np.float32)

    def best_splits(self, categorical: Sequence[bool], regularization: Regularization) -> dict[int, Split]:
        """The best split of every node: node, counted from the first of the layer -> split.

        Ties go to the feature, then to the bucket with the lowest number.

        Args:
          categorical: for each feature, whether splits ask for one bucket.
          regularization: see there.
        """
        sums = np.moveaxis(self.means(), 0, -1)
        candidates = []
        for feature, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            part = sums[:, start:end]
            total = part.sum(axis=1, dtype=np.float32)
            left = part if categorical[feature] else np.cumsum(part, axis=1, dtype=np.float32)
            candidates.append(self._best(left, total, regularization))
        enough = self._enough(sums[:, self.starts[0] : self.ends[0]].sum(axis=1), regularization)
        chosen = _first_best(np.stack([together for together, *_ in candidates], axis=1))
        found = {}
        for node, feature in enumerate(chosen):
            if enough[node]:
                _, gain, bucket, left, right = (numbers[node] for numbers in candidates[feature])
                kind = EQUALS if categorical[feature] else BUCKET
                found[node] = Split(kind, int(feature), int(bucket), float(gain), left, right)
        return found

    def _enough(self, total: np.ndarray, regularization: Regularization) -> np.ndarray:
        weight = np.linalg.norm(total[:, self.outputs :], axis=1) if self.outputs > 1 else total[:, 1]
        return ~(weight < regularization.min_node_weight)

    def _best(self, left: np.ndarray, total: np.ndarray, regularization: Regularization) -> tuple:
        weight_left, gain_left = weights_and_gains(left, self.outputs, regularization)
        weight_right, gain_right = weights_and_gains(total[:, None] - left, self.outputs, regularization)
        parent = weights_and_gains(total, self.outputs, regularization)[1]
        together = gain_left + gain_right
        bucket = together.argmax(axis=1)
        node = np.arange(len(total))
        best = together[node, bucket]
        gain = best - parent - np.float32(regularization.complexity)
        return best, gain, bucket, weight_left[node, bucket], weight_right[node, bucket]


def _first_best(gains: np.ndarray) -> np.ndarray:
    """The first column in each row whose gain is, but for rounding, the largest."""
    best = gains.max(axis=1, keepdims=True)
    return (gains >= best - _ROUNDING * np.abs(best)).argmax(axis=1)


def weights_and_gains(sums: np.ndarray, outputs: int, regularization: Regularization) -> tuple[np.ndarray, np.ndarray]:
    """The best weights of leaves, and how much they lower the loss, to second order (twice).

    For one output the weight is ``-G / (H + l2)``, with G moved towards 0 by l1; for several, ``-(H + l2)^-1 G``.
    Where H has no inverse (for a softmax it never has one: a constant may be added to all logits) the shortest
    solution is taken. Source: Chen and Guestrin, 2016, "XGBoost", equations 5 and 6.

    Args:
      sums: ``float32 [..., outputs + outputs ** 2]``: gradients, then hessians.
      outputs: number of logits.
      regularization: see there.

    Returns:
      Weights ``[..., outputs]`` and gains ``[...]``.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.boosted_trees.splits import Regularization, weights_and_gains
      >>> weight, gain = weights_and_gains(np.array([-1.0, 2.0], "float32"), 1, Regularization())
      >>> weight.tolist(), gain.item()
      ([0.5], 0.5)
    """
    gradient, hessian = sums[..., :outputs], sums[..., outputs:]
    if outputs > 1:
        return _solve(gradient, hessian.reshape(*gradient.shape, outputs), regularization.l2)
    g, h = gradient[..., 0], hessian[..., 0] + np.float32(regularization.l2)
    g = np.sign(g) * np.maximum(np.abs(g) - np.float32(regularization.l1), np.float32(0))
    none = h <= _TINY
    weight = np.where(none, np.float32(0), -g / np.where(none, np.float32(1), h))
    return weight[..., None], -g * weight


def _solve(gradient: np.ndarray, hessian: np.ndarray, l2: float) -> tuple[np.ndarray, np.ndarray]:
    g = gradient.astype(np.float64)
    values, vectors = np.linalg.eigh(hessian.astype(np.float64) + l2 * np.eye(gradient.shape[-1]))
    usable = values > np.maximum(_SINGULAR * values.max(axis=-1, keepdims=True), _TINY)
    inverse = np.where(usable, 1 / np.where(usable, values, 1), 0)
    turned = np.einsum("...ij,...i->...j", vectors, g)
    weight = -np.einsum("...ij,...j->...i", vectors, inverse * turned)
    return weight.astype(np.float32), -(g * weight).sum(axis=-1).astype(np.float32)
