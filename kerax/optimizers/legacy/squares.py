"""Adagrad, Adadelta and RMSprop as they were before Keras 2.11."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.legacy.optimizer import Optimizer, complement, epsilon_or_default
from kerax.optimizers.update import Constants, Slot, Slots


class Adagrad(Optimizer):
    """Adagrad: steps divided by the root of the sum of all squared gradients.

    Args:
      learning_rate: a number, a schedule, or a callable.
      initial_accumulator_value: first value of the sums, slot ``accumulator``.
      epsilon: added to the root; None for ``kerax.config.epsilon()``.
      name: first part of the paths of its variables.
      **kwargs: ``decay``, ``lr``, ``clipvalue``, ``clipnorm``, ``global_clipnorm``, as in ``Optimizer``.

    Reference: Duchi et al., "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> optimizer = kerax.optimizers.legacy.Adagrad(0.5, initial_accumulator_value=3.0)
      >>> _ = optimizer.apply_gradients([([1.0, 1.0], w)])
      >>> w.numpy().round(3)
      array([0.75, 1.75], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float | None = 1e-7,
        name: str = "Adagrad",
        **kwargs: Any,
    ):
        super().__init__(name, learning_rate=learning_rate, **kwargs)
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon_or_default(epsilon)
        if not initial_accumulator_value >= 0:
            raise ValueError(
                f"Argument initial_accumulator_value of Adagrad() must not be negative, received "
                f"{initial_accumulator_value!r}."
            )

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("accumulator", self.initial_accumulator_value)]]

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        accumulator = slots["accumulator"] + jnp.square(gradient)
        return -(c["rate"] * gradient) / (jnp.sqrt(accumulator) + self.epsilon), {"accumulator": accumulator}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        more = {"initial_accumulator_value": self.initial_accumulator_value, "epsilon": self.epsilon}
        return {**super().get_config(), **self._rate_config(), **more}


class Adadelta(Optimizer):
    """Adadelta: steps in the units of the variables.

    Args:
      learning_rate: a number, a schedule, or a callable; the paper has 1.
      rho: decay of both means, slots ``accum_grad`` and ``accum_var``.
      epsilon: added inside both roots; None for ``kerax.config.epsilon()``.
      name: first part of the paths of its variables.
      **kwargs: ``decay``, ``lr``, ``clipvalue``, ``clipnorm``, ``global_clipnorm``, as in ``Optimizer``.

    Reference: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, https://arxiv.org/abs/1212.5701

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> _ = kerax.optimizers.legacy.Adadelta(1.0, epsilon=0.25).apply_gradients([([1.0, 1.0], w)])
      >>> w.numpy().round(3)
      array([0.087, 1.087], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float | None = 1e-7,
        name: str = "Adadelta",
        **kwargs: Any,
    ):
        super().__init__(name, learning_rate=learning_rate, **kwargs)
        self.rho, self.epsilon = rho, epsilon_or_default(epsilon)
        check_fractions(self, "rho")

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("accum_grad")], [Slot("accum_var")]]

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        squares = self.rho * slots["accum_grad"] + complement(self.rho) * jnp.square(gradient)
        steps = slots["accum_var"]
        change = -jnp.sqrt(steps + self.epsilon) * gradient / jnp.sqrt(squares + self.epsilon)
        steps = self.rho * steps + complement(self.rho) * jnp.square(change)
        return c["rate"] * change, {"accum_grad": squares, "accum_var": steps}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {**super().get_config(), **self._rate_config(), "rho": self.rho, "epsilon": self.epsilon}


class RMSprop(Optimizer):
    """RMSprop: steps divided by the root of a running mean of squared gradients.

    Args:
      learning_rate: a number, a schedule, or a callable.
      rho: decay of the means.
      momentum: in [0, 1]; 0 keeps no slot ``momentum``. With momentum epsilon stands inside the root.
      epsilon: added to the root; None for ``kerax.config.epsilon()``.
      centered: whether to divide by the standard deviation, with the mean in slot ``mg``.
      name: first part of the paths of its variables.
      **kwargs: ``decay``, ``lr``, ``clipvalue``, ``clipnorm``, ``global_clipnorm``, as in ``Optimizer``.

    Reference: Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> _ = kerax.optimizers.legacy.RMSprop(0.5, rho=0.75).apply_gradients([([1.0, 1.0], w)])
      >>> w.numpy().round(3)
      array([0., 1.], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float | None = 1e-7,
        centered: bool = False,
        name: str = "RMSprop",
        **kwargs: Any,
    ):
        super().__init__(name, learning_rate=learning_rate, **kwargs)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon_or_default(epsilon), centered
        check_fractions(self, "rho", "momentum")

    def _slots(self) -> list[list[Slot]]:
        names = ["rms", *(["momentum"] if self.momentum else []), *(["mg"] if self.centered else [])]
        return [[Slot(name)] for name in names]

    def _row_rule(self) -> str:
        return "rows move" if self.momentum else "all move"

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        mean_square = self.rho * slots["rms"] + complement(self.rho) * jnp.square(gradient)
        new, variance = {"rms": mean_square}, mean_square
        if self.centered:
            mean = new["mg"] = self.rho * slots["mg"] + complement(self.rho) * gradient
            variance = mean_square - jnp.square(mean)
        if self.momentum:
            step = c["rate"] * gradient / jnp.sqrt(variance + self.epsilon)
            step = new["momentum"] = self.momentum * slots["momentum"] + step
            step = step * c["one"]
        else:
            step = c["rate"] * gradient / (jnp.sqrt(variance) + self.epsilon)
        return -step, new

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        names = ("rho", "momentum", "epsilon", "centered")
        return {**super().get_config(), **self._rate_config(), **{name: getattr(self, name) for name in names}}
