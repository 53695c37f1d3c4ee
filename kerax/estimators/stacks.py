"""Stacks: batches after the host stage, several of them stacked for one call of the training program."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.errors import did_you_mean
from kerax.estimators.batches import Batches
from kerax.estimators.host_stage import HostStage
from kerax.state.host_stage import HostStrings, StagedInputs

MOST_STEPS = 32  # in one call
_MOST_BYTES = 1 << 22  # of a stack
_MOST_ROWS = 1_000_000  # of a table that goes through the host stage at once
_FEW_ROWS = 20_000  # so many may go through it without ever being used


class Stacks:
    """Reads batches and stacks those of one shape.

    Args:
      batches: the input.
      stage: what the host does with a batch.

    Attributes:
      taken: how many batches were given out.
    """

    def __init__(self, batches: Batches, stage: HostStage, batches_wanted: int | None = None) -> None:
        self.batches, self.stage, self.taken = batches, stage, 0
        self._next: Any = None
        self._table = _staged_table(batches, stage, batches_wanted)
        self._rows: Any = None
        self._structures: dict[int, Any] = {}

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
        if self._table is not None:
            return self._gathered(limit)
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
        treedef = shapes[0]  # type: ignore[index]
        return jax.tree.unflatten(treedef, [_stacked(same, size) for same in zip(*found)]), len(found)

    def _gathered(self, limit: int) -> tuple[Any, int]:
        """The same from a table that went through the host stage as a whole."""
        leaves = jax.tree.leaves(self._table)
        found: list[np.ndarray] = []
        size = 1
        while len(found) < min(limit, size) or not found:
            rows, self._rows = self._rows, None
            rows = next(self.batches.order, None) if rows is None else rows
            if rows is None:
                break
            if found and len(rows) != len(found[0]):
                self._rows = rows
                break
            found.append(rows)
            size = stack_size_of(sum(leaf.nbytes // len(leaf) for leaf in leaves) * len(found[0]))
        if not found:
            return None, 0
        self.taken += len(found)
        rows = np.stack(found)
        parts = []
        for leaf in leaves:
            part = np.empty((size, len(found[0]), *leaf.shape[1:]), leaf.dtype)
            np.take(leaf, rows, axis=0, out=part[: len(found)], mode="clip")  # "clip" writes without a copy
            parts.append(part)
        return jax.tree.unflatten(self._structure(len(found[0])), parts), len(found)

    def _structure(self, rows: int) -> Any:
        """That of a batch of so many rows: placeholders have the sizes of the batch."""
        if rows not in self._structures:

            def sized(leaf: Any) -> Any:
                return HostStrings((rows, *leaf.shape[1:])) if leaf.__class__ is HostStrings else leaf

            staged = self._table
            batch = StagedInputs(jax.tree.map(sized, staged.inputs), jax.tree.map(sized, staged.recorded))
            self._structures[rows] = jax.tree.structure(batch)
        return self._structures[rows]


def stack_size(leaves: list[Any]) -> int:
    """How many batches make up a stack.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.stacks import stack_size
      >>> stack_size([np.zeros((8, 4))]), stack_size([np.zeros((1024, 1024))])
      (32, 1)
    """
    return stack_size_of(sum(leaf.nbytes for leaf in leaves))


def stack_size_of(size: int) -> int:
    """The same, for batches of so many bytes.

    Example:
      >>> from kerax.estimators.stacks import stack_size_of
      >>> stack_size_of(1 << 20)
      4
    """
    return max(1, min(MOST_STEPS, _MOST_BYTES // max(1, size)))


def _stacked(batches: Any, size: int) -> np.ndarray:
    """A stack of a fixed length; what is behind the batches is never read."""
    stack = np.empty((size, *batches[0].shape), batches[0].dtype)
    for place, batch in enumerate(batches):
        stack[place] = batch
    return stack


def _staged_table(batches: Batches, stage: HostStage, batches_wanted: int | None) -> Any:
    """A whole table after the host stage, where that gives what staging batch after batch gives, and pays."""
    rows = batches.rows
    if rows is None or not stage.complete or not stage.rowwise() or rows.size > _MOST_ROWS:
        return None
    if batches_wanted is not None and rows.size > batches_wanted * rows.batch_size + _FEW_ROWS:
        return None
    try:
        half = max(1, min(rows.batch_size, rows.size) // 2)
        parts = [jax.tree.map(lambda a, s=s: a[s], batches.table) for s in (slice(0, half), slice(half, 2 * half))]
        apart = [jax.tree.leaves(stage(part)) for part in parts if len(jax.tree.leaves(part)[0])]
        together = jax.tree.leaves(stage(jax.tree.map(lambda a: a[: 2 * half], batches.table)))
        for whole, *pieces in zip(together, *apart):
            if not np.array_equal(whole, np.concatenate(pieces), equal_nan=True):
                return None  # a normalizer that looks at the whole batch
        return stage(batches.table)
    except Exception:
        return None


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
