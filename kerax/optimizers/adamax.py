"""Adamax: Adam by the largest gradient."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class Adamax(Optimizer):
    """Adamax: Adam with a decaying maximum of absolute gradients in place of the mean of squares.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      beta_1: decay of the mean of gradients.
      beta_2: decay of the maximum of absolute gradients.
      epsilon: added to the denominator.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Kingma and Ba, 2014, https://arxiv.org/abs/1412.6980, section 7.1.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Adamax(0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
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
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        check_fractions(self, "beta_1", "beta_2")

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("momentum"), Slot("norm")]]

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        return {"rate": rate, "correction": 1 - jnp.float32(self.beta_1) ** step}, shared

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        m = slots["momentum"] + (gradient - slots["momentum"]) * (1 - self.beta_1)
        u = jnp.maximum(self.beta_2 * slots["norm"], jnp.abs(gradient))
        return -(c["rate"] * m) / (c["correction"] * (u + self.epsilon)), {"momentum": m, "norm": u}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
