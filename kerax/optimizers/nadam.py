"""Nadam: Adam with Nesterov momentum."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots

_SCHEDULE_DECAY = 0.96  # how fast the momentum schedule warms up


class Nadam(Optimizer):
    """Nadam: Adam whose momentum looks one step ahead.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      beta_1: decay of the mean of gradients.
      beta_2: decay of the mean of squared gradients.
      epsilon: added to the denominator.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Dozat, "Incorporating Nesterov Momentum into Adam", 2015.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Nadam(0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.469, 1.469], dtype=float32)
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
        return [[Slot("momentum"), Slot("velocity")]]

    def _shared(self) -> dict[str, float]:
        return {"u_product": 1.0}

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        # mu_t = beta_1 * (1 - 0.5 * 0.96^t): the momentum schedule of Dozat, section 3
        def mu(t: jax.Array) -> jax.Array:
            return jnp.float32(self.beta_1) * (1.0 - 0.5 * jnp.float32(_SCHEDULE_DECAY) ** t)

        now, following = mu(step), mu(step + 1)
        product = shared["u_product"] * now
        constants = {
            "rate": rate,
            "momentum": following / (1 - product * following),
            "gradient": (1 - now) / (1 - product),
            "correction": 1 - jnp.float32(self.beta_2) ** step,
            # 1 - beta in float32, as in Keras: the rounding of beta_2 then cancels against the correction
            "first": 1 - jnp.float32(self.beta_1),
            "second": 1 - jnp.float32(self.beta_2),
        }
        return constants, {"u_product": product}

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        m = slots["momentum"] + (gradient - slots["momentum"]) * c["first"]
        v = slots["velocity"] + (jnp.square(gradient) - slots["velocity"]) * c["second"]
        ahead = c["momentum"] * m + c["gradient"] * gradient
        return -(ahead * c["rate"]) / (jnp.sqrt(v / c["correction"]) + self.epsilon), {"momentum": m, "velocity": v}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
