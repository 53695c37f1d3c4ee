"""Sessions of TensorFlow 1 that call hooks: ``tf.compat.v1.train.MonitoredTrainingSession`` and its like."""

from __future__ import annotations

import os
from typing import Any

import kerax
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph import Deferred
from kerax.compat.tensorflow._graph_flow import group
from kerax.compat.tensorflow._session import Session
from kerax.compat.tensorflow._v1 import (
    get_global_step,
    global_variables_initializer,
    local_variables_initializer,
    tables_initializer,
)
from kerax.compat.tensorflow._v1_saving import Saver
from kerax.estimators import SessionRunArgs, SessionRunContext, SessionRunValues


class Scaffold:
    """Parts of a session that are made where they are not given.

    Args:
      init_op: run before the first step; all variables' initializer by default.
      init_feed_dict: fed to it.
      init_fn: called with the scaffold and the session after it.
      ready_op, ready_for_local_init_op, summary_op, copy_from_scaffold: accepted as in TensorFlow.
      local_init_op: run after it.
      saver: of checkpoints.
    """

    def __init__(
        self,
        init_op: Any = None,
        init_feed_dict: Any = None,
        init_fn: Any = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        local_init_op: Any = None,
        summary_op: Any = None,
        saver: Any = None,
        copy_from_scaffold: Any = None,
        **parts: Any,
    ):
        self.init_op, self.init_feed_dict, self.init_fn = init_op, init_feed_dict, init_fn
        self.ready_op, self.ready_for_local_init_op = ready_op, ready_for_local_init_op
        self.local_init_op, self.summary_op, self.saver = local_init_op, summary_op, saver
        self.__dict__.update(parts)

    def finalize(self) -> Scaffold:
        """Makes what was not given."""
        self.init_op = self.init_op or global_variables_initializer()
        self.local_init_op = self.local_init_op or group([local_variables_initializer(), tables_initializer()])
        self.saver = self.saver or Saver(allow_empty=True)
        return self


class MonitoredSession:
    """A session that begins by initializing or restoring, and calls hooks around every run.

    Args:
      session_creator: `ChiefSessionCreator`, with the scaffold and the directory of checkpoints.
      hooks: of kerax.estimators or a script's own.
      stop_grace_period_secs: accepted as in TensorFlow.
    """

    def __init__(self, session_creator: Any = None, hooks: Any = None, stop_grace_period_secs: float = 120):
        self._creator = session_creator or ChiefSessionCreator()
        self._hooks = list(hooks or [])
        self._stop = False
        self._step = get_global_step()
        for hook in self._hooks:
            hook.begin()
        self._session = self._creator.create_session()
        for hook in self._hooks:
            hook.after_create_session(self, None)

    @property
    def graph(self) -> Any:
        """The graph."""
        return self._session.graph

    def should_stop(self) -> bool:
        """Whether a hook has asked to stop."""
        return self._stop

    def _read(self, fetches: Any) -> Any:
        """Names that kerax's own hooks ask for become tensors."""
        if fetches == "global_step":
            return self._step
        if isinstance(fetches, dict):
            return {key: self._read(one) for key, one in fetches.items()}
        if isinstance(fetches, (list, tuple)):
            return [self._read(one) for one in fetches]
        return fetches

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """The numbers of tensors, with the hooks' before and after."""
        if not isinstance(fetches, Deferred) and fetches == "global_step":
            return self._session.run(self._step)
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), self._session)
        wanted, fed, before = [], dict(feed_dict or {}), None
        if self._step is not None:
            before = self._session.run(self._step)  # kerax's hooks count steps before the run
        for hook in self._hooks:
            asked = hook.before_run(context)
            wanted.append(None if asked is None else asked.fetches)
            fed.update((asked.feed_dict or {}) if asked is not None else {})
        own = [one if one is not None and one != "global_step" else [] for one in map(_plain, wanted)]
        result, values = self._session.run([fetches, [self._read(one) for one in own]], fed)
        for hook, one, value in zip(self._hooks, wanted, values):
            found = before if isinstance(one, str) and one == "global_step" else value
            hook.after_run(context, SessionRunValues(None if one is None else found, options, run_metadata))
        self._stop = self._stop or context.stop_requested
        return result

    def close(self) -> None:
        """Ends it: hooks end, and the last checkpoint is written."""
        for hook in self._hooks:
            hook.end(self._session)
        self._session.close()

    def __enter__(self) -> MonitoredSession:
        self._session.__enter__()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        from kerax.compat.tensorflow import errors

        self._session.__exit__(kind, error, trace)
        ended = isinstance(error, (errors.OutOfRangeError, StopIteration))
        if error is None or ended:
            self.close()
        return ended


def _plain(asked: Any) -> Any:
    return asked


