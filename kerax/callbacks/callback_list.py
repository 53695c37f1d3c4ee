"""CallbackList: calls every callback in order, and knows which hooks anyone listens to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kerax.callbacks.callback import Callback, Logs

_OLD_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


class CallbackList:
    """Several callbacks as one.

    Args:
      callbacks: callbacks, in calling order.
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

    def __init__(self, callbacks: Iterable[Any] | None = None, model: Any = None, **params: Any):
        self.callbacks: list[Any] = []
        for callback in callbacks or ():
            self.append(callback)
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)
            if model is not None:
                callback.set_model(model)

    def append(self, callback: Any) -> None:
        """Adds a callback at the end."""
        if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
            hint = f" Make an instance: {callback.__name__}()." if isinstance(callback, type) else ""
            raise TypeError(f"Argument callbacks must hold kerax.callbacks.Callback objects, received {callback!r}.{hint}")
        self.callbacks.append(callback)

    def listeners(self, hook: str) -> list[Any]:
        """The callbacks that override a hook."""
        names = [hook] + ([_OLD_NAMES[hook]] if hook in _OLD_NAMES else [])
        return [c for c in self.callbacks if any(_overrides(c, name) for name in names)]

    def needs_single_steps(self, kind: str) -> bool:
        """Whether someone must see the model between two batches of ``kind`` ("train", "test", "predict")."""
        hooks = (f"on_{kind}_batch_begin", f"on_{kind}_batch_end")
        return any(not c.reads_logs_only for hook in hooks for c in self.listeners(hook))

    def __getattr__(self, hook: str) -> Any:
        if not hook.startswith("on_"):
            raise AttributeError(hook)
        if hook.endswith(("_batch_begin", "_batch_end")):
            targets = [getattr(c, hook) for c in self.listeners(hook)]
        else:
            targets = [getattr(c, hook) for c in self.callbacks]

        def call(*args: Any, logs: Logs = None) -> None:
            if len(args) == (2 if ("batch" in hook or "epoch" in hook) else 1):
                *args, logs = args  # type: ignore[assignment]
            for target in targets:
                target(*args, logs=logs if logs is not None else {})

        self.__dict__[hook] = call  # looked up once per run
        return call


def _overrides(callback: Any, hook: str) -> bool:
    own = getattr(type(callback), hook, None)
    if hook in vars(callback):
        return True
    return own is not None and own is not getattr(Callback, hook)
