"""Adafactor: second moments kept as rows and columns."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots


class Adafactor(Optimizer):
    """Adafactor: the mean of squares of a matrix kept as one vector of rows and one of columns.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      beta_2_decay: exponent of the growing decay of the means, ``1 - step ** beta_2_decay``.
      epsilon_1: added to squared gradients.
      epsilon_2: least root mean square of a variable, to which steps are relative.
      clip_threshold: largest root mean square of a step before scaling.
      relative_step: whether a constant learning rate is cut at ``1 / sqrt(step)``.
      weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency,
      loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.

    Reference: Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018,
      https://arxiv.org/abs/1804.04235

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Adafactor(0.5).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.209, 1.209], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def _slots(self) -> list[list[Slot]]:
        # Variables of fewer than two axes are not factored; their rows and columns are placeholders, as in Keras.
        rows = Slot("r", shape=lambda shape: shape[:-1] if len(shape) >= 2 else ())
        columns = Slot("c", shape=lambda shape: (*shape[:-2], shape[-1]) if len(shape) >= 2 else ())
        return [[rows, columns, Slot("velocity")]]

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        # rho_t of the paper; Keras cuts the rate at 1 / sqrt(step) with or without relative_step
        return {"rho": jnp.minimum(rate, 1 / jnp.sqrt(step)), "decay": 1 - step**self.beta_2_decay}, shared

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        decay, squares = c["decay"], jnp.square(gradient) + self.epsilon_1
        new = dict(slots)
        if value.ndim >= 2:
            rows = new["r"] = decay * slots["r"] + (1 - decay) * jnp.mean(squares, axis=-1)
            columns = new["c"] = decay * slots["c"] + (1 - decay) * jnp.mean(squares, axis=-2)
            new["velocity"] = (rows / jnp.mean(rows, axis=-1, keepdims=True))[..., None] * columns[..., None, :]
        else:
            new["velocity"] = decay * slots["velocity"] + (1 - decay) * squares
        step = gradient / jnp.sqrt(new["velocity"])
        step = step / jnp.maximum(1.0, _rms(step) / self.clip_threshold)
        return -(jnp.maximum(self.epsilon_2, _rms(value)) * c["rho"]) * step, new

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        return {
            **super().get_config(),
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }


def _rms(x: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.mean(jnp.square(x)))