class ChiefSessionCreator:
    """Makes a session: variables have their first values, or those of the newest checkpoint.

    Args:
      scaffold: what to run before the first step.
      master, config: accepted as in TensorFlow.
      checkpoint_dir: where the newest checkpoint is looked for.
      checkpoint_filename_with_path: a checkpoint.
    """

    def __init__(
        self,
        scaffold: Any = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: Any = None,
        checkpoint_filename_with_path: Any = None,
    ):
        self.scaffold, self._directory, self._path = (
            scaffold or Scaffold(),
            checkpoint_dir,
            checkpoint_filename_with_path,
        )

    def create_session(self) -> Session:
        """The session."""
        scaffold = self.scaffold.finalize()
        session = Session()
        path = self._path or (kerax.train.latest_checkpoint(self._directory) if self._directory else None)
        if path is not None:
            scaffold.saver.restore(session, path)
        else:
            session.run(scaffold.init_op, scaffold.init_feed_dict)
            if scaffold.init_fn is not None:
                scaffold.init_fn(scaffold, session)
        session.run(scaffold.local_init_op)
        return session


WorkerSessionCreator = ChiefSessionCreator


class SingularMonitoredSession(MonitoredSession):
    """A MonitoredSession that makes its session itself.

    Args:
      hooks: called around every run.
      scaffold: what to run before the first step.
      master, config, stop_grace_period_secs: accepted as in TensorFlow.
      checkpoint_dir: where the newest checkpoint is looked for.
    """

    def __init__(
        self,
        hooks: Any = None,
        scaffold: Any = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: Any = None,
        stop_grace_period_secs: float = 120,
        checkpoint_filename_with_path: Any = None,
    ):
        super().__init__(
            ChiefSessionCreator(scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path), hooks
        )

    def raw_session(self) -> Session:
        """The session inside."""
        return self._session


class CheckpointSaverHook(kerax.estimators.SessionRunHook):
    """Saves checkpoints of a graph's variables every so many steps, and at the end.

    Args:
      checkpoint_dir: where.
      save_steps: after so many steps.
      saver, scaffold: with what.
      checkpoint_basename: the beginning of the names.
    """

    def __init__(
        self,
        checkpoint_dir: str,
        save_steps: int | None = None,
        saver: Any = None,
        checkpoint_basename: str = "model.ckpt",
        scaffold: Any = None,
    ):
        self._prefix, self._every = os.path.join(checkpoint_dir, checkpoint_basename), save_steps
        self._given = saver or (scaffold.saver if scaffold is not None else None)
        self._last: int | None = None

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Saves the first values."""
        self._saver = self._given or Saver(allow_empty=True)
        self._save()

    def _save(self) -> None:
        step = int(get_global_step().read())
        if step != self._last:
            self._saver.save(None, self._prefix, step)
            self._last = step

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Saves, if it is time."""
        if self._every and int(get_global_step().read()) - (self._last or 0) >= self._every:
            self._save()

    def end(self, session: Any) -> None:
        """Saves the last values."""
        self._save()


def MonitoredTrainingSession(
    master: str = "",
    is_chief: bool = True,
    checkpoint_dir: Any = None,
    scaffold: Any = None,
    hooks: Any = None,
    chief_only_hooks: Any = None,
    save_checkpoint_secs: Any = None,
    save_summaries_steps: Any = None,
    save_summaries_secs: Any = None,
    config: Any = None,
    stop_grace_period_secs: float = 120,
    log_step_count_steps: int = 100,
    max_wait_secs: float = 7200,
    save_checkpoint_steps: Any = None,
    summary_dir: Any = None,
    save_graph_def: bool = True,
) -> MonitoredSession:
    """A session for training: restores the newest checkpoint, saves others, and calls hooks around every run.

    Args:
      checkpoint_dir: of the checkpoints.
      scaffold: what to run before the first step.
      hooks, chief_only_hooks: called around every run.
      save_checkpoint_steps: after so many steps a checkpoint is written, besides those at the beginning and the end.
      master, is_chief, save_checkpoint_secs, save_summaries_steps, save_summaries_secs, config,
        stop_grace_period_secs, log_step_count_steps, max_wait_secs, summary_dir, save_graph_def: accepted as in
        TensorFlow.

    Raises:
      ValueError: outside of a graph.
    """
    if not graph_mode():
        raise ValueError("MonitoredTrainingSession needs a graph: use `with tf.Graph().as_default()`.")
    scaffold = scaffold or Scaffold()
    every = [*(hooks or []), *(chief_only_hooks or [])]
    if checkpoint_dir is not None and get_global_step() is not None:
        every.append(CheckpointSaverHook(os.fspath(checkpoint_dir), save_checkpoint_steps, scaffold=scaffold))
    return MonitoredSession(ChiefSessionCreator(scaffold, checkpoint_dir=checkpoint_dir), every)
