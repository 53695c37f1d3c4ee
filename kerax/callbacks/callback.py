"""Callback: what can be called back while a model trains, evaluates or predicts."""

from __future__ import annotations

import inspect
from typing import Any

from kerax.callbacks.backup_file import plain_part

Logs = dict[str, Any] | None


class Callback:
    """Base class of callbacks: override the hooks you need.

    A batch hook that is overridden makes ``fit`` run one step per call of the compiled program, so that the hook sees
    the model exactly as it is after its batch. A class that only reads the logs it is given can set
    ``reads_logs_only = True``: then steps stay bundled and the hook is called for each of them in turn, with each one's
    own logs, but the model may be some batches ahead, also when the hook asks to stop. Reading logs waits for the
    device. A class that only wants to know how far the run is overrides ``on_steps_end`` and costs nothing per batch.

    Attributes:
      model: the model, from ``set_model``.
      params: facts of the run: ``epochs``, ``steps``, ``verbose``.
      reads_logs_only: whether the batch hooks look at nothing but their logs.
      idle_hooks: names of hooks that the class overrides but this object does not need.
      kept_in_backup: names of the attributes that ``BackupAndRestore`` keeps; None for all that hold plain values and
        are not named like an argument of the constructor.

    Example:
      >>> import kerax
      >>> class Shout(kerax.callbacks.Callback):
      ...     def on_epoch_end(self, epoch, logs=None):
      ...         print(f"epoch {epoch} is over")
      >>> Shout().on_epoch_end(0)
      epoch 0 is over
    """

    reads_logs_only = False
    idle_hooks: tuple[str, ...] = ()
    kept_in_backup: tuple[str, ...] | None = None
    _model: Any = None
    params: dict[str, Any] | None = None

    @property
    def model(self) -> Any:
        """The model that is being trained."""
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Receives the facts of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Receives the model."""
        self._model = model

    def state_for_backup(self) -> dict[str, Any]:
        """What ``BackupAndRestore`` keeps of this callback: by default the attributes of ``kept_in_backup``.

        Returns:
          Names with numbers, text, arrays, or containers of them.
        """
        own = type(self).__module__.partition(".")[0] == "kerax" or "kept_in_backup" in vars(type(self))
        if own and self.kept_in_backup is not None:
            return {name: getattr(self, name) for name in self.kept_in_backup}
        left_out = {"_model", "params", *_arguments(type(self))}
        return plain_part({name: value for name, value in vars(self).items() if name not in left_out})

    def restore_from_backup(self, state: dict[str, Any]) -> None:
        """Takes back what ``state_for_backup`` gave in an interrupted run; called after ``on_train_begin``."""
        vars(self).update(state)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Old name of ``on_train_batch_begin``."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Old name of ``on_train_batch_end``."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Before an epoch of training; epochs count from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """After an epoch and its validation; ``logs`` has ``val_`` entries then."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a training batch."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a training batch; ``logs`` holds the loss and metrics so far in this epoch."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before an evaluation batch, in ``evaluate`` and in the validation of ``fit``."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After an evaluation batch."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a prediction batch."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a prediction batch; ``logs["outputs"]`` holds its outputs."""

    def on_steps_end(self, kind: str, steps: int, logs: Logs = None) -> None:
        """After every call of the compiled program, which runs one batch or many.

        Args:
          kind: "train", "test" or "predict".
          steps: batches so far in this epoch or evaluation.
          logs: of the newest batch. Reading them waits until it is computed; ``logs.ready()`` tells whether it is.
        """

    def on_train_begin(self, logs: Logs = None) -> None:
        """Before training."""

    def on_train_end(self, logs: Logs = None) -> None:
        """After training; ``logs`` are those of the last epoch."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Before evaluation or validation."""

    def on_test_end(self, logs: Logs = None) -> None:
        """After evaluation or validation."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Before prediction."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """After prediction."""


def _arguments(cls: type) -> set[str]:
    """Names of the arguments of a class's constructors: its settings."""
    constructors = [vars(one)["__init__"] for one in cls.__mro__ if hasattr(vars(one).get("__init__"), "__code__")]
    return {name for constructor in constructors for name in inspect.signature(constructor).parameters}
