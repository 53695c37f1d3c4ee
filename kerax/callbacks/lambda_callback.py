"""LambdaCallback: hooks given as functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerax.callbacks.callback import Callback
from kerax.errors import unknown_name

_HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """A callback made of functions, one per hook.

    Args:
      on_epoch_begin: function of (epoch, logs).
      on_epoch_end: function of (epoch, logs).
      on_train_begin: function of (logs).
      on_train_end: function of (logs).
      on_train_batch_begin: function of (batch, logs).
      on_train_batch_end: function of (batch, logs).
      **kwargs: functions for any other hook of ``Callback``, ``reads_logs_only``, and functions of other names, which
        become methods of this object.

    Raises:
      TypeError: for a hook that does not exist, or something that cannot be called.

    Example:
      >>> import kerax
      >>> shout = kerax.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))
      >>> shout.on_epoch_end(0, {"loss": 0.5})
      0 {'loss': 0.5}
    """

    kept_in_backup = ()

    def __init__(
        self,
        on_epoch_begin: Callable | None = None,
        on_epoch_end: Callable | None = None,
        on_train_begin: Callable | None = None,
        on_train_end: Callable | None = None,
        on_train_batch_begin: Callable | None = None,
        on_train_batch_end: Callable | None = None,
        **kwargs: Any,
    ):
        self.reads_logs_only = bool(kwargs.pop("reads_logs_only", False))
        hooks = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end, "on_train_begin": on_train_begin,
            "on_train_end": on_train_end, "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end, **kwargs,
        }  # fmt: skip
        for name, function in hooks.items():
            if name.startswith("on_") and name not in _HOOKS:
                raise TypeError(str(unknown_name("hook of LambdaCallback()", name, _HOOKS)))
            if function is None:
                continue
            if not callable(function):
                raise TypeError(f"LambdaCallback({name}=...) must be a function, received {function!r}.")
            setattr(self, name, function)
