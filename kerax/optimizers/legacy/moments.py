"""Adam, Adamax and Nadam as they were before Keras 2.11."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers import adam
from kerax.optimizers.arguments import check_fractions
from kerax.optimizers.legacy.optimizer import Optimizer, complement, epsilon_or_default
from kerax.optimizers.schedules import LearningRateSchedule
from kerax.optimizers.update import Constants, Slot, Slots

_SCHEDULE_DECAY = 0.96  # of Nadam's momentum: 0.96 ** (schedule_decay * t)
_SCHEDULE_PACE = 0.004  # default of schedule_decay


class Adam(Optimizer):
    """Adam: steps scaled by running means of gradients and their squares.

    Args:
      learning_rate: a number, a schedule, or a callable.
      beta_1: decay of the mean of gradients, slot ``m``.
      beta_2: decay of the mean of squared gradients, slot ``v``.
      epsilon: added to the denominator; None for ``kerax.config.epsilon()``.
      amsgrad: whether to divide by the largest mean of squares so far, slot ``vhat``.
      name: first part of the paths of its variables.
      **kwargs: ``decay``, ``lr``, ``clipvalue``, ``clipnorm``, ``global_clipnorm``, as in ``Optimizer``.

    Reference: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, https://arxiv.org/abs/1412.6980

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> _ = kerax.optimizers.legacy.Adam(0.5).apply_gradients([([1.0, 1.0], w)])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        amsgrad: bool = False,
        name: str = "Adam",
        **kwargs: Any,
    ):
        super().__init__(name, learning_rate=learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon_or_default(epsilon), amsgrad
        check_fractions(self, "beta_1", "beta_2")

    def _slots(self) -> list[list[Slot]]:
        return [[Slot(name)] for name in ("m", "v", *(["vhat"] if self.amsgrad else []))]

    _constants = adam.Adam._constants

    def _row_rule(self) -> str:
        return "all move"

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        m = slots["m"] + (gradient - slots["m"]) * complement(self.beta_1)
        v = slots["v"] + (jnp.square(gradient) - slots["v"]) * complement(self.beta_2)
        new = {"m": m, "v": v}
        if self.amsgrad:
            v = new["vhat"] = jnp.maximum(slots["vhat"], v)
        return -(m * c["alpha"]) / (jnp.sqrt(v) + self.epsilon), new

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        more = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon, "amsgrad": self.amsgrad}
        return {**super().get_config(), **self._rate_config(), **more}


class Adamax(Optimizer):
    """Adamax: Adam with the largest gradient so far instead of the mean of squares.

    Args:
      learning_rate: a number, a schedule, or a callable.
      beta_1: decay of the mean of gradients, slot ``m``.
      beta_2: decay of the largest gradient, slot ``v``.
      epsilon: added to the denominator; None for ``kerax.config.epsilon()``.
      name: first part of the paths of its variables.
      **kwargs: ``decay``, ``lr``, ``clipvalue``, ``clipnorm``, ``global_clipnorm``, as in ``Optimizer``.

    Reference: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, section 7.1.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> _ = kerax.optimizers.legacy.Adamax(0.5).apply_gradients([([1.0, 1.0], w)])
      >>> w.numpy().round(3)
      array([0.5, 1.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        name: str = "Adamax",
        **kwargs: Any,
    ):
        super().__init__(name, learning_rate=learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon_or_default(epsilon)
        check_fractions(self, "beta_1", "beta_2")

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("m")], [Slot("v")]]

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        return {"rate": rate / (1 - jnp.float32(self.beta_1) ** step)}, shared

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        m = slots["m"] + (gradient - slots["m"]) * complement(self.beta_1)
        v = jnp.maximum(self.beta_2 * slots["v"], jnp.abs(gradient))
        return -(c["rate"] * m) / (v + self.epsilon), {"m": m, "v": v}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        more = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **self._rate_config(), **more}


class Nadam(Optimizer):
    """Nadam: Adam whose momentum looks one step ahead and warms up slowly.

    Args:
      learning_rate: a number or a callable without arguments.
      beta_1: decay of the mean of gradients, slot ``m``.
      beta_2: decay of the mean of squared gradients, slot ``v``.
      epsilon: added to the denominator; None for ``kerax.config.epsilon()``.
      name: first part of the paths of its variables.
      **kwargs: ``schedule_decay`` (0.004): how fast the momentum warms up; it stands as "decay" in the configuration,
        and there is no decay of the learning rate. ``lr``, ``clipvalue``, ``clipnorm``, ``global_clipnorm`` as in
        ``Optimizer``.

    Raises:
      ValueError: for a schedule, which this optimizer never took.

    Reference: Dozat, "Incorporating Nesterov Momentum into Adam", 2015.

    Example:
      >>> import kerax
      >>> w = kerax.Variable([1.0, 2.0])
      >>> _ = kerax.optimizers.legacy.Nadam(0.5).apply_gradients([([1.0, 1.0], w)])
      >>> w.numpy().round(3)
      array([0.472, 1.472], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float | None = 1e-7,
        name: str = "Nadam",
        **kwargs: Any,
    ):
        learning_rate = kwargs.pop("lr", learning_rate)
        if isinstance(learning_rate, LearningRateSchedule):
            raise ValueError(
                "legacy.Nadam() takes no learning rate schedule, as its momentum has a schedule of its own. Use "
                "kerax.optimizers.Nadam, or a number."
            )
        kwargs["decay"] = kwargs.pop("schedule_decay", _SCHEDULE_PACE)
        super().__init__(name, learning_rate=learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon_or_default(epsilon)
        check_fractions(self, "beta_1", "beta_2")

    def _slots(self) -> list[list[Slot]]:
        return [[Slot("m")], [Slot("v")]]

    def _shared(self) -> dict[str, float]:
        return {"momentum_cache": 1.0}

    def _constants(self, rate: jax.Array, step: jax.Array, shared: Slots) -> tuple[Constants, Slots]:
        # mu_t = beta_1 * (1 - 0.5 * 0.96^(decay * t)): the momentum schedule of Dozat, section 3
        def mu(t: jax.Array) -> jax.Array:
            return jnp.float32(self.beta_1) * (1.0 - 0.5 * jnp.float32(_SCHEDULE_DECAY) ** (self.decay * t))

        now, following = mu(step), mu(step + 1)
        product = shared["momentum_cache"] * now
        constants = {
            "rate": rate,
            "momentum": following / (1 - product * following),
            "gradient": (1 - now) / (1 - product),
            "correction": 1 - jnp.float32(self.beta_2) ** step,
            "first": complement(self.beta_1),
            "second": complement(self.beta_2),
        }
        return constants, {"momentum_cache": product}

    def _change(self, gradient: jax.Array, value: jax.Array, slots: Slots, c: Constants) -> tuple[jax.Array, Slots]:
        m = self.beta_1 * slots["m"] + c["first"] * gradient
        v = self.beta_2 * slots["v"] + c["second"] * jnp.square(gradient)
        ahead = c["momentum"] * m + c["gradient"] * gradient
        return -(ahead * c["rate"]) / (jnp.sqrt(v / c["correction"]) + self.epsilon), {"m": m, "v": v}

    def _row_rule(self) -> str:
        return "slots move"

    def _decayed(self, rate: Any, step: Any) -> Any:
        return rate  # its decay is the momentum schedule's

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        more = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **self._rate_config(), **more}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """Makes an optimizer from ``get_config()``."""
        config = dict(config)
        config.setdefault("schedule_decay", config.pop("decay", _SCHEDULE_PACE))
        return super().from_config(config, custom_objects)
