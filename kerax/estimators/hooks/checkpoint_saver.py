"""CheckpointSaverHook: checkpoints while training goes on, and who is told of them."""

from __future__ import annotations

from typing import Any

from kerax.estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)
from kerax.estimators.hooks.timer import SecondOrStepTimer
from kerax.estimators.logs import logger


class CheckpointSaverListener:
    """Is told when checkpoints are written; override what you need.

    Example:
      >>> import kerax
      >>> class Names(kerax.estimators.CheckpointSaverListener):
      ...     def after_save(self, session, global_step_value):
      ...         print("saved", global_step_value)
      >>> Names().after_save(None, 10)
      saved 10
    """

    def begin(self) -> None:
        """Called once, before anything runs."""

    def before_save(self, session: Any, global_step_value: int) -> None:
        """Called before a checkpoint is written."""

    def after_save(self, session: Any, global_step_value: int) -> Any:
        """Called when it is written; True ends training."""

    def end(self, session: Any, global_step_value: int) -> None:
        """Called in the end."""


class CheckpointSaverHook(SessionRunHook):
    """Saves a checkpoint when training begins, every few seconds or steps, and in the end.

    Args:
      checkpoint_dir: folder of the checkpoints.
      save_secs: seconds between two checkpoints.
      save_steps: steps between two checkpoints.
      saver: accepted as in TensorFlow.
      checkpoint_basename: what the names begin with.
      scaffold: accepted as in TensorFlow.
      listeners: `CheckpointSaverListener` objects.
      save_graph_def: accepted as in TensorFlow.

    Raises:
      ValueError: unless exactly one period is given.

    Example:
      >>> import kerax
      >>> hook = kerax.estimators.CheckpointSaverHook("run", save_steps=100)
    """

    def __init__(
        self,
        checkpoint_dir: str,
        save_secs: float | None = None,
        save_steps: int | None = None,
        saver: Any = None,
        checkpoint_basename: str = "model.ckpt",
        scaffold: Any = None,
        listeners: Any = None,
        save_graph_def: bool = True,
    ) -> None:
        self.checkpoint_dir, self.checkpoint_basename = checkpoint_dir, checkpoint_basename
        self._timer = SecondOrStepTimer(save_secs, save_steps)
        self._listeners = list(listeners or ())
        self.write: Any = None  # the loop's way to write the variables: write(hook, step, ended)

    def begin(self) -> None:
        self._timer.reset()
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session: Any, coord: Any) -> None:
        step = int(session.run("global_step"))
        self._save(session, step)
        self._timer.update_last_triggered_step(step)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs("global_step")

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        step = int(run_values.results) + 1
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._save(run_context.session, step):
                run_context.request_stop()

    def end(self, session: Any) -> None:
        step = int(session.run("global_step"))
        if step != self._timer.last_triggered_step():
            self._save(session, step, ended=True)
        else:
            self.write(self, step, True)
        for listener in self._listeners:
            listener.end(session, step)

    def _save(self, session: Any, step: int, ended: bool = False) -> bool:
        logger.info("Saving checkpoints for %d into %s.", step, f"{self.checkpoint_dir}/{self.checkpoint_basename}")
        for listener in self._listeners:
            listener.before_save(session, step)
        self.write(self, step, ended)
        stop = [bool(listener.after_save(session, step)) for listener in self._listeners]
        return any(stop)

    def quiet_steps(self, step: int) -> int:
        return self._timer.quiet_steps(step)


def check_listeners(listeners: Any) -> list[CheckpointSaverListener]:
    """Returns listeners as a list.

    Raises:
      TypeError: for something that is not a `CheckpointSaverListener`.
    """
    listed = list(listeners or ())
    for listener in listed:
        if not isinstance(listener, CheckpointSaverListener):
            raise TypeError(
                f"train(saving_listeners=...) are CheckpointSaverListener objects, received {listener!r} of "
                f"{type(listener).__name__}."
            )
    return listed
