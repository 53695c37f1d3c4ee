"""StepRunner: finds the compiled program for a chunk of batches and runs it."""

from __future__ import annotations

import collections
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.functional.platform import on_cpu
from kerax.training.prefetch import prefetch
from kerax.training.program_cost import STREAM_BUNDLE
from kerax.training.programs import StepProgram
from kerax.training.sources import ArraySource, Chunk, HostArraySource, batch_spec_of
from kerax.training.step import pure_step
from kerax.training.train_state import TrainState
from kerax.training.variables import StepVariables

_AHEAD = 2  # program calls that may be under way before the loop waits for the oldest
_AHEAD_SINGLE = 16  # likewise when a call is one step
_CHUNKS_WAITING = 2


class StepRunner:
    """Runs one kind of step over the chunks of a source.

    Args:
      model: keeps the compiled programs, so that the next run finds them.
      kind: "train", "test" or "predict".
      method: the model's step, ``batch -> result``.
      variables: what the step may touch.
      where: for messages, such as ``"fit()"``.
      steps_per_call: how many steps one program call runs; ``"auto"`` to decide by the step's cost.
      finish: computes the result once at the end of a call instead of in every step, or None.
      jit: False to run every step as plain Python, for debugging.
      built_in: values that the step has built in, such as an optimizer's constants; others need another program.
    """

    def __init__(
        self,
        model: Any,
        kind: str,
        method: Callable,
        variables: StepVariables,
        where: str,
        steps_per_call: int | str = "auto",
        finish: Callable | None = None,
        jit: bool = True,
        built_in: Hashable = (),
    ):
        self.kind, self.variables, self.where, self.finish, self.jit = kind, variables, where, finish, jit
        self.steps_per_call = steps_per_call
        self.donate = kind == "train"
        self.batches = 0  # run so far
        self._cache = model.program_cache((kind, variables.signature(), jit, built_in))
        self._step = self._cache.setdefault("step", pure_step(method, variables, training=kind == "train"))
        if finish is not None:
            self.finish = self._cache.setdefault("finish", finish)

    @property
    def hooks_every(self) -> int:
        """Steps between two calls of the callbacks' batch hooks, where the user has said how many make an execution; 0
        for hooks around every step.
        """
        return 0 if self.steps_per_call in ("auto", 1) else int(self.steps_per_call)

    def program(self, train_state: TrainState, spec: Any) -> StepProgram:
        """The traced program for a batch structure, made at its first use."""
        key = batch_spec_of(spec)
        if key not in self._cache:
            where = f"{self.where}, batch {self.batches + 1}" if self.batches else self.where
            self._cache[key] = StepProgram(self._step, train_state, spec, where)
        return self._cache[key]

    def limit(self, train_state: TrainState, source: Any, single: bool) -> int:
        """How many batches a chunk should hold."""
        if not self.jit or (single and self.steps_per_call == "auto"):
            return 1
        if self.steps_per_call != "auto":
            return int(self.steps_per_call)
        steps = self.program(train_state, source.batch_spec()).steps_per_call
        if not isinstance(source, ArraySource) or (isinstance(source, HostArraySource) and not on_cpu()):
            steps = min(steps, STREAM_BUNDLE)
        return max(1, min(steps, source.steps or steps))

    def chunks(self, source: Any, epoch: int, limit: int, steps: int | None) -> Iterator[Chunk]:
        """The chunks of an epoch; those gathered on the host are prepared and transferred by a thread."""
        chunks = source.epoch(epoch, limit, steps)
        if isinstance(source, ArraySource) and (on_cpu() or not isinstance(source, HostArraySource)):
            return chunks  # at hand, or gathered by NumPy while the device works: a thread would only be in the way
        return prefetch(chunks, _CHUNKS_WAITING, _to_device if self.jit else None)

    def run(self, train_state: TrainState, chunk: Chunk, source: Any, all_results: int = 0) -> tuple[TrainState, Any]:
        """Runs the steps of a chunk.

        Args:
          train_state: the state before; its memory is used up when training.
          chunk: the batches.
          source: where the chunk comes from.
          all_results: 0 for the last step's result, else the largest chunk size, for all results stacked.

        Returns:
          ``(train_state, results)``.
        """
        if not self.jit:
            batched = source.batched(chunk)
            return self._step(train_state, chunk.data[0] if batched is None else batched(*chunk.data))
        program = self.program(train_state, source.spec_of(chunk))
        self.batches += chunk.count
        if not chunk.many:
            return program.one(source.batched(chunk), self.donate)(train_state, *chunk.data)
        finish = None if all_results else self.finish
        batches, batch_at = source.bundled(chunk)
        call = program.many(batches, batch_at, chunk.limit, self.donate, all_results, finish)
        return call(train_state, np.int32(chunk.start), np.int32(chunk.count), *chunk.data)

    def throttle(self, under_way: collections.deque, results: Any, single: bool) -> None:
        """Waits for an early call when too many are under way, so that the host does not run ahead of the device."""
        under_way.append(results)
        if len(under_way) > (_AHEAD_SINGLE if single else _AHEAD):
            jax.block_until_ready(under_way.popleft())


def _to_device(chunk: Chunk) -> Chunk:
    return chunk._replace(data=tuple(jax.tree.map(jax.device_put, part) for part in chunk.data))
