"""BatchHooks: the callbacks' batch hooks around program calls that may run many batches each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerax.callbacks import CallbackList
from kerax.training.logs import LazyLogs, StepResults
from kerax.training.sources import Chunk


class BatchHooks:
    """Calls ``on_*_batch_begin`` and ``on_*_batch_end`` for every batch of every program call, in Keras's order.

    Args:
      callbacks: whom to call.
      kind: "train" or "test".
      order: names of the logs in the order in which they are shown.
      stopped: whether a callback has asked to stop.
      limit: how many batches one program call may run.
      done: batches that an interrupted run has done already.
      every: steps of an execution, around which hooks are called as Keras does; 0 for every step.
    """

    def __init__(
        self,
        callbacks: CallbackList,
        kind: str,
        order: list[str],
        stopped: Callable[[], bool],
        limit: int,
        done: int = 0,
        every: int = 0,
    ):
        self._kind, self._order, self._stopped = kind, order, stopped
        self._begin, self._end = (
            getattr(callbacks, f"on_{kind}_batch_begin"),
            getattr(callbacks, f"on_{kind}_batch_end"),
        )
        self._watchers = [callback.on_steps_end for callback in callbacks.listeners("on_steps_end")]
        self._listening = bool(
            callbacks.listeners(f"on_{kind}_batch_begin") or callbacks.listeners(f"on_{kind}_batch_end")
        )
        self.all_results = limit if self._listening and limit > 1 and not every else 0
        self.step, self._every = done, every
        self._first: int | None = None  # step at which the present execution began

    def before(self) -> None:
        """Before a program call."""
        if self._listening and self._first is None:
            self._first = self.step if self._every else None
            self._begin(self.step)

    def after(self, chunk: Chunk, results: dict[str, Any]) -> LazyLogs:
        """After a program call.

        Returns:
          The logs of its last batch, or of the batch after which a callback asked to stop.
        """
        shared = StepResults(results, stacked=bool(chunk.many and self.all_results))
        last = chunk.count - 1
        if self._every:
            logs = LazyLogs(shared, last, self._order)
            if self._first is not None and self.step + chunk.count - self._first >= self._every:
                self._end_execution(logs)
        elif self._listening:
            for i in range(chunk.count):
                logs = LazyLogs(shared, i, self._order)
                self._end(self.step + i, logs)
                if self._stopped() or i == last:
                    last = i
                    break
                self._begin(self.step + i + 1)
        else:
            logs = LazyLogs(shared, last, self._order)
        self.step += last + 1
        for watcher in self._watchers:
            watcher(self._kind, self.step, logs)
        return logs

    def close(self, logs: Any) -> None:
        """After the last program call: ends an execution that had fewer steps than others."""
        if self._first is not None:
            self._end_execution(logs)

    def _end_execution(self, logs: Any) -> None:
        first, self._first = self._first or 0, None
        self._end(first + self._every - 1, logs)
