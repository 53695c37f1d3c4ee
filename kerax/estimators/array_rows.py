"""ArrayRows: an in-memory pipeline as arrays and the row numbers of its batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.data import Dataset
from kerax.data.lowering import ArrayPlan, array_plan


class ArrayRows:
    """The batches of a pipeline that is nothing but rows of arrays in some order, as row numbers.

    Args:
      plan: the pipeline.

    Example:
      >>> import kerax
      >>> from kerax.estimators.array_rows import array_rows
      >>> rows = array_rows(kerax.data.Dataset.range(5).batch(2))
      >>> rows is None  # not made of arrays
      True
      >>> rows = array_rows(kerax.data.Dataset.from_tensor_slices([5, 6, 7]).batch(2))
      >>> [batch.tolist() for batch in rows]
      [[0, 1], [2]]
    """

    def __init__(self, plan: ArrayPlan) -> None:
        self.plan, self.arrays, self.size = plan, plan.arrays, plan.size
        self.batch_size = int(plan.batch_size or 1)

    def _passes(self) -> Iterator[np.ndarray]:
        count, plan = 0, self.plan
        while plan.repeat == -1 or count < plan.repeat:
            yield plan.order(plan.epochs.take() if plan.epochs is not None else 0)
            count += 1

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields the row numbers of each batch, in the order in which iterating the pipeline gives them."""
        size, plan = self.batch_size, self.plan
        left = np.zeros(0, np.int64)
        for order in self._passes():
            rows = np.concatenate([left, order]) if len(left) else order
            whole = len(rows) // size * size
            yield from rows[:whole].reshape(-1, size)
            left = rows[whole:]
            if len(left) and not plan.repeat_before_batch:
                if not plan.drop_remainder:
                    yield left
                left = left[:0]
        if len(left) and not plan.drop_remainder:
            yield left


def array_rows(data: Any) -> ArrayRows | None:
    """The rows of an in-memory pipeline, None for anything else."""
    if not isinstance(data, Dataset):
        return None
    plan = array_plan(data)
    if plan is None or plan.batch_size is None or not plan.size or not plan.repeat:
        return None
    return ArrayRows(plan)
