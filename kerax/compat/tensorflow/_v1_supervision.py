"""``Supervisor``, ``SessionManager`` and other ways of TensorFlow 1 to begin and end a training."""

from __future__ import annotations

import abc
import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import kerax
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._graph_flow import group
from kerax.compat.tensorflow._graph_state import GraphKeys, get_collection
from kerax.compat.tensorflow._session import Session
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._train import Coordinator
from kerax.compat.tensorflow._v1 import (
    get_global_step,
    global_variables_initializer,
    local_variables_initializer,
    tables_initializer,
)
from kerax.compat.tensorflow._v1_monitored import ChiefSessionCreator
from kerax.compat.tensorflow._v1_queues import start_queue_runners
from kerax.compat.tensorflow._v1_saving import Saver
from kerax.compat.tensorflow._v1_summary import FileWriter, merge_all


def assert_global_step(global_step_tensor: Any) -> None:
    """Checks that something can be the number of steps: a single whole number.

    Raises:
      TypeError: if it cannot.
    """
    kind, shape = as_dtype(global_step_tensor.dtype), TensorShape(global_step_tensor.shape)
    if not kind.is_integer:
        raise TypeError(f'Existing "global_step" does not have integer type: {kind}')
    if shape.rank not in (0, None):
        raise TypeError(f'Existing "global_step" is not scalar: {shape}')


class SessionCreator(metaclass=abc.ABCMeta):
    """What makes the session of a ``MonitoredSession``."""

    @abc.abstractmethod
    def create_session(self) -> Any:
        """The session."""


SessionCreator.register(ChiefSessionCreator)


class CheckpointSaverListener:
    """Is told when checkpoints are saved: derive a class and say what to do."""

    def begin(self) -> None:
        """Called before the session is made."""

    def before_save(self, session: Any, global_step_value: int) -> None:
        """Called before a checkpoint is written."""

    def after_save(self, session: Any, global_step_value: int) -> Any:
        """Called after a checkpoint was written; True asks to stop."""

    def end(self, session: Any, global_step_value: int) -> None:
        """Called at the end."""


class SessionManager:
    """Begins sessions: from the newest checkpoint, or by initializing.

    Args:
      local_init_op: run after that.
      ready_op, ready_for_local_init_op, graph, recovery_wait_secs, local_init_run_options: accepted as in TensorFlow.
      local_init_feed_dict: fed to ``local_init_op``.
    """

    def __init__(
        self,
        local_init_op: Any = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        graph: Any = None,
        recovery_wait_secs: int = 30,
        local_init_run_options: Any = None,
        local_init_feed_dict: Any = None,
    ):
        self._local, self._graph, self._fed = local_init_op, graph, local_init_feed_dict

    def _restored(self, session: Any, saver: Any, directory: Any, path: Any) -> bool:
        if saver is None or (directory is None and path is None):
            return False
        found = path or kerax.train.latest_checkpoint(directory)
        if found is None:
            return False
        saver.restore(session, found)
        return True

    def prepare_session(
        self,
        master: str = "",
        init_op: Any = None,
        saver: Any = None,
        checkpoint_dir: Any = None,
        checkpoint_filename_with_path: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
        init_feed_dict: Any = None,
        init_fn: Any = None,
    ) -> Session:
        """A session whose variables come from the newest checkpoint, or from ``init_op`` and ``init_fn``.

        Raises:
          RuntimeError: if there is neither.
        """
        session = Session(graph=self._graph)
        if not self._restored(session, saver, checkpoint_dir, checkpoint_filename_with_path):
            if init_op is None and init_fn is None and self._local is None:
                raise RuntimeError("Model is not initialized and no init_op or init_fn or local_init_op was given")
            if init_op is not None:
                session.run(init_op, init_feed_dict)
            if init_fn is not None:
                init_fn(session)
        if self._local is not None:
            session.run(self._local, self._fed)
        return session

    def recover_session(
        self,
        master: str = "",
        saver: Any = None,
        checkpoint_dir: Any = None,
        checkpoint_filename_with_path: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
    ) -> tuple[Session, bool]:
        """A session, and whether its variables come from a checkpoint."""
        session = Session(graph=self._graph)
        found = self._restored(session, saver, checkpoint_dir, checkpoint_filename_with_path)
        if found and self._local is not None:
            session.run(self._local, self._fed)
        return session, found

    def wait_for_session(self, master: str = "", config: Any = None, max_wait_secs: float = float("Inf")) -> Session:
        """A session: there is nobody to wait for."""
        return Session(graph=self._graph)


