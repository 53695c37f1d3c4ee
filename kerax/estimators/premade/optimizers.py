"""The optimizers of premade estimators: names, objects, functions; the rules are those of before Keras 2.11."""

from __future__ import annotations

import inspect
import math
from typing import Any

from kerax.errors import unknown_name
from kerax.estimators.template import once_per_call
from kerax.optimizers import Optimizer, legacy
from kerax.state import Variable

_NAMES = {
    "Adagrad": legacy.Adagrad,
    "Adam": legacy.Adam,
    "Ftrl": legacy.Ftrl,
    "RMSProp": legacy.RMSprop,
    "SGD": legacy.SGD,
}
LINEAR_RATE = 0.2
BASELINE_RATE = 0.3
COMBINED_DNN_RATE = 0.001
COMBINED_LINEAR_RATE = 0.005


def check_optimizer(argument: str, given: Any) -> None:
    """Raises ValueError for something that names or makes no optimizer."""
    if isinstance(given, str):
        if given not in _NAMES:
            raise unknown_name(f"optimizer {argument}=", given, _NAMES)
    elif given is not None and not isinstance(given, Optimizer) and not callable(given):
        raise ValueError(
            f"{argument}=... is one of {', '.join(_NAMES)}, an optimizer, or a function that returns one; received "
            f"{given!r}."
        )


def resolve(argument: str, given: Any, rate: float | None) -> Optimizer:
    """The optimizer of a model, in the rules of before Keras 2.11.

    Args:
      argument: its name, for messages.
      given: a name, an optimizer, or a function that returns one, called once for each call of ``train``.
      rate: learning rate for a name; the optimizer's own without it.

    Raises:
      ValueError: for anything else.

    Example:
      >>> from kerax.estimators.premade.optimizers import resolve
      >>> float(resolve("optimizer", "SGD", 0.5).learning_rate)
      0.5
    """
    check_optimizer(argument, given)
    if isinstance(given, str):
        return _NAMES[given]() if rate is None else _NAMES[given](learning_rate=rate)
    if not isinstance(given, Optimizer):
        made = once_per_call(argument, given)
        if not isinstance(made, Optimizer):
            raise ValueError(f"{argument}=... returned {made!r}, which is no optimizer.")
        given = made
    return as_legacy(given)


def as_legacy(optimizer: Optimizer) -> Optimizer:
    """An optimizer with the rules of before Keras 2.11 and the same settings, where there is one.

    Example:
      >>> import kerax
      >>> from kerax.estimators.premade.optimizers import as_legacy
      >>> type(as_legacy(kerax.optimizers.Adam(0.5))).__module__
      'kerax.optimizers.legacy.moments'
    """
    kind = getattr(legacy, type(optimizer).__name__, None)
    if isinstance(optimizer, legacy.Optimizer) or kind is None:
        return optimizer
    config = optimizer.get_config()
    taken = set(inspect.signature(kind).parameters) | {"clipnorm", "clipvalue", "global_clipnorm"}
    config = {key: value for key, value in config.items() if key in taken and value is not None and key != "name"}
    rate = optimizer._learning_rate
    config["learning_rate"] = float(rate.box()) if isinstance(rate, Variable) else rate
    return kind(**config)


def linear_rate(columns: int, most: float) -> float:
    """The learning rate of a linear model of so many columns.

    Example:
      >>> from kerax.estimators.premade.optimizers import linear_rate
      >>> linear_rate(100, 0.2)
      0.1
    """
    return min(most, 1.0 / math.sqrt(columns))
