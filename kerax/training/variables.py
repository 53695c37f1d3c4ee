"""Which variables a model's step touches, in the groups of TrainState."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax

from kerax.state import Variable, walk, walk_modules

GROUPS = ("params", "state", "opt_state", "metrics")


class StepVariables(NamedTuple):
    """Variables of a step by group and path.

    Attributes:
      params: trainable variables of the model.
      state: its other variables.
      opt_state: the optimizer's variables.
      metrics: variables of all metrics.
    """

    params: dict[str, Variable]
    state: dict[str, Variable]
    opt_state: dict[str, Variable]
    metrics: dict[str, Variable]

    def signature(self) -> tuple:
        """Identifies the variables and their groups; a compiled step is valid for one signature."""
        return tuple(tuple((path, id(variable)) for path, variable in group.items()) for group in self)


def variables_of(
    model: Any, metrics: list, with_optimizer: bool, outside: dict[str, Variable] | None = None
) -> StepVariables:
    """Collects the variables of a built model, its metrics and, for training, its optimizers.

    Args:
      model: a built model.
      metrics: the metrics a step updates.
      with_optimizer: whether optimizer variables belong to the step.
      outside: further variables that the model's own steps touch, by path.
    """
    params: dict[str, Variable] = {}
    state: dict[str, Variable] = {}
    for path, variable, trainable in walk(model):
        (params if trainable else state)[path] = variable
    taken = {id(v) for v in params.values()} | {id(v) for v in state.values()}
    opt_state: dict[str, Variable] = {}
    if with_optimizer:
        for place, optimizer in walk_modules(model, "optimizer"):
            opt_state.update({path: v for path, v, _ in walk(optimizer, place) if id(v) not in taken})
    metric_variables: dict[str, Variable] = {}
    for index, metric in enumerate(metrics):
        metric_variables.update(
            {path: v for path, v, _ in walk(metric, f"{index}/{metric.name}") if id(v) not in taken}
        )
    taken |= {id(v) for group in (opt_state, metric_variables) for v in group.values()}
    state.update({path: v for path, v in (outside or {}).items() if id(v) not in taken})
    return StepVariables(params, state, opt_state, metric_variables)


def read_all(group: dict[str, Variable]) -> dict[str, jax.Array]:
    """The arrays in the boxes of a group."""
    return {path: variable.box() for path, variable in group.items()}
