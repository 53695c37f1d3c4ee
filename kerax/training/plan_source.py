"""PlanSource: a data set that is rows of arrays in some order, trained on as arrays are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from kerax.data import Dataset
from kerax.data.lowering import ArrayPlan, array_plan
from kerax.training.data_structure import as_arrays, check_lengths
from kerax.training.sources import ArraySource, Chunk, HostArraySource, fits_on_device
from kerax.utils.structures import unpack_x_y_sample_weight


class _PlanOrder(ArraySource):
    """Batches of an in-memory pipeline, in exactly the order in which iterating it would give them.

    Args:
      plan: the pipeline.
      arrays: ``(x, y, sample_weight)``.
    """

    def __init__(self, plan: ArrayPlan, arrays: Any):
        super().__init__(arrays, plan.size, int(plan.batch_size or 1))
        self.plan = plan
        self._orders: dict[int, tuple[int, np.ndarray]] = {}  # of the present pass: which number it drew, and its rows
        if plan.drop_remainder:
            self.steps = plan.size // self.batch_size
        self.endless = plan.repeat == -1
        self._passes = 1 if self.endless else plan.repeat
        self._next_pass = 0
        self._start = self._now()

    @property
    def shuffled(self) -> bool:
        """Whether the pipeline shuffles."""
        return self.plan.shuffle

    def order(self, epoch: int) -> np.ndarray:
        """Row numbers of a pass; each pass is drawn once, whoever asks."""
        if epoch not in self._orders:
            self._draw(epoch, self.plan.epochs.take() if self.plan.epochs is not None else 0)
        return self._orders[epoch][1]

    def _draw(self, epoch: int, number: int) -> None:
        self._orders = {epoch: (number, self.plan.order(number).astype(np.int32))}

    def epoch(self, epoch: int, limit: int, steps: int | None) -> Iterator[Chunk]:
        """Yields the chunks of an epoch of the loop: all passes of one iteration, or the next ``steps`` batches of
        an endless one.
        """
        self._start = self._now()
        if steps is not None and self.endless:
            yield from super().epoch(epoch, limit, steps)
            return
        done, self._done = self._done, 0
        for _ in range(self._passes):
            skip = min(done, self.steps)
            yield from self.chunks(self._next_pass, limit, None, skip)
            self._next_pass, done = self._next_pass + 1, done - skip

    def _now(self) -> dict[str, Any]:
        """The position between two batches that are asked for."""
        number, _ = self._orders.get(self._pass, (None, None)) if self._position else (None, None)
        taken = self.plan.epochs.next_epoch if self.plan.epochs is not None else 0
        return {
            "place": (self._pass, self._position), "next_pass": self._next_pass,
            "drawn": number, "shuffles": taken, "shuffle_seed": self.plan.seed,
        }  # fmt: skip

    def position(self, within: int | None = None) -> dict[str, Any]:
        """Where the data are, for ``go_to`` in another process.

        Args:
          within: batches done of the present epoch; None between two epochs.
        """
        return {**super().position(within), **(self._now() if within is None else self._start)}

    def go_to(self, position: dict[str, Any], done: int = 0) -> None:
        """Goes to a position; the next epoch yields what follows its first ``done`` batches."""
        super().go_to(position, done)
        self._next_pass = position["next_pass"]
        self.plan = dataclasses.replace(self.plan, seed=position["shuffle_seed"])
        if self.plan.epochs is not None:
            self.plan.epochs.next_epoch = position["shuffles"]
        self._orders = {}
        if position["drawn"] is not None:
            self._draw(self._pass, position["drawn"])


class PlanSource(_PlanOrder):
    """An in-memory pipeline whose arrays are on the device."""


class HostPlanSource(_PlanOrder, HostArraySource):
    """An in-memory pipeline whose arrays stay on the host."""


def plan_source(data: Any, steps: int | None) -> PlanSource | HostPlanSource | None:
    """Returns the source of an in-memory pipeline, or None if the data has to be iterated.

    Args:
      data: what was given as x.
      steps: batches per epoch, or None.
    """
    if not isinstance(data, Dataset):
        return None
    plan = array_plan(data)
    if (
        plan is None
        or plan.batch_size is None
        or plan.repeat_before_batch
        or (plan.drop_remainder and plan.size < plan.batch_size)
    ):
        return None
    if (plan.repeat == -1) != (steps is not None) or plan.repeat == 0 or plan.size == 0:
        return None
    element = plan.arrays
    parts = (
        (element, None, None)
        if isinstance(element, dict) or hasattr(element, "shape")
        else unpack_x_y_sample_weight(element)
    )
    arrays = tuple(as_arrays(part, name) for part, name in zip(parts, ("x", "y", "sample_weight"), strict=True))
    if any(isinstance(a, np.ndarray) and a.dtype.kind in "OUS" for a in jax.tree.leaves(arrays)):
        return None
    check_lengths(arrays[0], arrays[1], arrays[2], "dataset")
    return (PlanSource if fits_on_device(arrays) else HostPlanSource)(plan, arrays)
