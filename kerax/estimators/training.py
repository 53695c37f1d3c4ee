"""The training loop of Estimators."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import jax
import numpy as np

from kerax.estimators.batches import Batches
from kerax.estimators.event_writer import EventWriter
from kerax.estimators.hooks.basic import NanTensorHook, StopAtStepHook
from kerax.estimators.hooks.checkpoint_saver import CheckpointSaverHook
from kerax.estimators.hooks.logging_hooks import LoggingTensorHook, StepCounterHook, SummarySaverHook
from kerax.estimators.hooks.session_run_hook import Session, SessionRunHook
from kerax.estimators.logs import logger, progress
from kerax.estimators.loop import HookCalls
from kerax.estimators.model_dir import INPUT_POSITION, CheckpointFolder, is_optimizer_name
from kerax.estimators.program import Program
from kerax.estimators.stacks import Stacks
from kerax.estimators.template import GLOBAL_STEP


class Training:
    """One call of ``train``.

    Args:
      estimator: the Estimator.
      program: its training program.
      values: name -> first value of the variables.
      batches: the input.
      position: how many batches of it were left out, because an interrupted training had taken them.
      hooks: of the user.
      listeners: of the checkpoints.
      last_step: the global step at which to stop, or None.
    """

    def __init__(
        self,
        estimator: Any,
        program: Program,
        values: dict[str, np.ndarray],
        batches: Batches,
        position: int,
        hooks: list[SessionRunHook],
        listeners: list[Any],
        last_step: int | None,
    ) -> None:
        self.estimator, self.config, self.program = estimator, estimator.config, program
        self.step = int(values[GLOBAL_STEP])
        # A variable that other things share memory with must not be given away.
        self.values = jax.device_put({name: np.array(value) for name, value in values.items()})
        self.position, self.last_step = position, last_step
        left = None if last_step is None else last_step - self.step
        self.batches = Stacks(batches, program.blueprint.stage, left)
        self._saved: dict[str, tuple[int, int]] = {}  # folder -> (step, input position) of the newest checkpoint
        self._folders: dict[tuple[str, str], CheckpointFolder] = {}
        self._seen: dict[str, Any] = {}
        self._terminated = threading.Event()
        self.last_loss: Any = None
        session = Session(lambda wanted: self.program.lookup(wanted, self._seen, self.values, self.step))
        session.values = lambda: self.values
        self.calls = HookCalls(self._all_hooks(hooks, listeners), session)

    def _all_hooks(self, user: list[SessionRunHook], listeners: list[Any]) -> list[SessionRunHook]:
        spec, config, folder = self.program.spec, self.config, self.estimator.model_dir
        chief = spec.training_chief_hooks if spec is not None else []
        own = spec.training_hooks if spec is not None else []
        saver: list[SessionRunHook] = []
        given = [hook for hook in (*chief, *user, *own) if isinstance(hook, CheckpointSaverHook)]
        if given:
            given[0]._listeners.extend(listeners)
        elif config.save_checkpoints_steps or config.save_checkpoints_secs:
            secs, steps = config.save_checkpoints_secs, config.save_checkpoints_steps
            saver.append(CheckpointSaverHook(folder, save_secs=secs, save_steps=steps, listeners=listeners))
        elif listeners:
            raise ValueError(
                "train(saving_listeners=...): RunConfig has checkpoints switched off, so there is nothing to listen to."
            )
        hooks = [*saver, *chief]
        if config.log_step_count_steps:
            hooks.append(StepCounterHook(config.log_step_count_steps, output_dir=folder))
        if config.save_summary_steps:
            hooks.append(SummarySaverHook(config.save_summary_steps, output_dir=folder, summary_op="all"))
        hooks += user
        if self.last_step is not None:
            hooks.append(StopAtStepHook(last_step=self.last_step))
        hooks.append(NanTensorHook("loss"))
        if config.log_step_count_steps:
            labels = {"loss": "loss", "step": GLOBAL_STEP}
            hooks.append(LoggingTensorHook(labels, every_n_iter=config.log_step_count_steps))
        hooks += own
        for hook in hooks:
            if isinstance(hook, CheckpointSaverHook):
                hook.write = self._write
        return hooks

    # ---- checkpoints ------------------------------------------------------------------------------------------------
    def _write(self, hook: CheckpointSaverHook, step: int, ended: bool) -> None:
        position = 0 if ended or step == self.last_step else self.position + self.batches.taken
        if self._saved.get(hook.checkpoint_dir) == (step, position):
            return
        if ended and self._saved.get(hook.checkpoint_dir, (None, 0)) == (step, 0):
            return
        tensors: dict[str, Any] = {name: np.asarray(value) for name, value in self.values.items()}
        for name in tensors:
            if name == GLOBAL_STEP or (is_optimizer_name(name) and name.endswith("/iter")):
                tensors[name] = tensors[name].astype(np.int64)
        tensors.update(self.program.blueprint.hyper)
        for one in self.calls.hooks:
            tensors.update(getattr(one, "saved_values", dict)())
        if position:
            tensors[INPUT_POSITION] = np.int64(position)
        if self.estimator._object_names is not None:
            tensors = self.estimator._object_names.stored(tensors)
        key = (hook.checkpoint_dir, hook.checkpoint_basename)
        if key not in self._folders:
            keep, hours = self.config.keep_checkpoint_max, self.config.keep_checkpoint_every_n_hours
            self._folders[key] = CheckpointFolder(*key[:1], keep, hours, key[1])
        self._folders[key].save(step, tensors)
        self._saved[hook.checkpoint_dir] = (step, position)

    def note_restored(self) -> None:
        """Notes that the values are those of the newest checkpoint, which need not be written again."""
        self._saved[self.estimator.model_dir] = (self.step, self.position)

    # ---- the loop ---------------------------------------------------------------------------------------------------
    def run(self) -> int:
        """Trains until a hook stops it or the input ends; returns the number of steps."""
        start, calls = self.step, self.calls
        calls.begin()
        try:
            with _Terminations(self._terminated):
                calls.after_create_session()
                more = True
                while more and not calls.stop:
                    quiet = min(calls.quiet_steps(self.step), self._left() - 1)
                    more = self._many_steps(quiet) if quiet > 0 else self._one_step()
                    progress.show(self.step, self.last_step, self.last_loss)
                    if self._terminated.is_set():
                        self._leave()
                calls.end()
        finally:
            self._close()
        return self.step - start

    def _left(self) -> int:
        return 1 << 62 if self.last_step is None else self.last_step - self.step

    def _many_steps(self, limit: int) -> bool:
        """Steps that no hook sees; returns whether there was input for one."""
        stack, count = self.batches.take(limit)
        if not count:
            return self._one_step()  # hooks are told of the attempt
        losses = self._train(stack, count)
        self.last_loss = losses[count - 1]
        self.calls.skipped(count)
        bad = np.flatnonzero(np.isnan(np.asarray(losses)[:count]))
        if len(bad):
            self.calls.nan_found(self.step - count + int(bad[0]) + 1)
        return True

    def _one_step(self) -> bool:
        calls = self.calls
        calls.before_run()
        stack, count = self.batches.take(1)
        if not count:
            return False
        self._seen = {}
        wanted = calls.wants()
        if any(self._needs_look(one) for one in wanted):
            first = jax.tree.map(lambda array: array[0], stack)
            self._seen = jax.device_get(self.program.look(self.values, first))
        before = self.step
        losses = self._train(stack, 1)
        self._seen["loss"] = self.last_loss = np.asarray(losses)[0]
        calls.after_run(lambda one: self.program.lookup(one, self._seen, self.values, before))
        return True

    def _needs_look(self, wanted: Any) -> bool:
        if isinstance(wanted, str):
            name = wanted.removesuffix(":0")
            return name not in ("loss", GLOBAL_STEP) and name not in self.values
        return isinstance(wanted, jax.core.Tracer)

    def _train(self, stack: Any, count: int) -> Any:
        self.values, losses = self.program.train(self.values, stack, count)
        self.step += count
        return losses

    # ---- the end ----------------------------------------------------------------------------------------------------
    def _leave(self) -> None:
        """Saves and lets the signal have its effect."""
        logger.warning("Received SIGTERM: saving a checkpoint at step %d and leaving.", self.step)
        for hook in self.calls.hooks:
            if isinstance(hook, CheckpointSaverHook):
                hook.write(hook, self.step, False)
        self._close()
        raise Terminated(128 + signal.SIGTERM)

    def _close(self) -> None:
        progress.end()
        EventWriter.of(self.estimator.model_dir).close()


class Terminated(SystemExit):
    """Training was told by SIGTERM to end, and has saved a checkpoint."""


class _Terminations:
    """While it is open, SIGTERM sets an event instead of ending the process."""

    def __init__(self, event: threading.Event) -> None:
        self.event: threading.Event = event
        self.before: Any = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self.before = signal.getsignal(signal.SIGTERM)
            signal.signal(signal.SIGTERM, lambda *_: self.event.set())

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self.before if self.before is not None else signal.SIG_DFL)
        if kind is Terminated and self.before is signal.SIG_DFL:
            os.kill(os.getpid(), signal.SIGTERM)


__all__ = ["Terminated", "Training"]
