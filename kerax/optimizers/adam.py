"""Adam: adaptive moments."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class Adam(Optimizer):
    """Adam: steps scaled by running means of gradients and their squares.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      beta_1: decay of the mean of gradients.
      beta_2: decay of the mean of squared gradients.
      epsilon: added to the denominator.
      amsgrad: whether to divide by the largest mean of squares so far.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, https://arxiv.org/abs/1412.6980;
      Reddi et al., "On the
    Convergence of Adam and Beyond", 2018 (amsgrad).

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Adam(0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.amsgrad = amsgrad
        check_fractions(self, "beta_1", "beta_2")

    def _slots(self) -> list[list[Slot]]:
        moments = [Slot("momentum"), Slot("velocity")]
        return [moments, [Slot("velocity_hat")]] if self.amsgrad else [moments]

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        # alpha_t of Kingma and Ba, end of section 2: both bias corrections in one scalar; epsilon is their epsilon hat
        first, second = 1 - jnp.float32(self.beta_1) ** step, 1 - jnp.float32(self.beta_2) ** step
        return {"alpha": rate * jnp.sqrt(second) / first}, shared

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        m = slots["momentum"] + (gradient - slots["momentum"]) * (1 - self.beta_1)
        v = slots["velocity"] + (jnp.square(gradient) - slots["velocity"]) * (1 - self.beta_2)
        new = {"momentum": m, "velocity": v}
        if self.amsgrad:
            v = new["velocity_hat"] = jnp.maximum(slots["velocity_hat"], v)
        return -(m * c["alpha"]) / (jnp.sqrt(v) + self.epsilon), new

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
