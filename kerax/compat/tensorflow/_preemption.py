"""``tf.distribute.experimental.PreemptionCheckpointHandler``: saves a custom loop when the program is to end."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from kerax.compat.tensorflow._distribute_options import TerminationConfig
from kerax.compat.tensorflow._variable import Variable
from kerax.train import CheckpointManager

_EXIT = 128 + signal.SIGTERM  # as shells report a program that a signal ended
_COUNTER = "checkpointed_runs"  # name of the number of runs in the checkpoint


class PreemptionCheckpointHandler:
    """Saves a checkpoint and ends the program when a cluster takes its machine away, which it says with SIGTERM.

    What was saved is restored when the handler is made; ``total_run_calls`` then says how many steps were done. In
    TensorFlow clusters' own services say when to save; one process hears SIGTERM, in its main thread.

    Args:
      cluster_resolver: accepted as in TensorFlow.
      checkpoint_or_checkpoint_manager: what is saved, or a manager of it.
      checkpoint_dir: the folder, for a checkpoint.
      termination_config: a ``TerminationConfig``: ``termination_watcher_fn`` is asked before every step whether to
        end; ``save_fn`` saves in place of the manager; ``exit_fn`` ends the program in place of ``sys.exit(143)``; with
        ``grace_period`` training goes on for so many seconds before it is saved.

    Raises:
      ValueError: for a checkpoint without a folder.

    Example:
      >>> import tempfile, kerax.compat.tensorflow as tf
      >>> step = tf.Variable(0)
      >>> checkpoint, folder = tf.train.Checkpoint(step=step), tempfile.mkdtemp()
      >>> make = tf.distribute.experimental.PreemptionCheckpointHandler
      >>> handler = make(tf.distribute.cluster_resolver.TFConfigClusterResolver(), checkpoint, folder)
      >>> while handler.total_run_calls < 3:
      ...     _ = handler.run(lambda: step.assign_add(1))
      >>> int(step.numpy())
      3
    """

    def __init__(
        self,
        cluster_resolver: Any,
        checkpoint_or_checkpoint_manager: Any,
        checkpoint_dir: Any = None,
        termination_config: Any = None,
    ):
        managed = isinstance(checkpoint_or_checkpoint_manager, CheckpointManager)
        if not managed and not checkpoint_dir:
            raise ValueError(
                "PreemptionCheckpointHandler: give checkpoint_dir, the checkpoint's folder, or a CheckpointManager."
            )
        self._manager = (
            checkpoint_or_checkpoint_manager
            if managed
            else CheckpointManager(checkpoint_or_checkpoint_manager, checkpoint_dir, max_to_keep=1)
        )
        self._config = termination_config or TerminationConfig()
        self._asked: float | None = None  # when the end was asked for
        self._runs = Variable(0, trainable=False, name=_COUNTER)
        checkpoint = self._manager.checkpoint
        if not hasattr(checkpoint, _COUNTER):
            setattr(checkpoint, _COUNTER, self._runs)
        self._runs = getattr(checkpoint, _COUNTER)
        self._calls = 0
        self._manager.restore_or_initialize()
        self._calls = int(self._runs.numpy())
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._note)

    def _note(self, number: int, frame: Any) -> None:
        self._asked = self._asked or time.monotonic()

    @property
    def total_run_calls(self) -> int:
        """How many calls of ``run`` there were, those before a restart included."""
        return self._calls

    def run(self, distributed_train_function: Callable, *args: Any, **kwargs: Any) -> Any:
        """Calls a function, after saving and ending the program if that was asked for.

        Args:
          distributed_train_function: one step, or several.
          *args, **kwargs: its arguments.
        """
        self._save_if_asked()
        found = distributed_train_function(*args, **kwargs)
        self._calls += 1
        return found

    def save_checkpoint_if_preempted(self, *args: Any, **kwargs: Any) -> None:
        """Saves, and ends the program, if that was asked for.

        Args:
          *args, **kwargs: of the saving function.
        """
        self._save_if_asked(*args, **kwargs)

    @contextlib.contextmanager
    def watch_preemption_scope(self) -> Iterator[None]:
        """Saves, and ends the program, after what is inside, if that was asked for."""
        self._save_if_asked()
        yield
        self._save_if_asked()

    def _save_if_asked(self, *args: Any, **kwargs: Any) -> None:
        watch = self._config.termination_watcher_fn
        if self._asked is None and watch is not None and watch():
            self._asked = time.monotonic()
        if self._asked is None or time.monotonic() - self._asked < (self._config.grace_period or 0):
            return
        self._runs.assign(self._calls)
        (self._config.save_fn or self._manager.save)(*args, **kwargs)
        self._asked = None
        if self._config.exit_fn is not None:
            self._config.exit_fn()
        else:
            sys.exit(_EXIT)
