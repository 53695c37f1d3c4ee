"""Hooks that tell how training goes: values in the log, steps a second, summaries."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.estimators.event_writer import EventWriter
from kerax.estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)
from kerax.estimators.hooks.timer import SecondOrStepTimer
from kerax.estimators.logs import logger


class LoggingTensorHook(SessionRunHook):
    """Logs values every few steps or seconds.

    Args:
      tensors: names or arrays: a dict from label (logged sorted), or a list (logged in its order).
      every_n_iter: steps between two lines.
      every_n_secs: seconds between two lines.
      at_end: whether to log in the end.
      formatter: function of the dict of values that returns the line.

    Raises:
      ValueError: unless exactly one period is given, or none and ``at_end``.

    Example:
      >>> import kerax
      >>> hook = kerax.estimators.LoggingTensorHook({"loss": "loss"}, every_n_iter=10)
    """

    def __init__(
        self,
        tensors: Any,
        every_n_iter: int | None = None,
        every_n_secs: float | None = None,
        at_end: bool = False,
        formatter: Callable[[dict], str] | None = None,
    ) -> None:
        given = (every_n_iter is not None) + (every_n_secs is not None)
        if given > 1 or (given == 0 and not at_end):
            raise ValueError(
                f"LoggingTensorHook: give exactly one of every_n_iter and every_n_secs (or at_end alone), received "
                f"{every_n_iter!r} and {every_n_secs!r}."
            )
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"LoggingTensorHook(every_n_iter=...) is at least 1, received {every_n_iter!r}.")
        if isinstance(tensors, dict):
            self._tags, self._tensors = sorted(tensors), dict(tensors)
        else:
            self._tags = [tensor if isinstance(tensor, str) else str(tensor) for tensor in tensors]
            self._tensors = dict(zip(self._tags, tensors))
        self._formatter, self._at_end = formatter, at_end
        self._timer = SecondOrStepTimer(every_n_secs, every_n_iter) if given else None

    def begin(self) -> None:
        self._iterations, self._wanted = 0, False
        if self._timer is not None:
            self._timer.reset()

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        self._wanted = self._timer is not None and self._timer.should_trigger_for_step(self._iterations)
        return SessionRunArgs(self._tensors) if self._wanted or self._at_end else None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if self._wanted and self._timer is not None:
            elapsed, _ = self._timer.update_last_triggered_step(self._iterations)
            self._log(run_values.results, elapsed)
        self._last = run_values.results
        self._iterations += 1

    def _log(self, values: dict[str, Any], elapsed: float | None) -> None:
        if self._formatter is not None:
            logger.info(self._formatter(values))
            return
        line = ", ".join(f"{tag} = {_text(values[tag])}" for tag in self._tags)
        logger.info(line if elapsed is None else f"{line} ({elapsed:.3f} sec)")

    def end(self, session: Any) -> None:
        if self._at_end and self._last is not None:
            self._log(self._last, None)

    _last: Any = None

    def quiet_steps(self, step: int) -> int:
        if type(self).after_run is not LoggingTensorHook.after_run or self._at_end or self._timer is None:
            return 0
        return self._timer.quiet_steps(self._iterations - 1)

    def skipped(self, count: int) -> None:
        self._iterations += count


def _text(value: Any) -> str:
    """A number in its own precision."""
    array = np.asarray(value)
    return str(array[()] if array.ndim == 0 else array)


class StepCounterHook(SessionRunHook):
    """Logs the number of steps a second, and writes it into the event file as ``global_step/sec``.

    Args:
      every_n_steps: steps between two lines.
      every_n_secs: seconds between two lines.
      output_dir: folder of the event file.
      summary_writer: an `EventWriter` in place of the folder.

    Raises:
      ValueError: unless exactly one period is given.

    Example:
      >>> import kerax
      >>> hook = kerax.estimators.StepCounterHook(every_n_steps=10)
    """

    def __init__(
        self,
        every_n_steps: int | None = 100,
        every_n_secs: float | None = None,
        output_dir: str | None = None,
        summary_writer: Any = None,
    ) -> None:
        self._timer = SecondOrStepTimer(every_n_secs, every_n_steps)
        self._output_dir, self._writer = output_dir, summary_writer

    def begin(self) -> None:
        if self._writer is None and self._output_dir is not None:
            self._writer = EventWriter.of(self._output_dir)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs("global_step")

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        step = int(run_values.results) + 1
        if self._timer.should_trigger_for_step(step):
            elapsed, steps = self._timer.update_last_triggered_step(step)
            if elapsed is not None and steps is not None:
                self._log_and_record(steps, elapsed, step)

    def _log_and_record(self, elapsed_steps: int, elapsed_time: float, global_step: int) -> None:
        rate = elapsed_steps / max(elapsed_time, 1e-9)
        if self._writer is not None:
            self._writer.scalar("global_step/sec", rate, global_step)
        logger.info("global_step/sec: %g", rate)

    def quiet_steps(self, step: int) -> int:
        return self._timer.quiet_steps(step) if type(self).after_run is StepCounterHook.after_run else 0


class SummarySaverHook(SessionRunHook):
    """Writes the summaries of the model function into the event file every few steps.

    Args:
      save_steps: steps between two summaries.
      save_secs: seconds between two summaries.
      output_dir: folder of the event file.
      summary_writer: an `EventWriter` in place of the folder.
      scaffold, summary_op: exactly one of the two, as in TensorFlow; all summaries of the model function are written.

    Raises:
      ValueError: unless exactly one period, and one of ``scaffold`` and ``summary_op``, is given.

    Example:
      >>> import kerax
      >>> hook = kerax.estimators.SummarySaverHook(save_steps=10, output_dir="logs", summary_op="all")
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str | None = None,
        summary_writer: Any = None,
        scaffold: Any = None,
        summary_op: Any = None,
    ) -> None:
        if (scaffold is None) == (summary_op is None):
            raise ValueError("SummarySaverHook: give exactly one of scaffold and summary_op.")
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._output_dir, self._writer = output_dir, summary_writer

    def begin(self) -> None:
        self._next_step: int | None = None
        if self._writer is None and self._output_dir:
            self._writer = EventWriter.of(self._output_dir)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        self._wanted = self._next_step is None or self._timer.should_trigger_for_step(self._next_step)
        return SessionRunArgs({"step": "step of summaries", **({"summaries": "summaries"} if self._wanted else {})})

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        step = int(run_values.results["step"])
        if self._wanted:
            self._timer.update_last_triggered_step(step)
            if self._writer is not None:
                self._writer.summaries(run_values.results["summaries"], step)
        self._next_step = step + 1

    def end(self, session: Any = None) -> None:
        if self._writer is not None:
            self._writer.flush()

    def quiet_steps(self, step: int) -> int:
        return self._timer.quiet_steps(step) if self._next_step is not None else 0

    def skipped(self, count: int) -> None:
        if self._next_step is not None:
            self._next_step += count


