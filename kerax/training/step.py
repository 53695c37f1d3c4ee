"""The pure steps: a model's train_step, test_step and predict_step as functions of a TrainState."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerax.state import Scope
from kerax.state.functional_call import read_variables
from kerax.state.host_stage import replayed
from kerax.state.nan_trace import numbered
from kerax.training.train_state import TrainState
from kerax.training.variables import GROUPS, StepVariables
from kerax.utils.structures import pack_x_y_sample_weight


def pure_step(method: Callable, variables: StepVariables, training: bool) -> Callable:
    """Turns a method that reads and writes variables into a pure function.

    Args:
      method: ``batch -> result``, such as ``model.train_step``. It is given ``(x, y)`` where there are no weights and
        ``x`` where there are no targets either, so that ``x, y = data`` works as in Keras.
      variables: all variables it may touch.
      training: what the layers see as ``training``.

    Returns:
      ``step(train_state, batch) -> (train_state, result)``.
    """

    def step(train_state: TrainState, batch: Any) -> tuple[TrainState, Any]:
        values: dict[int, Any] = {}
        for name, group in zip(GROUPS, variables, strict=True):
            arrays = getattr(train_state, name)
            values.update({id(variable): arrays[path] for path, variable in group.items()})
        key = jax.random.fold_in(train_state.key, train_state.step)
        with numbered(train_state.step), Scope(values, key=key, training=training, frozen=True) as scope:
            with replayed(batch) as given:
                result = read_variables(method(pack_x_y_sample_weight(*given)))
        groups = [{path: scope.values[id(v)] for path, v in group.items()} for group in variables]
        return TrainState(*groups, key=train_state.key, step=train_state.step + 1), result

    return step
