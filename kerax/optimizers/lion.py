"""Lion: steps by the sign of the momentum."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class Lion(Optimizer):
    """Lion: every element moves by the learning rate, in the direction of a mix of momentum and gradient.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      beta_1: share of the momentum in the direction.
      beta_2: decay of the momentum.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, https://arxiv.org/abs/2302.06675

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Lion(0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
        check_fractions(self, "beta_1", "beta_2")
        if not 0 < beta_1:
            raise ValueError(
                f"Argument beta_1 of Lion() must be above 0, received {beta_1!r}: otherwise the step is the sign of "
                f"the gradient alone."
            )

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("momentum")]]

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        m = slots["momentum"]
        direction = jnp.sign(m * self.beta_1 + gradient * (1.0 - self.beta_1))
        return -c["rate"] * direction, {"momentum": m * self.beta_2 + gradient * (1.0 - self.beta_2)}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
        }
