"""Decays: exponential, inverse in time, polynomial, piecewise constant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.schedules.schedule import LearningRateSchedule, check_steps


class ExponentialDecay(LearningRateSchedule):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``.

    Args:
      initial_learning_rate: rate at step 0.
      decay_steps: after so many steps the rate was multiplied by ``decay_rate`` once.
      decay_rate: factor.
      staircase: whether the exponent is rounded down, so that the rate drops every ``decay_steps`` steps.
      name: stands in the configuration.

    Raises:
      ValueError: if ``decay_steps`` is not positive.

    Example:
      >>> import kerax
      >>> float(kerax.optimizers.schedules.ExponentialDecay(1.0, 10, 0.5)(10))
      0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        self.initial_learning_rate, self.decay_steps, self.decay_rate = initial_learning_rate, decay_steps, decay_rate
        self.staircase, self.name = staircase, name
        check_steps(self, "decay_steps", decay_steps)

    def __call__(self, step: Any) -> jax.Array:
        """The rate at a step."""
        return jnp.float32(self.initial_learning_rate) * jnp.float32(self.decay_rate) ** self._periods(step)

    def _periods(self, step: Any) -> jax.Array:
        periods = jnp.asarray(step, jnp.float32) / jnp.float32(self.decay_steps)
        return jnp.floor(periods) if self.staircase else periods

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class InverseTimeDecay(ExponentialDecay):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    Args:
      initial_learning_rate: rate at step 0.
      decay_steps: steps after which the denominator has grown by ``decay_rate``.
      decay_rate: growth of the denominator.
      staircase: whether ``step / decay_steps`` is rounded down.
      name: stands in the configuration.

    Raises:
      ValueError: if ``decay_steps`` is not positive.

    Example:
      >>> import kerax
      >>> float(kerax.optimizers.schedules.InverseTimeDecay(1.0, 10, 1.0)(10))
      0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ):
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step: Any) -> jax.Array:
        """The rate at a step."""
        return jnp.float32(self.initial_learning_rate) / (1 + jnp.float32(self.decay_rate) * self._periods(step))


class PolynomialDecay(LearningRateSchedule):
    """From ``initial_learning_rate`` to ``end_learning_rate`` along ``(1 - step / decay_steps) ** power``.

    Args:
      initial_learning_rate: rate at step 0.
      decay_steps: step at which the end is reached.
      end_learning_rate: rate from there on.
      power: 1 is a straight line.
      cycle: whether to start again from above each time the end is reached, over ever longer stretches.
      name: stands in the configuration.

    Raises:
      ValueError: if ``decay_steps`` is not positive.

    Example:
      >>> import kerax
      >>> float(kerax.optimizers.schedules.PolynomialDecay(1.0, 10, 0.0)(5))
      0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        self.initial_learning_rate, self.decay_steps, self.end_learning_rate = (
            initial_learning_rate,
            decay_steps,
            end_learning_rate,
        )
        self.power, self.cycle, self.name = power, cycle, name
        check_steps(self, "decay_steps", decay_steps)

    def __call__(self, step: Any) -> jax.Array:
        """The rate at a step."""
        step, steps = jnp.asarray(step, jnp.float32), jnp.float32(self.decay_steps)
        if self.cycle:
            # the first multiple of decay_steps that is not before the step; one period at step 0
            steps = steps * jnp.where(step == 0, 1.0, jnp.ceil(step / steps))
        else:
            step = jnp.minimum(step, steps)
        end = jnp.float32(self.end_learning_rate)
        return (jnp.float32(self.initial_learning_rate) - end) * (1 - step / steps) ** jnp.float32(self.power) + end

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[0]`` up to and including step ``boundaries[0]``, then ``values[1]``, and so on.

    Args:
      boundaries: steps in rising order.
      values: rates, one more than boundaries.
      name: stands in the configuration.

    Raises:
      ValueError: if the numbers of boundaries and values do not fit, or boundaries do not rise.

    Example:
      >>> import kerax
      >>> schedule = kerax.optimizers.schedules.PiecewiseConstantDecay([10, 20], [1.0, 0.5, 0.25])
      >>> [float(schedule(step)) for step in (0, 10, 11, 21)]
      [1.0, 1.0, 0.5, 0.25]
    """

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"PiecewiseConstantDecay() needs one more value than boundaries, received {len(boundaries)} "
                f"boundaries and {len(values)} values."
            )
        if any(a > b for a, b in zip(boundaries, boundaries[1:])):
            raise ValueError(f"Argument boundaries of PiecewiseConstantDecay() must rise, received {list(boundaries)}.")
        self.boundaries, self.values, self.name = boundaries, values, name

    def __call__(self, step: Any) -> jax.Array:
        """The rate at a step."""
        step = jnp.asarray(step)
        rate = jnp.float32(self.values[-1])
        for boundary, value in zip(reversed(self.boundaries), reversed(self.values[:-1])):
            rate = jnp.where(step <= boundary, jnp.float32(value), rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
