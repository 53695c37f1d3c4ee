"""What optimizers call that scripts derive from ``tf.keras.optimizers.legacy.Optimizer``.

Such a class changes one variable in ``_resource_apply_dense(grad, var, apply_state)`` and prepares the numbers that
all variables of one device and dtype share in ``_prepare_local``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import in_script, inside, on_side, unwrap, wrap
from kerax.optimizers.legacy import Optimizer
from kerax.registry.values import serialize_keras_object
from kerax.state import Variable

_THEIRS = ("_resource_apply_dense", "_create_slots")


def _of_script(function: Callable) -> Callable:
    """A method of a script's class for kerax to call; unlike layers' its control flow is Python's, as in tf.keras."""

    @functools.wraps(function)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not inside():
            return function(self, *args, **kwargs)
        with on_side(kerax=False):
            return unwrap(function(self, *wrap(args), **wrap(kwargs)))

    call._kerax_leaving = True  # type: ignore[attr-defined]
    return call


def _get_hyper(self: Any, name: str, dtype: Any = None) -> Any:
    """A hyperparameter, as a tensor if a dtype is asked for."""
    with on_side(kerax=True):
        found = _plain_hyper(self, name, None if dtype is None else as_dtype(dtype).name)
    return wrap(found) if in_script() else found


def _decayed_lr(self: Any, var_dtype: Any) -> Any:
    """The learning rate of this step."""
    with on_side(kerax=True):
        found = _plain_rate(self, as_dtype(var_dtype).name)
    return wrap(found) if in_script() else found


_plain_hyper, _plain_rate = Optimizer._get_hyper, Optimizer._decayed_lr


def _prepare(self: Any, var_list: Any) -> dict:
    """The numbers that variables share: (device, dtype) -> name -> tensor."""
    shared: dict = {}
    for key in sorted({(one.device, as_dtype(one.dtype).base_dtype) for one in var_list}, key=str):
        shared[key] = {}
        self._prepare_local(*key, shared)
    return shared


def _prepare_local(self: Any, var_device: str, var_dtype: Any, apply_state: dict) -> None:
    """What a subclass extends: it notes down the numbers for the variables of one device and dtype."""
    apply_state[(var_device, var_dtype)]["lr_t"] = self._decayed_lr(var_dtype)


def _fallback_apply_state(self: Any, var_device: str, var_dtype: Any) -> dict:
    """The numbers for the variables of one device and dtype."""
    shared: dict = {(var_device, var_dtype): {}}
    self._prepare_local(var_device, var_dtype, shared)
    return shared[(var_device, var_dtype)]


def _serialize_hyperparameter(self: Any, hyperparameter_name: str) -> Any:
    """A hyperparameter as a configuration holds it."""
    value = self._learning_rate if hyperparameter_name == "learning_rate" else getattr(self, hyperparameter_name)
    if isinstance(value, Variable):
        return float(np.asarray(value.numpy()))
    if hasattr(value, "get_config"):
        return serialize_keras_object(value)
    return value() if callable(value) else value


def _init_subclass(cls: type, **kwargs: Any) -> None:
    super(Optimizer, cls).__init_subclass__(**kwargs)
    for name in _THEIRS:
        member = cls.__dict__.get(name)
        if isinstance(member, FunctionType) and not cls.__module__.startswith("kerax."):
            setattr(cls, name, _of_script(member))


def install() -> None:
    """Adds them."""
    optimizer: Any = Optimizer
    optimizer._use_locking = False
    for function in (
        _get_hyper,
        _decayed_lr,
        _prepare,
        _prepare_local,
        _fallback_apply_state,
        _serialize_hyperparameter,
    ):
        setattr(optimizer, function.__name__, function)
    optimizer.__init_subclass__ = classmethod(_init_subclass)
