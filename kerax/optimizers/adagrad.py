"""Adagrad: steps divided by the root of the sum of all squares."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class Adagrad(Optimizer):
    """Adagrad: steps divided by the root of the sum of all squared gradients.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      initial_accumulator_value: first value of the sums.
      epsilon: added to the sum, inside the root.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Duchi et al., "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Adagrad(0.5, initial_accumulator_value=3.0).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.75, 1.75], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon
        if not initial_accumulator_value >= 0:
            raise ValueError(
                f"Argument initial_accumulator_value of Adagrad() must not be negative, received "
                f"{initial_accumulator_value!r}."
            )

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("accumulator", self.initial_accumulator_value)]]

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        accumulator = slots["accumulator"] + jnp.square(gradient)
        return -(c["rate"] * gradient) / jnp.sqrt(accumulator + self.epsilon), {"accumulator": accumulator}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
