"""RMSprop: steps divided by the root of a running mean of squares."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class RMSprop(Optimizer):
    """RMSprop: steps divided by the root of a running mean of squared gradients.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      rho: decay of the means.
      momentum: decay of the sum of past steps; 0 keeps no slot.
      epsilon: added to the mean of squares, inside the root.
      centered: whether the square of the mean gradient is subtracted (the variance in place of the mean of squares).
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Tieleman and Hinton, "Lecture 6.5: rmsprop", 2012; Graves, https://arxiv.org/abs/1308.0850 (centered).

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.RMSprop(0.1).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.684, 1.684], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
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
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered
        check_fractions(self, "rho", "momentum")

    def _slots(self) -> list[list[Slot]]:
        names = ["velocity", *(["momentum"] if self.momentum else []), *(["average_gradient"] if self.centered else [])]
        return [[Slot(name)] for name in names]

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        velocity = self.rho * slots["velocity"] + (1 - self.rho) * jnp.square(gradient)
        new = {"velocity": velocity}
        denominator = velocity + self.epsilon
        if self.centered:
            mean = new["average_gradient"] = self.rho * slots["average_gradient"] + (1 - self.rho) * gradient
            denominator = velocity - jnp.square(mean) + self.epsilon
        step = c["rate"] * gradient / jnp.sqrt(denominator)
        if self.momentum:
            step = new["momentum"] = self.momentum * slots["momentum"] + step
            step = step * c["one"]
        return -step, new

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
