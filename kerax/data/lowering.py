"""Handing an in-memory pipeline to the training loop as arrays and an order, instead of as a sequence of batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerax.data.node import Node
from kerax.data.operations.arrays import TensorSlice
from kerax.data.operations.batch import Batch
from kerax.data.operations.cache import Cache
from kerax.data.operations.prefetch import Prefetch
from kerax.data.operations.repeat import Repeat
from kerax.data.operations.shuffle import Shuffle, generator
from kerax.data.shared import EpochCounter

if TYPE_CHECKING:
    from kerax.data.dataset import Dataset


@dataclass(frozen=True)
class ArrayPlan:
    """A pipeline that is nothing but rows of arrays in some order, cut into batches.

    Attributes:
      arrays: the arrays, nested as an element is; each has ``size`` rows.
      size: how many rows there are.
      batch_size: rows in a batch, ``None`` where the pipeline does not batch.
      drop_remainder: whether a shorter last batch is left out.
      shuffle: whether each pass has a random order.
      seed: the seed of the order, ``None`` without shuffle.
      reshuffle: whether the order differs from pass to pass.
      repeat: how many passes one iteration makes, -1 for passes without end.
      repeat_before_batch: whether batches run across the ends of passes.
      epochs: counts the passes of the dataset's shuffle. Call ``epochs.take()`` at the start of a pass and give the
        number to ``order``, so that passes made here and passes made by iterating the dataset continue each other.

    Example:
      >>> import kerax.data
      >>> ds = kerax.data.Dataset.from_tensor_slices([10, 11, 12]).shuffle(3).batch(2).repeat()
      >>> plan = kerax.data.lowering.array_plan(ds)
      >>> plan.size, plan.batch_size, plan.shuffle, plan.repeat, plan.repeat_before_batch
      (3, 2, True, -1, False)
    """

    arrays: Any
    size: int
    batch_size: int | None
    drop_remainder: bool
    shuffle: bool
    seed: int | None
    reshuffle: bool
    repeat: int
    repeat_before_batch: bool
    epochs: EpochCounter | None

    def order(self, epoch: int) -> np.ndarray:
        """Returns the row numbers of one pass, in the order in which iterating the dataset visits them.

        Args:
          epoch: the number of the pass, counted over all iterations of the dataset.

        Returns:
          An int64 array of ``size`` row numbers.

        Example:
          >>> import kerax
          >>> ds = kerax.data.Dataset.from_tensor_slices([10, 11, 12, 13]).shuffle(4, seed=1).batch(2)
          >>> plan = kerax.data.lowering.array_plan(ds)
          >>> (plan.arrays[plan.order(0)] == [x for b in ds for x in b]).all()
          np.True_
        """
        if not self.shuffle:
            return np.arange(self.size)
        return generator(self.seed or 0, epoch if self.reshuffle else 0).permutation(self.size)


def array_plan(dataset: Dataset) -> ArrayPlan | None:
    """Describes a dataset that consists of ``from_tensor_slices`` and at most one each of shuffle, batch and repeat.

    ``cache`` (before the shuffle) and ``prefetch`` may stand anywhere: arrays in memory need neither. The shuffle must
    come before the other two and its buffer must hold all rows.

    Args:
      dataset: any dataset.

    Returns:
      The plan, or ``None`` for a dataset that has to be iterated.

    Example:
      >>> import kerax
      >>> ds = kerax.data.Dataset.range(5)
      >>> kerax.data.lowering.array_plan(ds) is None
      True
    """
    steps: list[Node] = []
    node = dataset._plan
    while node.inputs:
        if len(node.inputs) > 1:
            return None
        steps.append(node)
        node = node.inputs[0]
    if not isinstance(node, TensorSlice):
        return None
    found = {"shuffle": None, "batch": None, "repeat": None}
    order: list[str] = []
    for step in reversed(steps):
        if isinstance(step, Prefetch) or (isinstance(step, Cache) and "shuffle" not in order):
            continue
        kind = step.operation
        if not isinstance(step, (Shuffle, Batch, Repeat)) or found[kind] is not None:
            return None
        found[kind] = step  # type: ignore[assignment]
        order.append(kind)
    shuffle, batch, repeat = (found[kind] for kind in ("shuffle", "batch", "repeat"))
    if shuffle is not None and (order[0] != "shuffle" or shuffle.buffer_size < node.cardinality):  # type: ignore[attr-defined]
        return None
    return ArrayPlan(
        arrays=node.structure.unflatten(list(node.leaves)),
        size=node.cardinality,
        batch_size=None if batch is None else batch.size,  # type: ignore[attr-defined]
        drop_remainder=batch is not None and batch.drop_remainder,  # type: ignore[attr-defined]
        shuffle=shuffle is not None,
        seed=None if shuffle is None else shuffle.seed,  # type: ignore[attr-defined]
        reshuffle=shuffle is not None and shuffle.reshuffle,  # type: ignore[attr-defined]
        repeat=1 if repeat is None else repeat.count,  # type: ignore[attr-defined]
        repeat_before_batch=batch is not None and repeat is not None and order.index("repeat") < order.index("batch"),
        epochs=None if shuffle is None else shuffle.epochs,  # type: ignore[attr-defined]
    )