class ProfilerHook(SessionRunHook):
    """Writes the times of steps into files ``timeline-<step>.json``, in the format of Chrome's trace viewer.

    Args:
      save_steps: steps between two files.
      save_secs: seconds between two files.
      output_dir: folder of the files.
      show_dataflow, show_memory: accepted as in TensorFlow.

    Example:
      >>> import kerax
      >>> hook = kerax.estimators.ProfilerHook(save_steps=100)
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: str = "",
        show_dataflow: bool = True,
        show_memory: bool = False,
    ) -> None:
        self._timer, self._output_dir = SecondOrStepTimer(save_secs, save_steps), output_dir

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        self._begin = time.time()
        return SessionRunArgs({"step": "global_step", "loss": "loss"})

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        step = int(run_values.results["step"]) + 1
        if not self._timer.should_trigger_for_step(step):
            return
        import json
        import os

        self._timer.update_last_triggered_step(step)
        micro = 1e6
        events = [
            {
                "name": "step", "ph": "X", "pid": 0, "tid": 0, "ts": self._begin * micro,
                "dur": (time.time() - self._begin) * micro,
                "args": {"global_step": step, "loss": float(np.asarray(run_values.results["loss"]))},
            }
        ]  # fmt: skip
        os.makedirs(self._output_dir or ".", exist_ok=True)
        with open(os.path.join(self._output_dir, f"timeline-{step}.json"), "w", encoding="utf-8") as file:
            json.dump({"traceEvents": events}, file)

    def quiet_steps(self, step: int) -> int:
        return self._timer.quiet_steps(step)


__all__ = ["LoggingTensorHook", "ProfilerHook", "StepCounterHook", "SummarySaverHook"]
