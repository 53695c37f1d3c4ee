"""CallbackList: calls every callback in order, and knows which hooks anyone listens to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kerax.callbacks.callback import Callback, Logs
from kerax.callbacks.history import History
from kerax.callbacks.progress_bar import ProgressBar

_OLD_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}
# Arguments of a hook before its logs, by its name without _begin and _end: the epoch or the batch.
_PLACES_BEFORE_LOGS = {
    "on_epoch": 1,
    "on_batch": 1,
    "on_train_batch": 1,
    "on_test_batch": 1,
    "on_predict_batch": 1,
    "on_steps": 2,
}


class CallbackList:
    """Several callbacks as one.

    Args:
      callbacks: callbacks, in calling order.
      add_history: whether a ``History`` is added, if there is none; ``model.history`` is it.
      add_progbar: whether a ``ProgressBar`` is added, if there is none.
      model: handed to each.
      **params: handed to each as ``params``.

    Raises:
      TypeError: for something that is no callback.

    Example:
      >>> import kerax
      >>> seen = []
      >>> hooks = kerax.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
      >>> kerax.callbacks.CallbackList([hooks]).on_epoch_end(3)
      >>> seen
      [3]
    """

    def __init__(
        self,
        callbacks: Iterable[Any] | None = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ):
        self.callbacks: list[Any] = []
        self._calls: dict[str, Callable] = {}
        for callback in callbacks or ():
            self.append(callback)
        if add_progbar and not any(isinstance(one, ProgressBar) for one in self.callbacks):
            self.append(ProgressBar())
        if add_history and not any(isinstance(one, History) for one in self.callbacks):
            self.append(History())
        self.model: Any = None
        self.set_params(params)
        if model is not None:
            self.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Hands every callback what is known about the run: ``epochs``, ``steps``, ``verbose``."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hands every callback the model, and the model its history."""
        self.model = model
        for callback in self.callbacks:
            if isinstance(callback, History):
                model.history = callback
            callback.set_model(model)

    def append(self, callback: Any) -> None:
        """Adds a callback at the end; a list of callbacks adds each of them."""
        if isinstance(callback, (list, tuple)):
            for one in callback:
                self.append(one)
            return
        if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
            hint = f" Make an instance: {callback.__name__}()." if isinstance(callback, type) else ""
            raise TypeError(
                f"Argument callbacks must hold kerax.callbacks.Callback objects, received {callback!r}.{hint}"
            )
        self.callbacks.append(callback)
        self._calls.clear()

    def make_logs(self, model: Any, logs: dict[str, Any], outputs: Any, mode: str, prefix: str = "") -> dict[str, Any]:
        """Enters the values of a batch into logs, as tf.keras's loops of TensorFlow 1 do.

        Args:
          model: whose ``metrics_names`` the values have.
          logs: the logs, which are changed.
          outputs: one value per name; in prediction, the outputs.
          mode: ``"train"``, ``"test"`` or ``"predict"``.
          prefix: put before the names.

        Returns:
          The logs.
        """
        if not self.callbacks:
            return logs
        names = model.metrics_names
        if mode in ("train", "test") and names:
            logs.update({prefix + name: value for name, value in zip(names, outputs)})
        else:
            logs["outputs"] = outputs
        return logs

    def listeners(self, hook: str) -> list[Any]:
        """The callbacks that override a hook and need it in this run."""
        names = [hook] + ([_OLD_NAMES[hook]] if hook in _OLD_NAMES else [])
        return [
            c
            for c in self.callbacks
            if hook not in getattr(c, "idle_hooks", ()) and any(_overrides(c, name) for name in names)
        ]

    def needs_single_steps(self, kind: str) -> bool:
        """Whether someone must see the model between two batches of ``kind`` ("train", "test", "predict")."""
        hooks = (f"on_{kind}_batch_begin", f"on_{kind}_batch_end")
        return any(not getattr(c, "reads_logs_only", False) for hook in hooks for c in self.listeners(hook))

    def __getattr__(self, hook: str) -> Any:
        if not hook.startswith("on_"):
            raise AttributeError(hook)
        if hook not in self._calls:
            self._calls[hook] = self._make_call(hook)
        return self._calls[hook]

    def _make_call(self, hook: str) -> Callable:
        per_call = hook == "on_steps_end" or hook.endswith(("_batch_begin", "_batch_end"))
        targets = [getattr(c, hook) for c in (self.listeners(hook) if per_call else self.callbacks)]
        places = _PLACES_BEFORE_LOGS.get(hook.rpartition("_")[0], 0)

        def call(*args: Any, logs: Logs = None) -> None:
            if len(args) > places:
                *args, logs = args  # type: ignore[assignment]
            logs = {} if logs is None else logs
            for target in targets:
                target(*args, logs)  # by position: the user may have named the argument otherwise

        return call


def _overrides(callback: Any, hook: str) -> bool:
    own = getattr(type(callback), hook, None)
    if hook in vars(callback):
        return True
    return own is not None and own is not getattr(Callback, hook)
