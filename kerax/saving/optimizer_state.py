"""Stored optimizer variables into a kerax optimizer, from Keras 3's order and from tf.keras's."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.optimizers import Nadam
from kerax.saving.load_report import Pending

_MOMENTA_SETTLE = 1000  # steps after which 1 - 0.5 * 0.96**step is 1


class _Given:
    """A computed value that stands for a stored array."""

    def __init__(self, value: np.ndarray, what: str):
        self.value, self.shape, self.what = value, value.shape, what

    def read(self) -> np.ndarray:
        return self.value


def add_optimizer_arrays(pending: Pending, optimizer: Any, arrays: list[Any]) -> bool:
    """Plans the assignment of a built optimizer's variables.

    tf.keras writes the iteration and the slots; Keras 3 the learning rate between them. The slots stand in one order.

    Args:
      pending: the plan.
      optimizer: the optimizer.
      arrays: what is stored, in the file's order.

    Returns:
      Whether the arrays fit; if not, nothing is planned and the optimizer keeps its fresh state.
    """
    variables = list(optimizer.variables)
    if len(arrays) != len(variables):
        variables = [variable for variable in variables if variable is not optimizer._learning_rate]
    extra: list[Any] = []
    if isinstance(optimizer, Nadam) and len(arrays) + 1 == len(variables) and not arrays[0].shape:
        extra = [_Given(_product_of_momenta(optimizer, arrays[0]), "computed from the iteration")]
    arrays = [*arrays, *extra]
    if len(arrays) != len(variables):
        return False
    if any(tuple(stored.shape) != tuple(variable.shape) for variable, stored in zip(variables, arrays, strict=True)):
        return False
    for variable, stored in zip(variables, arrays, strict=True):
        pending.add(variable, stored)
    return True


def _product_of_momenta(optimizer: Any, iteration: Any) -> np.ndarray:
    """Nadam's running product, which tf.keras 2.15 keeps out of every file; Dozat (2015), with a decay of 0.96."""
    count = max(int(iteration.read()), 0)
    steps = np.arange(1, min(count, _MOMENTA_SETTLE) + 1)
    settled = optimizer.beta_1 ** (count - len(steps))
    return np.asarray(np.prod(optimizer.beta_1 * (1 - 0.5 * 0.96**steps)) * settled, np.float32)
