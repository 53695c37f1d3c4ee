"""Checks of constructor arguments that several optimizers share."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerax.errors import unknown_name

_WITHOUT_MEANING = ("jit_compile", "is_legacy_optimizer", "gradient_aggregator", "gradient_transformers")  # of tf.keras


def check_fractions(optimizer: Any, *names: str) -> None:
    """Raises unless the named attributes are numbers in [0, 1].

    Args:
      optimizer: whose attributes.
      *names: of attributes that came from arguments of the same name.

    Example:
      >>> import kerax
      >>> kerax.optimizers.SGD(momentum=2.0)
      Traceback (most recent call last):
      ValueError: Argument momentum of SGD() must be a number in [0, 1], received 2.0.
    """
    for name in names:
        value = getattr(optimizer, name)
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not 0 <= value <= 1:
            raise ValueError(
                f"Argument {name} of {type(optimizer).__name__}() must be a number in [0, 1], received {value!r}."
            )


def take_old_arguments(optimizer: Any, learning_rate: Any, kwargs: dict[str, Any]) -> Any:
    """Takes the arguments of older Keras out of ``kwargs`` and returns the learning rate.

    Example:
      >>> import kerax
      >>> float(kerax.optimizers.SGD(lr=0.5).learning_rate)
      0.5
    """
    kind = type(optimizer).__name__
    if kwargs.get("decay"):
        raise ValueError(
            f"{kind}(decay={kwargs['decay']!r}) is an argument of older Keras. Write "
            f"learning_rate=kerax.optimizers.schedules."
            f"InverseTimeDecay(learning_rate, decay_steps=1, decay_rate={kwargs['decay']!r}) instead."
        )
    kwargs.pop("decay", None)
    learning_rate = kwargs.pop("lr", learning_rate)
    unknown = [key for key in kwargs if key not in _WITHOUT_MEANING]
    if unknown:
        known = {
            n
            for c in type(optimizer).__mro__
            if "__init__" in vars(c)
            for n in inspect.signature(c.__init__).parameters
        }
        raise TypeError(str(unknown_name(f"argument of {kind}()", unknown[0], known - {"self", "args", "kwargs"})))
    return learning_rate


def check_arguments(optimizer: Any) -> None:
    """Raises unless the arguments that all optimizers share are in range.

    Example:
      >>> import kerax
      >>> kerax.optimizers.SGD(clipnorm=-1.0)
      Traceback (most recent call last):
      ValueError: Argument clipnorm of SGD() must not be negative, received -1.0.
    """
    kind = type(optimizer).__name__
    for name in ("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "loss_scale_factor"):
        value = getattr(optimizer, name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
            raise TypeError(f"Argument {name} of {kind}() must be a number or None, received {value!r}.")
        if not value >= 0:
            raise ValueError(f"Argument {name} of {kind}() must not be negative, received {value!r}.")
    clips = {n: getattr(optimizer, n) for n in ("clipnorm", "clipvalue", "global_clipnorm")}
    if sum(value is not None for value in clips.values()) > 1:
        given = ", ".join(f"{n}={v!r}" for n, v in clips.items() if v is not None)
        raise ValueError(f"{kind}() takes at most one of clipnorm, clipvalue and global_clipnorm, received {given}.")
    if optimizer.use_ema and not 0 <= optimizer.ema_momentum <= 1:
        raise ValueError(f"Argument ema_momentum of {kind}() must be in [0, 1], received {optimizer.ema_momentum!r}.")
    for name, least in (("ema_overwrite_frequency", 1), ("gradient_accumulation_steps", 2)):
        value = getattr(optimizer, name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least):
            raise ValueError(
                f"Argument {name} of {kind}() must be an integer of at least {least} or None, received {value!r}."
            )
    _check_multipliers(kind, optimizer.lr_multipliers)


def _check_multipliers(kind: str, multipliers: Any) -> None:
    if multipliers is None:
        return
    if not isinstance(multipliers, Mapping):
        raise TypeError(
            f"Argument lr_multipliers of {kind}() must map patterns of variable paths to factors, such as "
            f'{{"embedding": 0.1}}; received {multipliers!r}.'
        )
    for pattern, factor in multipliers.items():
        number = isinstance(factor, (int, float, np.number)) and not isinstance(factor, bool)
        if not number or not 0 <= factor < math.inf:
            raise ValueError(
                f"The factor of {pattern!r} in lr_multipliers of {kind}() must be a finite number that is not "
                f"negative, received {factor!r}."
            )
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise ValueError(f"{pattern!r} in lr_multipliers of {kind}() is no regular expression: {error}.") from None


def check_rate(optimizer: Any, value: Any) -> float:
    """A learning rate as a finite number that is not negative.

    Example:
      >>> import kerax
      >>> from kerax.optimizers.arguments import check_rate
      >>> check_rate(kerax.optimizers.SGD(), 1)
      1.0
    """
    kind = type(optimizer).__name__
    try:
        if isinstance(value, (bool, str)):
            raise TypeError
        number = float(value)
    except TypeError:
        raise TypeError(
            f"Argument learning_rate of {kind}() must be a number, a schedule, or a callable step -> rate; "
            f"received {value!r}."
        ) from None
    if not 0 <= number < math.inf:
        raise ValueError(
            f"Argument learning_rate of {kind}() must be a finite number that is not negative, received {number!r}."
        )
    return number
