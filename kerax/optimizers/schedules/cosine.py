"""Cosine decays: with warm-up, with restarts."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.schedules.schedule import LearningRateSchedule, check_steps


def _cosine(fraction: jax.Array) -> jax.Array:
    """Half a cosine wave: 1 at 0, 0 at 1."""
    return 0.5 * (1.0 + jnp.cos(jnp.float32(math.pi) * fraction))


class CosineDecay(LearningRateSchedule):
    """Half a cosine wave down, after an optional straight climb.

    Args:
      initial_learning_rate: rate at step 0.
      decay_steps: length of the way down.
      alpha: lowest rate, as a fraction of the rate the way down starts from.
      name: stands in the configuration.
      warmup_target: rate to climb to first; None for no climb.
      warmup_steps: length of the climb.

    Raises:
      ValueError: if ``decay_steps`` is not positive.

    Reference: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016,
      https://arxiv.org/abs/1608.03983

    Example:
      >>> import kerax
      >>> round(float(kerax.optimizers.schedules.CosineDecay(1.0, 10)(5)), 3)
      0.5
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ):
        self.initial_learning_rate, self.decay_steps, self.alpha, self.name = (
            initial_learning_rate,
            decay_steps,
            alpha,
            name,
        )
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps
        check_steps(self, "decay_steps", decay_steps)

    def __call__(self, step: Any) -> jax.Array:
        """The rate at a step."""
        step, steps, initial = (
            jnp.asarray(step, jnp.float32),
            jnp.float32(self.decay_steps),
            jnp.float32(self.initial_learning_rate),
        )
        if self.warmup_target is None:
            return self._down(jnp.minimum(step, steps) / steps, initial)
        target, warmup = jnp.float32(self.warmup_target), jnp.float32(self.warmup_steps)
        step = jnp.minimum(step, steps + warmup)
        climb = (target - initial) * (step / max(self.warmup_steps, 1)) + initial
        return jnp.where(step < warmup, climb, self._down((step - warmup) / steps, target))

    def _down(self, fraction: jax.Array, start: jax.Array) -> jax.Array:
        return start * ((1 - self.alpha) * _cosine(fraction) + self.alpha)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decays one after the other, each ``t_mul`` times as long and starting at ``m_mul`` times the height.

    Args:
      initial_learning_rate: rate at step 0.
      first_decay_steps: length of the first decay.
      t_mul: growth of the lengths.
      m_mul: growth of the heights.
      alpha: lowest rate, as a fraction of ``initial_learning_rate``.
      name: stands in the configuration.

    Raises:
      ValueError: if ``first_decay_steps`` is not positive.

    Reference: Loshchilov and Hutter, 2016, https://arxiv.org/abs/1608.03983

    Example:
      >>> import kerax
      >>> schedule = kerax.optimizers.schedules.CosineDecayRestarts(1.0, 10)
      >>> [round(float(schedule(step)), 3) for step in (0, 5, 10, 20)]
      [1.0, 0.5, 1.0, 0.5]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ):
        self.initial_learning_rate, self.first_decay_steps = initial_learning_rate, first_decay_steps
        self._t_mul, self._m_mul, self.alpha, self.name = t_mul, m_mul, alpha, name
        check_steps(self, "first_decay_steps", first_decay_steps)

    def __call__(self, step: Any) -> jax.Array:
        """The rate at a step."""
        done = jnp.asarray(step, jnp.float32) / jnp.float32(self.first_decay_steps)
        if self._t_mul == 1.0:
            restart = jnp.floor(done)
            done = done - restart
        else:
            # lengths form a geometric series: restart i begins at (1 - t^i) / (1 - t) first lengths
            t = jnp.float32(self._t_mul)
            restart = jnp.floor(jnp.log(1.0 - done * (1.0 - t)) / jnp.log(t))
            done = (done - (1.0 - t**restart) / (1.0 - t)) / t**restart
        height = jnp.float32(self._m_mul) ** restart * _cosine(done)
        return jnp.float32(self.initial_learning_rate) * ((1 - self.alpha) * height + self.alpha)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self._t_mul,
            "m_mul": self._m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
