"""ScheduleFreeAdamW: AdamW by averaging instead of a learning rate schedule."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class ScheduleFreeAdamW(Optimizer):
    """Schedule-free AdamW: no end of training has to be planned.

    Steps are taken from a sequence z; x is the mean of all z so far; gradients are taken at y, between the two. The
    variables hold y.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      beta_1: how much of y is x, in (0, 1].
      beta_2: decay of the mean of squared gradients.
      epsilon: added to the denominator.
      warmup_steps: the learning rate grows linearly from 0 over so many steps.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Defazio et al., "The Road Less Scheduled", 2024, https://arxiv.org/abs/2405.15682

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.ScheduleFreeAdamW(0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
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
        self.beta_1, self.beta_2, self.epsilon, self.warmup_steps = beta_1, beta_2, epsilon, warmup_steps
        check_fractions(self, "beta_1", "beta_2")
        if not beta_1 > 0:
            raise ValueError("Argument beta_1 of ScheduleFreeAdamW() must be positive, as x is recovered by it.")

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("momentum", copies=True), Slot("velocity")]]

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        warm = jnp.minimum(step / self.warmup_steps, 1.0) if self.warmup_steps > 0 else 1.0
        correction = 1 - jnp.float32(self.beta_2) ** step
        return {"rate": rate * warm, "correction": correction, "weight": 1.0 / step}, shared

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        # y = (1 - beta_1) z + beta_1 x: equations 3-5 of the paper, z in slot "momentum", x recovered from y
        old = slots["momentum"]
        x = (value - (1 - self.beta_1) * old) / self.beta_1
        v = slots["velocity"] + (jnp.square(gradient) - slots["velocity"]) * (1 - self.beta_2)
        z = old - c["rate"] * gradient / (jnp.sqrt(v / c["correction"]) + self.epsilon)
        x = (1 - c["weight"]) * x + c["weight"] * z
        return (1 - self.beta_1) * z + self.beta_1 * x - value, {"momentum": z, "velocity": v}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "warmup_steps": self.warmup_steps,
        }
