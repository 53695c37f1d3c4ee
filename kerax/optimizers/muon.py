"""Muon: orthogonalized momentum for matrices, Adam for the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import Constants, Slot, Slots

_NORM_FLOOR = 1e-7  # added to the norm that a matrix is divided by before orthogonalization


class Muon(Optimizer):
    """Muon: matrices move along their orthogonalized momentum; vectors, embeddings and higher ranks by AdamW.

    Args:
      learning_rate: a number, a schedule, or a callable ``step -> rate``.
      adam_beta_1: Adam's decay of the mean of gradients.
      adam_beta_2: Adam's decay of the mean of squared gradients.
      adam_weight_decay: weight decay of the variables that Adam updates.
      epsilon: added to Adam's denominator.
      weight_decay: weight decay of the matrices.
      clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
        gradient_accumulation_steps, name: as in ``Optimizer``.
      exclude_layers: patterns; a variable whose path has one of them is left to Adam.
      exclude_embeddings: whether variables with "embedding" in their path are left to Adam.
      muon_a: coefficient of ``X`` in the Newton-Schulz iteration.
      muon_b: coefficient of ``X X^T X``.
      muon_c: coefficient of ``X X^T X X^T X``.
      adam_lr_ratio: Adam's learning rate as a multiple of ``learning_rate``.
      momentum: decay of the momentum.
      ns_steps: number of Newton-Schulz iterations.
      nesterov: whether the momentum looks one step ahead.
      rms_rate: steps are scaled by ``rms_rate * sqrt(longer side)``; None for no scaling.

    Reference: Jordan, "Muon: An optimizer for hidden layers in neural networks", 2024,
      https://kellerjordan.github.io/posts/muon; Liu et
    al., "Muon is Scalable for LLM Training", 2025, https://arxiv.org/abs/2502.16982 (rms_rate).

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> kerax.optimizers.Muon(0.5, adam_weight_decay=None).apply([[1.0, 1.0]], [w])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema,
            ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.adam_beta_1, self.adam_beta_2, self.adam_weight_decay, self.epsilon = (
            adam_beta_1,
            adam_beta_2,
            adam_weight_decay,
            epsilon,
        )
        self.exclude_layers, self.exclude_embeddings = list(exclude_layers or []), exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c, self.adam_lr_ratio = muon_a, muon_b, muon_c, adam_lr_ratio
        self.momentum, self.ns_steps, self.nesterov, self.rms_rate = momentum, ns_steps, nesterov, rms_rate
        check_fractions(self, "adam_beta_1", "adam_beta_2", "momentum")

    def _should_use_adamw(self, variable: Any) -> bool:
        if len(variable.shape) != 2 or (self.exclude_embeddings and "embedding" in variable.path.lower()):
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("momentum"), Slot("velocity", wanted=self._should_use_adamw)]]

    def _decay_of(self, variable: Any) -> float | None:
        if not self._use_weight_decay(variable):
            return None
        return self.adam_weight_decay if self._should_use_adamw(variable) else self.weight_decay

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        first, second = 1 - jnp.float32(self.adam_beta_1) ** step, 1 - jnp.float32(self.adam_beta_2) ** step
        return {"rate": rate, "alpha": rate * self.adam_lr_ratio * jnp.sqrt(second) / first}, shared

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        m = slots["momentum"]
        if "velocity" in slots:
            m = m + (gradient - m) * (1 - self.adam_beta_1)
            v = slots["velocity"] + (jnp.square(gradient) - slots["velocity"]) * (1 - self.adam_beta_2)
            return -(m * c["alpha"]) / (jnp.sqrt(v) + self.epsilon), {"momentum": m, "velocity": v}
        m = m * self.momentum + gradient
        ahead = gradient + self.momentum * m if self.nesterov else m
        direction = self.lr_adjust(self.zeropower_via_newtonschulz5(ahead, self.ns_steps))
        return -c["rate"] * direction, {"momentum": m}

    def lr_adjust(self, x: jax.Array) -> jax.Array:
        """Scales a direction to the size of Adam's: by ``rms_rate * sqrt(max(rows, columns))``.

        Reference: Liu et al., "Muon is Scalable for LLM Training", 2025, https://arxiv.org/abs/2502.16982
        """
        return x if self.rms_rate is None else x * (max(x.shape) ** 0.5 * self.rms_rate)

    def zeropower_via_newtonschulz5(self, x: jax.Array, steps: int) -> jax.Array:
        """Moves all singular values towards 1 by Newton-Schulz iterations ``X <- aX + b(XX^T)X + c(XX^T)^2 X``.

        Args:
          x: matrix.
          steps: number of iterations.
        """
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        x = x / (jnp.linalg.norm(x) + _NORM_FLOOR)
        for _ in range(steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x.T if tall else x

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        names = (
            "adam_beta_1", "adam_beta_2", "epsilon", "exclude_layers", "muon_a", "muon_b", "muon_c", "adam_lr_ratio",
            "momentum",
            "ns_steps", "nesterov", "exclude_embeddings", "adam_weight_decay", "rms_rate",
        )  # fmt: skip
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