class LooperThread(threading.Thread):
    """A thread that does something again and again until a coordinator stops it.

    Args:
      coord: the coordinator.
      timer_interval_secs: between two times; None: one after the other.
      target: what is called.
      args, kwargs: its arguments.
    """

    def __init__(self, coord: Any, timer_interval_secs: Any, target: Any = None, args: Any = None, kwargs: Any = None):
        super().__init__(daemon=True)
        self._coord, self._interval, self._call = coord, timer_interval_secs, target
        self._given = (tuple(args or ()), dict(kwargs or {}))
        coord.register_thread(self)

    @staticmethod
    def loop(coord: Any, timer_interval_secs: Any, target: Any, args: Any = None, kwargs: Any = None) -> LooperThread:
        """Starts a thread."""
        made = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        made.start()
        return made

    def run(self) -> None:
        """What the thread does."""
        with self._coord.stop_on_exception():
            self.start_loop()
            while not self._coord.should_stop():
                self.run_loop()
                if self._interval and self._coord.wait_for_stop(self._interval):
                    break
            self.stop_loop()

    def start_loop(self) -> None:
        """Called at the beginning."""

    def stop_loop(self) -> None:
        """Called at the end."""

    def run_loop(self) -> None:
        """Called again and again."""
        if self._call is not None:
            self._call(*self._given[0], **self._given[1])


_DEFAULT = 0  # what TensorFlow calls USE_DEFAULT


class Supervisor:
    """Begins a training from the newest checkpoint or anew, and saves one at its end.

    Checkpoints and summaries that TensorFlow writes every so many seconds are written when the training stops.

    Args:
      graph: the graph.
      init_op, init_feed_dict: run where there is no checkpoint; all variables' initializer by default.
      local_init_op: run after that.
      logdir: of checkpoints and summaries; None: nothing is written.
      summary_op: the summaries; all of the graph by default.
      saver: of checkpoints.
      global_step: the number of steps.
      checkpoint_basename: the beginning of the checkpoints' names.
      session_manager: begins sessions.
      summary_writer: writes summaries.
      init_fn: called with the session after ``init_op``.
      ready_op, ready_for_local_init_op, is_chief, save_summaries_secs, save_model_secs, recovery_wait_secs,
        stop_grace_secs, local_init_run_options: accepted as in TensorFlow.
    """

    USE_DEFAULT = _DEFAULT

    def __init__(
        self,
        graph: Any = None,
        ready_op: Any = _DEFAULT,
        ready_for_local_init_op: Any = _DEFAULT,
        is_chief: bool = True,
        init_op: Any = _DEFAULT,
        init_feed_dict: Any = None,
        local_init_op: Any = _DEFAULT,
        logdir: Any = None,
        summary_op: Any = _DEFAULT,
        saver: Any = _DEFAULT,
        global_step: Any = _DEFAULT,
        save_summaries_secs: float = 120,
        save_model_secs: float = 600,
        recovery_wait_secs: float = 30,
        stop_grace_secs: float = 120,
        checkpoint_basename: str = "model.ckpt",
        session_manager: Any = None,
        summary_writer: Any = _DEFAULT,
        init_fn: Any = None,
        local_init_run_options: Any = None,
    ):
        self.is_chief, self.logdir, self.init_fn, self.init_feed_dict = is_chief, logdir, init_fn, init_feed_dict
        self._graph = graph
        self.coord, self.start_time = Coordinator(), time.time()
        self.init_op = global_variables_initializer() if init_op is _DEFAULT else init_op
        own = group([local_variables_initializer(), tables_initializer()])
        self.local_init_op = own if local_init_op is _DEFAULT else local_init_op
        self.saver = (Saver() if get_collection(GraphKeys.GLOBAL_VARIABLES) else None) if saver is _DEFAULT else saver
        self.global_step = get_global_step() if global_step is _DEFAULT else global_step
        self.summary_op = merge_all() if summary_op is _DEFAULT else summary_op
        writes = logdir is not None and is_chief
        self.summary_writer = (FileWriter(logdir) if writes else None) if summary_writer is _DEFAULT else summary_writer
        self.save_path = os.path.join(logdir, checkpoint_basename) if logdir is not None else None
        self.save_model_secs, self.save_summaries_secs = save_model_secs, save_summaries_secs
        self.session_manager = session_manager or SessionManager(self.local_init_op, graph=graph)

    def prepare_or_wait_for_session(
        self,
        master: str = "",
        config: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        start_standard_services: bool = True,
    ) -> Session:
        """The session, ready for training."""
        self.coord.clear_stop()
        session = self.session_manager.prepare_session(
            master, self.init_op, self.saver, self.logdir, init_feed_dict=self.init_feed_dict, init_fn=self.init_fn
        )
        self.start_queue_runners(session)
        return session

    @contextlib.contextmanager
    def managed_session(
        self,
        master: str = "",
        config: Any = None,
        start_standard_services: bool = True,
        close_summary_writer: bool = True,
    ) -> Iterator[Session]:
        """The session, which is stopped at the end; the end of the data ends it quietly."""
        session = self.prepare_or_wait_for_session(master, config)
        try:
            with session:
                yield session
        except errors.OutOfRangeError:
            pass
        finally:
            self._save(session)
            self.stop(close_summary_writer=close_summary_writer)

    def _save(self, session: Any) -> None:
        if self.saver is not None and self.save_path is not None and self.is_chief:
            self.saver.save(session, self.save_path, self.global_step)

    def start_queue_runners(self, sess: Any, queue_runners: Any = None) -> list:
        """Lets sessions fill the graph's queues."""
        return start_queue_runners(sess, self.coord)

    def start_standard_services(self, sess: Any) -> list:
        """None: nothing runs beside the training."""
        return []

    def loop(self, timer_interval_secs: Any, target: Callable, args: Any = None, kwargs: Any = None) -> LooperThread:
        """A thread that does something again and again until the training stops."""
        return LooperThread.loop(self.coord, timer_interval_secs, target, args, kwargs)

    def summary_computed(self, sess: Any, summary: Any, global_step: Any = None) -> None:
        """Writes a summary.

        Raises:
          RuntimeError: without a writer.
        """
        if self.summary_writer is None:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self.global_step is not None:
            global_step = int(sess.run(self.global_step))
        self.summary_writer.add_summary(summary, global_step)

    def should_stop(self) -> bool:
        """Whether somebody has asked to stop."""
        return self.coord.should_stop()

    def request_stop(self, ex: Any = None) -> None:
        """Asks to stop."""
        self.coord.request_stop(ex)

    def stop(self, threads: Any = None, close_summary_writer: bool = True, ignore_live_threads: bool = False) -> None:
        """Ends the training."""
        self.coord.request_stop()
        if close_summary_writer and self.summary_writer is not None:
            self.summary_writer.close()

    def stop_on_exception(self) -> Any:
        """Inside, an error stops the training."""
        return self.coord.stop_on_exception()

    def wait_for_stop(self) -> None:
        """Waits until somebody asks to stop."""
        self.coord.wait_for_stop()


