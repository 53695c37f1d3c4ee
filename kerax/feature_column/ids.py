"""Ids: what a categorical column makes of a batch, and the padded form that goes to the device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_NONE = -1
_LARGEST = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class Ids:
    """The ids of a batch, as sparse entries in row-major order.

    Attributes:
      indices: ``int64 [entries, rank]``, the row first.
      values: ``int64 [entries]``.
      shape: of the whole array, the batch first.
      weights: ``float32 [entries]``, or None where every id counts once.
      steady: whether every batch has the same width, as from an array.
    """

    indices: np.ndarray
    values: np.ndarray
    shape: tuple[int, ...]
    weights: np.ndarray | None = None
    steady: bool = False

    def checked(self, num_buckets: int, column: str) -> Ids:
        """The same ids, none of them too large.

        Raises:
          ValueError: naming the column and the id.
        """
        if len(self.values) and int(self.values.max()) >= num_buckets:
            row = int(self.indices[int(self.values.argmax()), 0])
            raise ValueError(
                f"Column {column!r} has num_buckets={num_buckets}, but row {row} of the batch has id "
                f"{int(self.values.max())}. Raise num_buckets, or give a default_value for ids outside the range."
            )
        return self

    def padded(self, num_buckets: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Ids and weights as ``[batch, width]``, -1 where there is none, and for ids outside ``[0, num_buckets)``.

        The width of batches that are not steady is a power of two, so that few programs are compiled.
        """
        rows, batch = self.indices[:, 0], self.shape[0]
        counts = np.bincount(rows, minlength=batch) if len(rows) else np.zeros(batch, np.int64)
        longest = int(counts.max()) if batch else 0
        if self.steady:
            width = int(np.prod(self.shape[1:]))
        else:
            width = 1 << max(0, longest - 1).bit_length()
        places = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        ids = np.full((batch, max(width, 1)), _NONE, np.int32)
        known = (self.values >= 0) & (self.values < min(num_buckets, _LARGEST))
        ids[rows, places] = np.where(known, self.values, _NONE)
        if self.weights is None:
            return ids, None
        weights = np.zeros(ids.shape, np.float32)
        weights[rows, places] = self.weights
        return ids, weights

    def by_step(self, num_buckets: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Ids and weights of sequences as ``[batch, steps, width]``, -1 where there is none."""
        rows, steps = self.indices[:, 0], self.indices[:, 1]
        batch, length = self.shape[0], self.shape[1]
        flat = Ids(
            np.column_stack([rows * length + steps, np.arange(len(rows))]),
            self.values,
            (batch * length, *self.shape[2:]),
            self.weights,
            self.steady or len(self.shape) == 2,
        )
        ids, weights = flat.padded(num_buckets)
        ids = ids.reshape(batch, length, -1)
        return ids, None if weights is None else weights.reshape(ids.shape)

    def lengths(self) -> np.ndarray:
        """For each row of sequences, the last step with a value, counted from 1."""
        lengths = np.zeros(self.shape[0], np.int64)
        np.maximum.at(lengths, self.indices[:, 0], self.indices[:, 1] + 1)
        return lengths
