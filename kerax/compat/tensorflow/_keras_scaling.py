"""``tf.keras.mixed_precision.LossScaleOptimizer``, with tf.keras's arguments and methods."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._tensor import Tensor
from kerax.optimizers import SGD, Optimizer
from kerax.optimizers import LossScaleOptimizer as Scaling

_FIRST_SCALE, _GROWTH_STEPS = 2.0**15, 2000
_NEVER = 2**31 - 1  # steps


class _Kind(type):
    def __call__(
        cls,
        inner_optimizer: Any,
        dynamic: bool = True,
        initial_scale: float | None = None,
        dynamic_growth_steps: int | None = None,
        **kwargs: Any,
    ) -> Any:
        if not dynamic and initial_scale is None:
            raise ValueError('"initial_scale" must be specified if "dynamic" is False')
        if not dynamic and dynamic_growth_steps is not None:
            raise ValueError(
                f'"dynamic_growth_steps" must be None if "dynamic" is False, but got: {dynamic_growth_steps}'
            )
        return _made(inner_optimizer, dynamic, initial_scale, dynamic_growth_steps, **kwargs)

    def __instancecheck__(cls, one: Any) -> bool:
        return isinstance(one, Scaling)


class LossScaleOptimizer(metaclass=_Kind):
    """Multiplies the loss so that float16 gradients do not vanish, and divides the gradients again.

    Args:
      inner_optimizer: the optimizer that takes the steps.
      dynamic: whether the scale changes.
      initial_scale: first scale, ``2 ** 15`` by default; needed where it does not change.
      dynamic_growth_steps: finite steps before the scale is doubled, 2,000 by default.
    """


def _made(inner: Any, dynamic: bool, scale: float | None, steps: int | None, **kwargs: Any) -> Scaling:
    if not isinstance(inner, Optimizer):
        inner = SGD() if inner is None else inner
    made = Scaling(inner, scale or _FIRST_SCALE, (steps or _GROWTH_STEPS) if dynamic else _NEVER, **kwargs)
    made.dynamic = dynamic  # type: ignore[attr-defined]
    return made


def _scale(self: Any) -> Tensor:
    if not self.built:
        return Tensor(array(float(self.initial_scale)))
    return Tensor(self.dynamic_scale.read())


def _counter(self: Any) -> Any:
    if not self.dynamic:
        return None
    return Tensor(self.step_counter.read() if self.built else array(0), "int64")


Scaling.dynamic = True  # type: ignore[attr-defined]
Scaling.loss_scale = property(_scale, doc="The present scale.")  # type: ignore[attr-defined]
Scaling.dynamic_counter = property(_counter, doc="Finite steps since the last change.")  # type: ignore[attr-defined]
