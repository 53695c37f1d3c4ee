"""TrainState: everything a training step reads and writes, as one pytree of plain dicts."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax


class TrainState(NamedTuple):
    """What ``train_step(train_state, batch) -> (train_state, logs)`` threads from step to step.

    Attributes:
      params: path to array of the trainable variables.
      state: path to array of the model's other variables (moving averages, frozen weights).
      opt_state: path to array of the optimizer's variables.
      metrics: path to array of the metrics' variables.
      key: JAX PRNG key of this run; noise of step n derives from ``fold_in(key, n)``.
      step: number of steps taken, int32 scalar.

    Example:
      >>> from kerax.training import TrainState
      >>> TrainState._fields
      ('params', 'state', 'opt_state', 'metrics', 'key', 'step')
    """

    params: dict[str, jax.Array]
    state: dict[str, jax.Array]
    opt_state: dict[str, jax.Array]
    metrics: dict[str, jax.Array]
    key: jax.Array
    step: Any
