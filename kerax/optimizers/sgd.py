"""SGD: gradient descent, with momentum."""

from __future__ import annotations

from typing import Any

import jax

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class SGD(Optimizer):
    """Gradient descent: ``w -= learning_rate * g``; with momentum ``v = momentum * v - learning_rate * g; w += v``.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      momentum: in [0, 1]; 0 keeps no slot.
      nesterov: whether to look ahead: ``w += momentum * v - learning_rate * g``.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.SGD(0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        self.momentum = momentum
        self.nesterov = nesterov
        check_fractions(self, "momentum")

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("momentum")]] if self.momentum else []

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        if not self.momentum:
            return gradient * -c["rate"], slots  # the sign changes once, not for every element
        step = gradient * c["rate"]
        velocity = slots["momentum"] * self.momentum - step
        change = velocity * self.momentum - step if self.nesterov else velocity * c["one"]
        return change, {"momentum": velocity}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "nesterov": self.nesterov,
        }