def basic_train_loop(
    supervisor: Supervisor, train_step_fn: Callable, args: Any = None, kwargs: Any = None, master: str = ""
) -> None:
    """Calls a function with a session until a supervisor is asked to stop.

    Args:
      supervisor: begins and ends the training.
      train_step_fn: called with the session, ``args`` and ``kwargs``.
      args, kwargs: further arguments; without ``args`` the supervisor is the second argument.
      master: accepted as in TensorFlow.
    """
    given = (supervisor,) if args is None else tuple(args)
    with supervisor.managed_session(master) as session:
        while not supervisor.should_stop():
            train_step_fn(session, *given, **(kwargs or {}))


class CheckpointState:
    """What the file ``checkpoint`` of a folder says.

    Args:
      model_checkpoint_path: the newest checkpoint.
      all_model_checkpoint_paths: those that are kept.
      all_model_checkpoint_timestamps: when they were written.
      last_preserved_timestamp: accepted as in TensorFlow.
    """

    def __init__(
        self,
        model_checkpoint_path: str,
        all_model_checkpoint_paths: Any = (),
        all_model_checkpoint_timestamps: Any = (),
        last_preserved_timestamp: float = 0.0,
    ):
        self.model_checkpoint_path = model_checkpoint_path
        self.all_model_checkpoint_paths = list(all_model_checkpoint_paths)
        self.all_model_checkpoint_timestamps = list(all_model_checkpoint_timestamps)
        self.last_preserved_timestamp = last_preserved_timestamp


def generate_checkpoint_state_proto(
    save_dir: Any,
    model_checkpoint_path: Any,
    all_model_checkpoint_paths: Any = None,
    all_model_checkpoint_timestamps: Any = None,
    last_preserved_timestamp: Any = None,
) -> CheckpointState:
    """The state of a folder of checkpoints; paths are relative to the folder where that is relative itself."""
    every = list(all_model_checkpoint_paths or [])
    if not every or every[-1] != model_checkpoint_path:
        every.append(model_checkpoint_path)
    if not os.path.isabs(save_dir):
        every = [one if os.path.isabs(one) else os.path.relpath(one, save_dir) for one in every]
    times = all_model_checkpoint_timestamps or []
    return CheckpointState(every[-1], every, times, last_preserved_timestamp or 0.0)


def get_checkpoint_mtimes(checkpoint_prefixes: Any) -> list[float]:
    """When checkpoints were written, in seconds; those that are not there are left out."""
    paths = [f"{prefix}.index" for prefix in checkpoint_prefixes]
    return [os.path.getmtime(path) for path in paths if os.path.exists(path)]
