"""Ftrl: follow the regularized leader."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class Ftrl(Optimizer):
    """FTRL-proximal: sparse linear models under L1 and L2 penalties.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      learning_rate_power: exponent of the sums of squares, at most 0; -0.5 is Adagrad's.
      initial_accumulator_value: first value of the sums of squared gradients.
      l1_regularization_strength: L1 penalty; makes weights exactly 0.
      l2_regularization_strength: L2 penalty.
      l2_shrinkage_regularization_strength: L2 penalty whose gradient counts for the step but not for the sums.
      beta: added to the denominator, as ``beta`` of the paper.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013, algorithm 1.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Ftrl(0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.222, 0.92 ], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        self._check()

    def _check(self) -> None:
        for name in (
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
        ):
            if not getattr(self, name) >= 0:
                raise ValueError(f"Argument {name} of Ftrl() must not be negative, received {getattr(self, name)!r}.")
        if self.learning_rate_power > 0:
            raise ValueError(
                f"Argument learning_rate_power of Ftrl() must not be positive, received {self.learning_rate_power!r}."
            )

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("accumulator", self.initial_accumulator_value), Slot("linear")]]

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        rate, power = c["rate"], -self.learning_rate_power
        l2 = self.l2_regularization_strength + self.beta / (2.0 * rate)
        old = slots["accumulator"]
        new = old + jnp.square(gradient)
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * value
        # sigma of the paper's per-coordinate algorithm: the growth of the inverse rate
        root = _power(new, power)
        linear = slots["linear"] + shrunk - (root - _power(old, power)) / rate * value
        quadratic = root / rate + 2 * l2
        l1 = self.l1_regularization_strength
        target = (jnp.clip(linear, -l1, l1) - linear) / quadratic
        return target - value, {"accumulator": new, "linear": linear}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }


def _power(x: jax.Array, exponent: float) -> jax.Array:
    return jnp.sqrt(x) if exponent == 0.5 else x**exponent
