"""Rarer optimizers of ``tf.compat.v1.train``."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._graph import Deferred
from kerax.compat.tensorflow._v1_train import _Minimizing, asked, rate_of
from kerax.estimators import SessionRunHook
from kerax.optimizers import legacy
from kerax.optimizers.update import Constants, Slot, Slots


def _shrunk(value: Any, l1: Any, l2: Any) -> Any:
    """The proximal step of L1 and L2 penalties: towards zero by the one, divided by one more than the other."""
    return jnp.sign(value) * jnp.maximum(jnp.abs(value) - l1, 0.0) / (1.0 + l2)


class _Penalized(_Minimizing, legacy.Optimizer):
    def __init__(self, learning_rate: Any, l1: float, l2: float, name: str):
        self._l1, self._l2 = l1, l2
        self._asked = asked(learning_rate)
        legacy.Optimizer.__init__(self, name, learning_rate=rate_of(learning_rate) if self._asked is None else 0.0)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            "learning_rate": self._rate_config()["learning_rate"],
            "l1_regularization_strength": self._l1,
            "l2_regularization_strength": self._l2,
            "name": self.name,
        }


class ProximalGradientDescentOptimizer(_Penalized):
    """Gradient descent with proximal steps (Duchi & Singer 2009, "Forward-Backward Splitting").

    Args:
      learning_rate: a number, or a tensor of the step.
      l1_regularization_strength, l2_regularization_strength: of the penalties.
      use_locking: accepted as in TensorFlow.
      name: first part of the names of what it keeps.
    """

    def __init__(
        self,
        learning_rate: Any,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "ProximalGradientDescent",
    ):
        super().__init__(learning_rate, l1_regularization_strength, l2_regularization_strength, name)

    def _change(self, gradient: Any, value: Any, slots: Slots, c: Constants) -> tuple[Any, Slots]:
        rate = c["rate"]
        return _shrunk(value - rate * gradient, rate * self._l1, rate * self._l2) - value, {}


class ProximalAdagradOptimizer(_Penalized):
    """Adagrad with proximal steps (Duchi & Singer 2009).

    Args:
      learning_rate: a number, or a tensor of the step.
      initial_accumulator_value: first value of the sums of squares.
      l1_regularization_strength, l2_regularization_strength: of the penalties.
      use_locking: accepted as in TensorFlow.
      name: first part of the names of what it keeps.
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "ProximalAdagrad",
    ):
        if initial_accumulator_value <= 0.0:
            raise ValueError(f"initial_accumulator_value must be positive: {initial_accumulator_value}")
        self._first = initial_accumulator_value
        super().__init__(learning_rate, l1_regularization_strength, l2_regularization_strength, name)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {**super().get_config(), "initial_accumulator_value": self._first}

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("accumulator", self._first)]]

    def _change(self, gradient: Any, value: Any, slots: Slots, c: Constants) -> tuple[Any, Slots]:
        sums = slots["accumulator"] + gradient * gradient
        rate = c["rate"] / jnp.sqrt(sums)
        new = _shrunk(value - rate * gradient, rate * self._l1, rate * self._l2)
        return new - value, {"accumulator": sums}


class AdagradDAOptimizer(_Penalized):
    """Adagrad with dual averaging (Duchi et al. 2011); the step is the number of steps.

    Args:
      learning_rate: a number, or a tensor of the step.
      global_step: the number of steps; those that it has taken itself by default.
      initial_gradient_squared_accumulator_value: first value of the sums of squares.
      l1_regularization_strength, l2_regularization_strength: of the penalties.
      use_locking: accepted as in TensorFlow.
      name: first part of the names of what it keeps.
    """

    def __init__(
        self,
        learning_rate: Any,
        global_step: Any = None,
        initial_gradient_squared_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "AdagradDA",
    ):
        if initial_gradient_squared_accumulator_value <= 0.0:
            raise ValueError("initial_gradient_squared_accumulator_value must be positive.")
        self._first, self._given_step = initial_gradient_squared_accumulator_value, global_step
        super().__init__(learning_rate, l1_regularization_strength, l2_regularization_strength, name)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {**super().get_config(), "initial_gradient_squared_accumulator_value": self._first}

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("gradient_accumulator"), Slot("gradient_squared_accumulator", self._first)]]

    def _constants(self, rate: Any, step: Any, shared: Slots) -> tuple[Constants, Slots]:
        found, shared = super()._constants(rate, step, shared)
        if self._given_step is not None:
            step = jnp.asarray(self._given_step.read(), "float32") + 1
        return {**found, "step": step}, shared

    def _touched(self, variables: list) -> list:
        return super()._touched(variables if self._given_step is None else [*variables, self._given_step])

    def _change(self, gradient: Any, value: Any, slots: Slots, c: Constants) -> tuple[Any, Slots]:
        sums = slots["gradient_accumulator"] + gradient
        squares = slots["gradient_squared_accumulator"] + gradient * gradient
        rate, step = c["rate"], c["step"]
        pull = jnp.sign(sums) * jnp.maximum(jnp.abs(sums) - self._l1 * step, 0.0) if self._l1 else sums
        new = -rate * pull / (self._l2 * step * rate + jnp.sqrt(squares))
        return new - value, {"gradient_accumulator": sums, "gradient_squared_accumulator": squares}


class SyncReplicasOptimizer:
    """Another optimizer's steps: in one process there is nobody to wait for.

    Args:
      opt: the optimizer.
      replicas_to_aggregate, total_num_replicas: must be 1, as a process has one replica.
      variable_averages: an ExponentialMovingAverage that is applied after each step.
      variables_to_average: the variables that it averages.
      use_locking, name: accepted as in TensorFlow.

    Raises:
      ValueError: for more replicas: use a tf.distribute.Strategy.
    """

    def __init__(
        self,
        opt: Any,
        replicas_to_aggregate: int,
        total_num_replicas: int | None = None,
        variable_averages: Any = None,
        variables_to_average: Any = None,
        use_locking: bool = False,
        name: str = "sync_replicas",
    ):
        if replicas_to_aggregate > 1 or (total_num_replicas or 1) > 1:
            raise ValueError(
                f"SyncReplicasOptimizer: one process has one replica, received {replicas_to_aggregate} of "
                f"{total_num_replicas}. Use tf.distribute.MirroredStrategy for several devices."
            )
        self._opt, self._averages, self._averaged = opt, variable_averages, variables_to_average
        self._name = name

    def get_name(self) -> str:
        """Its own name."""
        return self._name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opt, name)

    def minimize(self, loss: Any, global_step: Any = None, var_list: Any = None, **options: Any) -> Any:
        """The operation that takes a step down a loss."""
        return self.apply_gradients(self._opt.compute_gradients(loss, var_list=var_list), global_step)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None, name: str | None = None) -> Any:
        """Applies gradients.

        Raises:
          ValueError: without the global step, as in TensorFlow.
        """
        if global_step is None:
            raise ValueError("Global step is required to check staleness")
        done = self._opt.apply_gradients(list(grads_and_vars), global_step, name)
        if self._averages is None:
            return done
        from kerax.compat.tensorflow._control import control_dependencies

        with control_dependencies([done]):
            return self._averages.apply(self._averaged)

    def make_session_run_hook(self, is_chief: bool, num_tokens: int = -1) -> SessionRunHook:
        """A hook that does nothing: there is nobody to wait for."""
        return SessionRunHook()

    def get_init_tokens_op(self, num_tokens: int = -1) -> Deferred:
        """Nothing: there is nobody to wait for."""
        return Deferred(lambda evaluation: None, "init_tokens")
