"""StateSession: owns the arrays of a run while its variables' boxes hold loans."""

from __future__ import annotations

import threading
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.functional.transfer import device_copy
from kerax.state import Loan, Scope, Variable
from kerax.training.train_state import TrainState
from kerax.training.variables import GROUPS, StepVariables, read_all


class StateSession:
    """Holds the TrainState of one run and keeps the variables' boxes honest.

    The arrays move into the session when it opens and back into the boxes when it closes. In between a box holds a
    loan: a
    reader (a callback that looks at ``model.weights``) gets the newest array, and what it reads or assigns is picked up
    before the next step.

    Args:
      variables: the variables of the run.
      key: JAX PRNG key of the run.
      step: steps taken so far, for the noise keys.

    Attributes:
      lock: held from ``take_back`` until the step has its arrays, so that a thread which reads a variable meanwhile
        never gets an array that the step uses up.
    """

    def __init__(self, variables: StepVariables, key: jax.Array, step: int = 0):
        self.variables, self.lock = variables, threading.RLock()
        groups = [{path: device_copy(array) for path, array in read_all(group).items()} for group in variables]
        self.train_state = TrainState(*groups, key=key, step=np.int32(step))
        self._places = {
            id(v): (name, path) for name, group in zip(GROUPS, variables, strict=True) for path, v in group.items()
        }
        self._loan = Loan(self._recall)
        self._recalled: list[tuple[Variable, Any]] = []  # with what they were given
        self._reset_key: tuple | None = None
        self._reset_values: dict[str, Any] = {}
        for group in variables:
            for variable in group.values():
                variable.lend(self._loan)

    def _recall(self, variable: Variable) -> None:
        group, path = self._places[id(variable)]
        with self.lock:
            if variable._array.__class__ is Loan:  # no other thread was faster
                with jax.ensure_compile_time_eval():  # never a traced value, whoever reads
                    variable._array = jnp.asarray(getattr(self.train_state, group)[path])
                self._recalled.append((variable, variable._array))

    def take_back(self) -> None:
        """Before a step: takes over what readers and writers left in boxes since the last one."""
        for variable, given in self._recalled:
            group, path = self._places[id(variable)]
            arrays = getattr(self.train_state, group)
            # What was only read may be older than the state, if it was read while the step was traced. A copy either
            # way: whoever read the box may keep its array, which the step would otherwise consume.
            arrays[path] = device_copy(arrays[path] if variable._array is given else variable._array)
            variable.lend(self._loan)
        self._recalled.clear()

    def replace(self, train_state: TrainState) -> None:
        """Puts other arrays in place of all that there are, also of what callbacks have left in boxes."""
        with self.lock:
            self._recalled.clear()
            for group in self.variables:
                for variable in group.values():
                    variable.lend(self._loan)
            self.train_state = train_state

    def reset_metrics(self, metrics: list) -> None:
        """Puts the metrics' variables to their initial values."""
        self.take_back()  # else what a callback's evaluation left in the boxes would replace the fresh values
        key = tuple(id(metric) for metric in metrics)
        if key != self._reset_key:  # host copies of the initial values, which the next call moves to the device
            values = {id(v): self.train_state.metrics[path] for path, v in self.variables.metrics.items()}
            with Scope(values) as scope:
                for metric in metrics:
                    metric.reset_state()
            fresh = {path: scope.values[id(v)] for path, v in self.variables.metrics.items()}
            self._reset_key, self._reset_values = key, jax.device_get(fresh)
        self.train_state = self.train_state._replace(metrics=dict(self._reset_values))

    def close(self, failed: bool = False) -> None:
        """Puts all arrays back into the boxes.

        Args:
          failed: whether a step may have used up arrays without giving new ones; variables whose array is gone say so
            when they are
            read, until they are given a value.
        """
        if not failed:
            self.take_back()
        for name, group in zip(GROUPS, self.variables, strict=True):
            arrays: dict[str, Any] = getattr(self.train_state, name)
            for path, variable in group.items():
                if failed and variable._array.__class__ is not Loan:
                    continue  # read or written since the last step: its newest value is in the box
                if failed and not _usable(arrays[path]):
                    variable.lend(_LOST)
                else:
                    variable._array = jnp.asarray(arrays[path])


def _usable(array: Any) -> bool:
    try:
        jax.block_until_ready(array)
    except RuntimeError:  # JAX's own error for a failed computation is one, and so is that for a deleted array
        return False
    return not (isinstance(array, jax.Array) and array.is_deleted())


def _refuse(variable: Variable) -> None:
    raise RuntimeError(
        f"The value of variable {variable.path!r} was lost when a training step failed. Load a checkpoint "
        "(load_weights, set_weights) and compile the model with a new optimizer."
    )


_LOST = Loan(_refuse, lost=True)
