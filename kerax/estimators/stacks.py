"""Stacks: batches after the host stage, several of them stacked for one call of the training program."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.errors import did_you_mean
from kerax.estimators.batches import Batches
from kerax.estimators.host_stage import HostStage

MOST_STEPS = 32  # in one call
_MOST_BYTES = 1 << 22  # of a stack


class Stacks:
    """Reads batches and stacks those of one shape.

    Args:
      batches: the input.
      stage: what the host does with a batch.

    Attributes:
      taken: how many batches were given out.
    """

    def __init__(self, batches: Batches, stage: HostStage) -> None:
        self.batches, self.stage, self.taken = batches, stage, 0
        self._next: Any = None

    def _staged(self) -> Any:
        if self._next is not None:
            staged, self._next = self._next, None
            return staged
        batch = self.batches.next()
        return None if batch is None else stage_batch(self.stage, batch)

    def take(self, limit: int) -> tuple[Any, int]:
        """Up to ``limit`` batches of one shape.

        Returns:
          A stack whose length depends on the shape of the batches only, and how many of its entries are batches.
        """
        found: list[Any] = []
        size, shapes = 1, None
        while len(found) < min(limit, size) or not found:
            staged = self._staged()
            if staged is None:
                break
            leaves, treedef = jax.tree.flatten(staged)
            now = (treedef, [(leaf.shape, leaf.dtype) for leaf in leaves])
            if shapes is None:
                shapes, size = now, stack_size(leaves)
            elif now != shapes:
                self._next = staged
                break
            found.append(leaves)
        if not found:
            return None, 0
        self.taken += len(found)
        padded = found + found[-1:] * (size - len(found))
        treedef = shapes[0]  # type: ignore[index]
        return jax.tree.unflatten(treedef, [np.stack(same) for same in zip(*padded)]), len(found)


def stack_size(leaves: list[Any]) -> int:
    """How many batches make up a stack.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.stacks import stack_size
      >>> stack_size([np.zeros((8, 4))]), stack_size([np.zeros((1024, 1024))])
      (32, 1)
    """
    return max(1, min(MOST_STEPS, _MOST_BYTES // max(1, sum(leaf.nbytes for leaf in leaves))))


def stage_batch(stage: HostStage, batch: Any) -> Any:
    """A batch after the host stage.

    Raises:
      ValueError: if it is not made up like the first one.
    """
    if not stage.fits(batch):
        raise ValueError(_difference(stage, batch))
    return stage(batch)


def _difference(stage: HostStage, batch: Any) -> str:
    first, _ = jax.tree.unflatten(stage.structure, list(range(stage.structure.num_leaves)))
    now, _ = batch
    if isinstance(first, dict) and isinstance(now, dict) and set(first) != set(now):
        missing, more = sorted(set(first) - set(now)), sorted(set(now) - set(first))
        guess = did_you_mean(missing[0], more) if missing else ""
        return f"The input's batches differ: features {missing} of the first batch are missing, {more} are new.{guess}"
    came = [(np.asarray(leaf).dtype.name, np.shape(leaf)) for leaf in jax.tree.leaves(batch)]
    return (
        "The input's batches differ in structure, kind of numbers or inner shape: the first one had "
        f"{stage.kinds}, now there came {came}."
    )
