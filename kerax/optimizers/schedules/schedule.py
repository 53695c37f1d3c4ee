"""LearningRateSchedule: the base class of learning rates that follow the step."""

from __future__ import annotations

from typing import Any

import jax


class LearningRateSchedule:
    """A learning rate as a function of the step: subclass it with ``__call__`` and ``get_config``.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> class Halving(kerax.optimizers.schedules.LearningRateSchedule):
      ...     def __call__(self, step):
      ...         return 0.1 * 0.5 ** jnp.asarray(step, "float32")
      >>> round(float(Halving()(2)), 4)
      0.025
    """

    def __call__(self, step: Any) -> jax.Array:
        """The learning rate at a step (an integer, maybe traced; 0 at the first update)."""
        raise NotImplementedError(f"Learning rate schedule {type(self).__name__} must define __call__(self, step).")

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        raise NotImplementedError(f"Learning rate schedule {type(self).__name__} must define get_config() to be saved.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a schedule from ``get_config()``."""
        return cls(**config)

    def __repr__(self) -> str:
        try:
            config = self.get_config()
        except NotImplementedError:
            return f"<{type(self).__name__}>"
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in config.items() if k != 'name')})"


def check_steps(schedule: Any, name: str, value: Any) -> None:
    """Raises a ``ValueError`` unless a number of steps is positive.

    Example:
      >>> from kerax.optimizers.schedules.schedule import check_steps
      >>> check_steps(None, "decay_steps", 10)
    """
    if not value > 0:
        raise ValueError(f"Argument {name} of {type(schedule).__name__}() must be positive, received {value!r}.")
