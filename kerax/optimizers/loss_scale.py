"""LossScaleOptimizer: dynamic loss scaling for float16."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.optimizers._algorithms import ALGORITHMS
from kerax.optimizers.optimizer import Optimizer
from kerax.optimizers.update import cond
from kerax.state import Variable

_GROWTH, _BACKOFF = 2.0, 0.5  # factors of the scale after enough finite steps, and after one that is not


class LossScaleOptimizer(Optimizer):
    """Multiplies the loss so that float16 gradients do not vanish, and divides the gradients again.

    A step whose gradients are not finite changes no variable and halves the scale; ``dynamic_growth_steps`` finite
    ones in a
    row double it.

    Args:
      inner_optimizer: the optimizer that takes the steps.
      initial_scale: first scale.
      dynamic_growth_steps: finite steps before the scale is doubled.
      name: "loss_scale_optimizer" by default.

    Raises:
      TypeError: if ``inner_optimizer`` is no optimizer.
      ValueError: for arguments that belong to the inner optimizer.

    Reference: Micikevicius et al., "Mixed Precision Training", 2018, https://arxiv.org/abs/1710.03740

    Example:
      >>> import kerax
      >>> w = kerax.Variable(3.0)
      >>> optimizer = kerax.optimizers.LossScaleOptimizer(kerax.optimizers.SGD(0.5))
      >>> optimizer.minimize(lambda: w * w, [w])
      >>> float(w), float(optimizer.dynamic_scale)
      (0.0, 32768.0)
    """

    _unscaled = False  # whether the gradients of the next step have been divided already

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ):
        if not isinstance(inner_optimizer, Optimizer) or isinstance(inner_optimizer, LossScaleOptimizer):
            raise TypeError(
                f"LossScaleOptimizer(inner_optimizer) needs an optimizer that does not scale the loss itself, "
                f"received {inner_optimizer!r}."
            )
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer(dynamic=False) does not exist: set loss_scale_factor on the inner optimizer."
            )
        for key in [k for k, v in kwargs.items() if v in (None, False) or (k, v) == ("ema_momentum", 0.99)]:
            kwargs.pop(key)  # defaults, as older configurations carry them
        if kwargs:
            raise ValueError(f"LossScaleOptimizer() does not take {sorted(kwargs)}: set them on the inner optimizer.")
        if not initial_scale > 0:
            raise ValueError(
                f"Argument initial_scale of LossScaleOptimizer() must be positive, received {initial_scale!r}."
            )
        self.inner_optimizer = inner_optimizer
        super().__init__(0.0, name=name)
        self.initial_scale, self.dynamic_growth_steps = initial_scale, dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None  # or gradients would be divided twice

    def build(self, variables: Sequence[Variable]) -> None:
        """Creates the scale, its counter, and the inner optimizer's slots."""
        if self.built:
            return
        self.step_counter = self.add_variable((), "zeros", "int32", name="step_counter")
        self.dynamic_scale = self.add_variable(
            (), lambda shape, dtype: jnp.full(shape, self.initial_scale, dtype), "float32", name="dynamic_scale"
        )
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        """Own variables, then those of the inner optimizer."""
        return [*self._variables.values(), *self.inner_optimizer.variables]  # type: ignore[attr-defined]

    weights = variables

    def _apply(self, grads: list, variables: list[Variable]) -> None:
        inner = self.inner_optimizer
        # What is put in a variable's place is no derivative of the loss.
        scaled = [not variable.overwrite_with_gradient for variable in variables]
        finite = jnp.all(jnp.array([jnp.all(jnp.isfinite(g)) for g, of_loss in zip(grads, scaled) if of_loss]))
        scale = self.dynamic_scale.read()

        def step(grads: list) -> None:
            if not self._unscaled:
                grads = [g / scale.astype(g.dtype) if of_loss else g for g, of_loss in zip(grads, scaled)]
            inner._apply(grads, variables)
            grow = self.step_counter.read() == self.dynamic_growth_steps - 1
            self.dynamic_scale.assign(jnp.where(grow, scale * _GROWTH, scale))
            self.step_counter.assign(jnp.where(grow, 0, self.step_counter.read() + 1))

        def skip(grads: list) -> None:
            self.dynamic_scale.assign(scale * _BACKOFF)
            self.step_counter.assign(jnp.int32(0))

        cond(finite, step, skip, self._touched(variables), grads)

    def _touched(self, variables: list[Variable]) -> list[Variable]:
        inner = self.inner_optimizer
        more = inner._trainable_variables if inner.use_ema else ()
        return list({id(v): v for v in [*self.variables, *variables, *more]}.values())

    def hyperparameters(self) -> tuple:
        """Those of the inner optimizer as well."""
        return (*super().hyperparameters(), self.inner_optimizer.hyperparameters(), self._unscaled)

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self) -> Any:
        """The inner optimizer's iterations: skipped steps do not count."""
        return self.inner_optimizer.iterations

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the present scale."""
        if not self.built:
            return loss * self.initial_scale
        scale = self.dynamic_scale.read()
        return loss * (scale.astype(loss.dtype) if isinstance(loss, jax.Array) else scale)

    def get_scaled_loss(self, loss: Any) -> Any:
        """The loss times the present scale, as tf.keras calls it.

        Args:
          loss: an array, or a function that returns one; then a function is returned.
        """
        return (lambda: self.scale_loss(loss())) if callable(loss) else self.scale_loss(loss)

    def get_unscaled_gradients(self, grads: Iterable[Any]) -> list[Any]:
        """Gradients of a scaled loss divided by the scale; the next step takes them as they are.

        Args:
          grads: arrays; Nones stay.

        Example:
          >>> import kerax
          >>> w = kerax.Variable(3.0)
          >>> optimizer = kerax.optimizers.LossScaleOptimizer(kerax.optimizers.SGD(0.5))
          >>> with kerax.GradientTape() as tape:
          ...     loss = optimizer.get_scaled_loss(w * w)
          >>> grads = optimizer.get_unscaled_gradients(tape.gradient(loss, [w]))
          >>> optimizer.apply_gradients(zip(grads, [w])) is not None, float(w)
          (True, 0.0)
        """
        scale = self.dynamic_scale.read() if self.built else jnp.float32(self.initial_scale)
        self._unscaled = True
        return [g if g is None else g / scale.astype(g.dtype) for g in grads]

    def apply(self, grads: Iterable[Any], trainable_variables: Iterable[Variable] | None = None) -> None:
        """Takes one step; gradients of the scaled loss, or what ``get_unscaled_gradients`` has given."""
        try:
            super().apply(grads, trainable_variables)
        finally:
            self._unscaled = False

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """As the inner optimizer does."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def as_optax(self) -> Any:
        """The inner optimizer's transformation; loss scaling is not part of it."""
        return self.inner_optimizer.as_optax()

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, the inner optimizer as a configuration."""
        return {
            "name": self.name,
            "inner_optimizer": ALGORITHMS.serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """Makes an optimizer from ``get_config()``."""
        config = dict(config)
        return cls(ALGORITHMS.deserialize(config.pop("inner_optimizer"), custom_objects), **config)
