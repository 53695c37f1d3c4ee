"""Boundaries of numeric features, from a stream of batches.

Small batches go through the sketch that TensorFlow's boosted trees use, so that the same data give the same
boundaries. A large batch is worth sorting: its boundaries are exact.
Source: Greenwald and Khanna, 2001, "Space-efficient online computation of quantile summaries"; Zhang and Wang, 2007,
"A fast algorithm for approximate quantiles in high speed data streams"; Chen and Guestrin, 2016, "XGBoost", appendix.
"""

from __future__ import annotations

import math

import numpy as np

_SKETCHED = 4096  # batches up to this size are sketched
_LONGEST_STREAM = 1 << 40


class Summary:
    """Values with bounds of their ranks.

    Attributes:
      value: rising.
      weight: of all entries of this value.
      low, high: bounds of the weight below a value, and of the weight up to and with it.
    """

    def __init__(self, value: np.ndarray, weight: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        self.value, self.weight, self.low, self.high = value, weight, low, high

    @classmethod
    def of(cls, values: np.ndarray, weights: np.ndarray) -> Summary:
        """The exact summary of some values."""
        value, place = np.unique(values, return_inverse=True)
        weight = np.bincount(place.ravel(), weights, len(value)).astype(np.float32)
        until = np.cumsum(weight, dtype=np.float32)
        return cls(value.astype(np.float32), weight, np.concatenate([[np.float32(0)], until[:-1]]), until)

    def __len__(self) -> int:
        return len(self.value)

    def pick(self, chosen: list[int]) -> Summary:
        """Some of the entries."""
        return Summary(self.value[chosen], self.weight[chosen], self.low[chosen], self.high[chosen])

    def merged(self, other: Summary) -> Summary:
        """The summary of both."""
        if not len(other) or not len(self):
            return self if len(self) else other
        value = np.union1d(self.value, other.value)
        parts = [one._at(value) for one in (self, other)]
        return Summary(value, *(first + second for first, second in zip(*parts, strict=True)))

    def _at(self, value: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What this summary adds to the weight and the ranks of values."""
        after = np.searchsorted(self.value, value)
        here = self.value[np.minimum(after, len(self) - 1)] == value
        at = np.minimum(after, len(self) - 1)
        below = np.where(after > 0, (self.low + self.weight)[np.maximum(after - 1, 0)], 0)
        above = np.where(after < len(self), (self.high - self.weight)[at], self.high[-1])
        weight = np.where(here, self.weight[at], 0)
        low, high = np.where(here, self.low[at], below), np.where(here, self.high[at], above)
        return weight.astype(np.float32), low.astype(np.float32), high.astype(np.float32)

    def compressed(self, size: int, error: float) -> Summary:
        """A summary of about ``size`` entries, the first and the last among them.

        Args:
          size: wanted.
          error: of ranks that may be added, as a share of all weight; ``1 / size`` at least.
        """
        size = max(size, 2)
        if len(self) <= size:
            return self
        allowed = float(self.high[-1]) * max(1.0 / size, error)
        before = (self.high - self.weight).tolist()
        after = (self.low + self.weight).tolist()
        chosen, owed, at, last = [0], 0, 0, len(self) - 1
        while at < last:
            ahead = at + 1
            while ahead <= last and owed < len(self) and before[ahead] - after[at] <= allowed:
                owed += size
                ahead += 1
            at = max(ahead - 1, at + 1)
            chosen.append(at)
            owed -= len(self)
        return self.pick(chosen)

    def error(self) -> float:
        """The largest error of a rank, as a share of all weight."""
        own = float((self.high - self.low - self.weight).max(initial=0))
        between = float(((self.high - self.weight)[1:] - (self.low + self.weight)[:-1]).max(initial=0))
        return max(own, between) / float(self.high[-1])


class QuantileStream:
    """Quantiles of a stream.

    Args:
      epsilon: error of the ranks; ``1 / epsilon`` boundaries are made.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.boosted_trees.quantiles import QuantileStream
      >>> stream = QuantileStream(0.3)
      >>> stream.add(np.array([3.0, 1.0, 2.0, 2.0]))
      >>> stream.boundaries().tolist()
      [1.0, 2.0, 3.0]
    """

    def __init__(self, epsilon: float) -> None:
        self.epsilon = float(np.float32(epsilon))
        self.levels = _Levels(self.epsilon, _LONGEST_STREAM)

    def add(self, values: np.ndarray, weights: np.ndarray | None = None) -> None:
        """Adds a batch; values that are no numbers, or weigh nothing, do not count.

        Args:
          values: ``float32 [batch]``.
          weights: ``float32 [batch]``; None for 1 each.
        """
        values = np.asarray(values, np.float32).ravel()
        weights = np.ones(len(values), np.float32) if weights is None else np.asarray(weights, np.float32).ravel()
        kept = ~np.isnan(values) & (weights > 0)
        values, weights = values[kept], weights[kept]
        if len(values) > _SKETCHED:
            self.levels.push(Summary.of(values, weights).compressed(self.levels.size, 0.0))
            return
        batch = _Levels(self.epsilon, len(kept) + 1)
        room = min(2 * batch.size, len(kept) + 1)
        for first in range(0, len(values), room):
            batch.push(Summary.of(values[first : first + room], weights[first : first + room]))
        if len(values):
            self.levels.push(batch.together())

    def boundaries(self) -> np.ndarray:
        """Boundaries of parts of about equal weight, ``float32``, rising; the last is the largest value."""
        whole = self.levels.together()
        if whole is None:
            return np.zeros(1, np.float32)
        count = max(int(1 / self.epsilon + 1e-6), 2)
        found = whole.compressed(count, float(np.float32(whole.error() + 1.0 / count))).value
        return found if len(found) <= count else np.append(found[: count - 1], found[-1])


class _Levels:
    """Summaries of twice the length on every next level."""

    def __init__(self, epsilon: float, longest: int) -> None:
        level, size = 1, 2
        while (size << level) < longest:
            size = math.ceil(level / epsilon) + 1
            level += 1
        self.epsilon, self.size = epsilon, size
        self.summaries: list[Summary | None] = []

    def push(self, summary: Summary) -> None:
        summary = summary.compressed(self.size, self.epsilon)
        level = 0
        while True:
            if level == len(self.summaries):
                self.summaries.append(None)
            present = self.summaries[level]
            summary = summary if present is None else summary.merged(present)
            if present is None or len(summary) <= self.size + 1:
                self.summaries[level] = summary
                return
            summary = summary.compressed(self.size, self.epsilon)
            self.summaries[level] = None
            level += 1

    def together(self) -> Summary | None:
        whole = None
        for summary in self.summaries:
            if summary is not None:
                whole = summary if whole is None else whole.merged(summary)
        return whole
