"""Adadelta: steps in the units of the variables."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class Adadelta(Optimizer):
    """Adadelta: steps scaled by the ratio of running means of squared steps and squared gradients.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      rho: decay of the means.
      epsilon: added to both means, inside the roots.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, https://arxiv.org/abs/1212.5701

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Adadelta(1.0).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.999, 1.999], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
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
        self.rho = rho
        self.epsilon = epsilon
        check_fractions(self, "rho")

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("accumulated_grad"), Slot("accumulated_delta_var")]]

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        squares = self.rho * slots["accumulated_grad"] + (1 - self.rho) * jnp.square(gradient)
        steps = slots["accumulated_delta_var"]
        change = -jnp.sqrt(steps + self.epsilon) * gradient / jnp.sqrt(squares + self.epsilon)
        steps = self.rho * steps + (1 - self.rho) * jnp.square(change)
        return c["rate"] * change, {"accumulated_grad": squares, "accumulated_delta_var": steps}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "epsilon": self.epsilon,
        }
